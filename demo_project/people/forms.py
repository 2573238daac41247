"""What visitors may write: every field is bounded, and an address is spelt in one way only."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.models import AbstractUser
from django.contrib.auth.password_validation import get_password_validators, validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.formats import date_format

from demo_project.people.emails import EmailInput
from demo_project.people.models import MAX_MESSAGE, MAX_NAME, Enquiry, Subscriber, Trial, weekends

MAX_PASSWORD = 128
MIN_PASSWORD = 10
# For customers alone. In the settings these rules would also bind the demo's staff, whose passwords are simple.
VALIDATORS = "django.contrib.auth.password_validation."
PASSWORD_RULES = get_password_validators(
    [
        {
            "NAME": VALIDATORS + "UserAttributeSimilarityValidator",
            "OPTIONS": {"user_attributes": ["email", "first_name"]},
        },
        {"NAME": VALIDATORS + "MinimumLengthValidator", "OPTIONS": {"min_length": MIN_PASSWORD}},
        {"NAME": VALIDATORS + "CommonPasswordValidator"},
        {"NAME": VALIDATORS + "NumericPasswordValidator"},
    ]
)


def spoken(friday: date) -> str:
    sunday = friday + timedelta(days=2)
    return f"{date_format(friday, 'j' if friday.month == sunday.month else 'j F')} to {date_format(sunday, 'j F')}"


def name_field(label: str = "Name", autocomplete: str = "name") -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, max_length=MAX_NAME, widget=widget)


def password_field(autocomplete: str, **kwargs: Any) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(label="Password", max_length=MAX_PASSWORD, strip=False, widget=widget, **kwargs)


class SignUpForm(forms.Form):
    first_name = name_field("First name", "given-name")
    email = EmailInput()
    password = password_field(
        "new-password", help_text=f"{MIN_PASSWORD} characters or more, and not one that everybody uses."
    )

    def clean(self) -> dict[str, Any]:
        """The rules compare the password with who chose it, so they come last."""
        if "password" in self.cleaned_data:
            try:
                validate_password(self.cleaned_data["password"], self._user(), password_validators=PASSWORD_RULES)
            except ValidationError as error:
                self.add_error("password", error)
        return self.cleaned_data

    def _user(self) -> AbstractUser:
        email = self.cleaned_data.get("email", "")
        return get_user_model()(username=email, email=email, first_name=self.cleaned_data.get("first_name", ""))

    def save(self) -> AbstractUser | None:
        """The new customer; None, and an error in the form, if there is an account for this address.

        The database decides, so that of two at the same moment one wins. That an account exists can only be hidden by
        a shop that answers by mail.
        """
        user = self._user()
        user.set_password(self.cleaned_data["password"])
        try:
            with transaction.atomic():
                user.save(force_insert=True)
        except IntegrityError:
            self.add_error("email", "There is an account for this address already. Sign in instead.")
            return None
        return user


class SignInForm(AuthenticationForm):
    """Django's own, which asks for the user name: for customers that is the e-mail."""

    username = EmailInput()
    password = password_field("current-password")
    error_messages = AuthenticationForm.error_messages | {
        "invalid_login": "This e-mail and this password do not belong together."
    }


class TrapMixin(forms.Form):
    """A field that no person sees. Who fills it in gets the same thanks, and nothing is kept."""

    homepage = forms.CharField(required=False, max_length=200)

    @property
    def is_trapped(self) -> bool:
        return bool(self.cleaned_data["homepage"])


class NewsletterForm(TrapMixin, forms.Form):
    email = EmailInput()

    def save(self) -> bool:
        """Put the address on the list, on which it may be already: that is nobody's business. False for a robot."""
        if self.is_trapped:
            return False
        Subscriber.objects.get_or_create(email=self.cleaned_data["email"])
        return True


class MessageField(forms.CharField):
    """Browsers count a new line as one character and send two: measured as the visitor saw it."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        return super().to_python(value).replace("\r\n", "\n")


class EnquiryForm(TrapMixin, forms.Form):
    name = name_field()
    email = EmailInput(help_text="We answer here, and write nothing else to it.")
    topic = forms.ChoiceField(label="What is it about?", choices=[("", "Please choose"), *Enquiry.Topic.choices])
    message = MessageField(label="Message", max_length=MAX_MESSAGE, widget=forms.Textarea(attrs={"rows": 6}))

    def save(self) -> bool:
        """True if something new was said."""
        if self.is_trapped:
            return False
        said = {name: self.cleaned_data[name] for name in ("name", "email", "topic", "message")}
        fingerprint = Enquiry.fingerprint_of(said["email"], said["topic"], said["message"])
        return Enquiry.objects.get_or_create(fingerprint=fingerprint, defaults=said)[1]


class TrialForm(TrapMixin, forms.Form):
    weekend = forms.TypedChoiceField(label="Which weekend?", coerce=date.fromisoformat)
    wind = forms.ChoiceField(
        label="How does it blow where you are?", choices=Trial.Wind.choices, widget=forms.RadioSelect
    )
    name = name_field()
    email = EmailInput(help_text="We ask you here where the parcel goes.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["weekend"].choices = [(friday.isoformat(), spoken(friday)) for friday in weekends()]

    def save(self) -> bool:
        """True if a trial has begun; False for a robot, or with an error in the form if one is open."""
        if self.is_trapped:
            return False
        wish = {name: self.cleaned_data[name] for name in ("weekend", "wind", "name")}
        is_new = Trial.objects.get_or_create(email=self.cleaned_data["email"], is_open=True, defaults=wish)[1]
        if not is_new:
            self.add_error("email", "A kite is out to this address already. Fly that one first.")
        return is_new
