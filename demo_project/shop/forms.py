from typing import Any

from django import forms

from demo_project.shop.models import MAX_QUANTITY, Order, Product, Variant

MAX_SEARCH = 60
COUNTRIES = [
    ("AT", "Austria"),
    ("BE", "Belgium"),
    ("CZ", "Czechia"),
    ("DK", "Denmark"),
    ("FR", "France"),
    ("DE", "Germany"),
    ("IE", "Ireland"),
    ("IT", "Italy"),
    ("NL", "Netherlands"),
    ("PL", "Poland"),
    ("ES", "Spain"),
    ("SE", "Sweden"),
    ("CH", "Switzerland"),
    ("GB", "United Kingdom"),
    ("US", "United States"),
]
AUTOCOMPLETE = {
    "email": "email",
    "phone": "tel",
    "first_name": "given-name",
    "last_name": "family-name",
    "street": "street-address",
    "postal_code": "postal-code",
    "city": "address-level2",
    "country": "country",
}


class QuantityForm(forms.Form):
    """How many; in the cart, 0 takes the line out."""

    quantity = forms.IntegerField(min_value=0, max_value=MAX_QUANTITY)


class AddForm(forms.Form):
    """How many of which of this product's variants."""

    sku = forms.ModelChoiceField(Variant.objects.none(), to_field_name="sku")
    quantity = forms.IntegerField(min_value=1, max_value=MAX_QUANTITY, initial=1)

    def __init__(self, product: Product, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sku"].queryset = product.variants.select_related("product")


class SearchForm(forms.Form):
    q = forms.CharField(max_length=MAX_SEARCH)


class CheckoutForm(forms.ModelForm):
    NOW, LATER = "now", "later"

    country = forms.ChoiceField(choices=COUNTRIES, initial="DE")
    payment = forms.ChoiceField(choices=[(NOW, "Pay now"), (LATER, "Pay later")], widget=forms.HiddenInput)

    class Meta:
        model = Order
        fields = list(AUTOCOMPLETE)
        widgets = {"phone": forms.TextInput(attrs={"type": "tel"}), "street": forms.TextInput}
        labels = {"email": "E-mail", "postal_code": "Postcode", "street": "Street and number"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, hint in AUTOCOMPLETE.items():
            self.fields[name].widget.attrs["autocomplete"] = hint

    @property
    def buyer(self) -> dict[str, Any]:
        """The order's own fields, once valid."""
        return {name: self.cleaned_data[name] for name in AUTOCOMPLETE}

    @property
    def pays_now(self) -> bool:
        return self.cleaned_data["payment"] == self.NOW
