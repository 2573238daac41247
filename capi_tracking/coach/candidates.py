"""Fields of a shop's own models that look like a customer's data: by their names and types, without a query."""

import re
from collections.abc import Iterator
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models

NAMES = {
    "email": "email e_mail mail email_address mail_address",
    "phone": "phone phone_number phone_no telephone telephone_number tel mobile mobile_number mobile_phone cell cellphone"
    " cell_phone telefon handy",
    "first_name": "first_name firstname given_name forename vorname prenom nombre",
    "last_name": "last_name lastname surname family_name nachname nom apellido apellidos",
    "date_of_birth": "date_of_birth dob birthday birth_date birthdate birth_day born born_on geburtsdatum",
    "gender": "gender sex geschlecht",
    "city": "city town locality municipality ort stadt ville ciudad",
    "state": "state province region federal_state bundesland provincia",
    "postal_code": "postal_code postalcode postcode post_code zip zip_code zipcode plz code_postal codigo_postal",
    "country": "country country_code country_iso land pays pais",
    "external_id": "customer_id customer_number customer_no client_id client_number member_id kundennummer",
}
_KNOWN = {name: frozenset(words.split()) for name, words in NAMES.items()}
_OF_WHOM = re.compile(
    r"^(?:billing|bill|shipping|delivery|invoice|customer|contact|buyer|guest|client|recipient)_(?=.)"
)
_PERSON = re.compile(r"user|customer|client|buyer|account|profile|address|person|member|guest|contact")
_TEXTS = (models.CharField, models.TextField)
_DATES = (models.DateField, *_TEXTS)
_NUMBERS = (models.IntegerField, models.UUIDField, *_TEXTS)


def candidates(model: type[models.Model], name: str) -> list[str]:
    """Paths on the model that may hold ``name`` (as ``UserData.of`` calls it), the nearest first."""
    return list(dict.fromkeys([*_own(model, name), *_beside(model, name)]))


def _own(model: type[models.Model], name: str) -> Iterator[str]:
    for field in model._meta.concrete_fields:
        if name == "external_id" and _is_account(field):
            yield field.attname
        elif _fits(field, name):
            yield field.name


def _beside(model: type[models.Model], name: str) -> Iterator[str]:
    """One foreign key further, where that leads to a person or an address."""
    for key in model._meta.concrete_fields:
        related = key.related_model
        if isinstance(related, type) and related is not model and (_is_account(key) or _PERSON.search(key.name)):
            yield from (f"{key.name}.{field.name}" for field in related._meta.concrete_fields if _fits(field, name))


def _is_account(field: Any) -> bool:
    return field.related_model is get_user_model()


def _fits(field: Any, name: str) -> bool:
    kinds: tuple[type[Any], ...] = {"date_of_birth": _DATES, "external_id": _NUMBERS}.get(name, _TEXTS)
    if not isinstance(field, kinds) or field.is_relation or (name == "state" and field.choices):
        return False  # a "state" with choices is that of the order
    plain = field.name.lower()
    return plain in _KNOWN[name] or _OF_WHOM.sub("", plain) in _KNOWN[name]
