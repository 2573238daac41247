from django import forms

FIELDS = ("email", "phone", "first_name", "last_name", "city", "postal_code", "country")
LONGEST = 254


class PlainForm(forms.Form):
    """What a visitor has typed so far: any text, if it is short."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        for name in FIELDS:
            self.fields[name] = forms.CharField(required=False, max_length=LONGEST)

    @property
    def typed(self) -> dict[str, str]:
        """The fields that hold something."""
        return {name: text for name, text in self.cleaned_data.items() if text}
