"""An e-mail address, kept in one spelling: a plain unique column then knows one person again on every database."""

import unicodedata
from typing import Any

from django import forms
from django.db import models

MAX_EMAIL = 150  # the length of a user name, which it is for customers


def one_spelling(email: str) -> str:
    return unicodedata.normalize("NFKC", email).lower()


class EmailInput(forms.EmailField):
    """What somebody types. It takes its one spelling before it is validated and measured."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.EmailInput(attrs={"autocomplete": "email"})
        super().__init__(**{"label": "E-mail", "max_length": MAX_EMAIL, "widget": widget, **kwargs})

    def to_python(self, value: Any) -> str:
        return one_spelling(super().to_python(value))


class EmailColumn(models.EmailField):
    """Saved and looked up in the one spelling, whoever writes."""

    def to_python(self, value: Any) -> Any:
        return one_spelling(value) if isinstance(value, str) else value

    def get_prep_value(self, value: Any) -> Any:
        return self.to_python(super().get_prep_value(value))

    def formfield(self, **kwargs: Any) -> forms.Field | None:
        return super().formfield(**{"form_class": EmailInput, **kwargs})
