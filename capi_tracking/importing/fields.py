"""What a column can be: the fields of an event, and the headings by which they are known."""

import re
import unicodedata
from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum, auto

from ..events.intake import FIELDS as USER_DATA


class Kind(Enum):
    TEXT = auto()
    SEVERAL = auto()  # of a customer: several columns are several values
    LIST = auto()
    MONEY = auto()
    COUNT = auto()
    MOMENT = auto()
    CONSENT = auto()


@dataclass(frozen=True, slots=True)
class Field:
    """``place``: where it stands in an item. ``between``: what joins several columns, if that may be."""

    name: str
    place: tuple[str, ...]
    kind: Kind = Kind.TEXT
    between: str | None = None


OWN = "extra."
MANY = ("email", "phone", "first_name", "last_name", "external_id")
EVENT = (
    "event_name",
    "action_source",
    "event_source_url",
    "referrer_url",
    "messaging_channel",
    "customer_segmentation",
    "pixel",
    "order_key",
    "part",
)
CUSTOM = (
    "currency",
    "content_type",
    "content_name",
    "content_category",
    "order_id",
    "search_string",
    "status",
    "delivery_category",
    "item_number",
)
STORE = ("store_page_id", "brand_page_id", "store_code")
FIELDS = {
    each.name: each
    for each in (
        Field("event_id", ("event_id",), between="-"),
        Field("event_time", ("event_time",), Kind.MOMENT, between=" "),
        *(Field(name, (name,)) for name in EVENT),
        *(Field(name, ("user_data", name), Kind.SEVERAL if name in MANY else Kind.TEXT) for name in USER_DATA),
        *(Field(name, ("custom_data", name)) for name in CUSTOM),
        *(Field(name, ("custom_data", name), Kind.MONEY) for name in ("value", "predicted_ltv", "net_revenue")),
        Field("num_items", ("custom_data", "num_items"), Kind.COUNT),
        Field("content_ids", ("custom_data", "content_ids"), Kind.LIST),
        *(Field(name, ("custom_data", "store_data", name)) for name in STORE),
        Field("consent", ("consent", "state"), Kind.CONSENT),
        Field("consent_policy", ("consent", "policy")),
        Field("consent_source", ("consent", "source")),
        Field("consent_at", ("consent", "at"), Kind.MOMENT, between=" "),
    )
}

# Headings of tills, CRMs and shops in several languages, and Meta's own. None of them may mean two things; that a customer
# agreed to something else than Meta must not pass for consent, so a newsletter's "opt-in" is not among them.
HEADINGS = {
    "event_id": "event id, dedup id",
    "event_name": "event name, event, event type, ereignis",
    "event_time": "event time, timestamp, date time, date, time, datum, uhrzeit, zeitpunkt, verkaufsdatum, kaufdatum, bestelldatum, "
    "sale date, sold at, paid at, purchase date, purchased at, order date, transaction date, transaction time, date d achat, fecha, hora",
    "email": "email, e mail, mail, email address, e mail address, e mail adresse, mailadresse, adresse mail, courriel, correo, "
    "correo electronico, customer email, em",
    "phone": "phone, phone number, telephone, tel, mobile, mobile phone, telefon, telefonnummer, handy, handynummer, mobil, "
    "mobiltelefon, telefono, telefonnr, customer phone, ph",
    "first_name": "first name, given name, vorname, prenom, nombre, fn",
    "last_name": "last name, surname, family name, nachname, familienname, nom de famille, apellido, apellidos, ln",
    "date_of_birth": "date of birth, dob, birthday, birth date, geburtsdatum, geburtstag, date de naissance, fecha de nacimiento",
    "gender": "gender, sex, geschlecht, sexe, genero, gen",
    "city": "city, town, ort, wohnort, stadt, ville, ciudad, ct",
    "state": "state, province, bundesland, provincia",
    "postal_code": "postal code, postcode, zip, zip code, plz, postleitzahl, code postal, codigo postal",
    "country": "country, country code, land, pays, pais",
    "external_id": "external id, customer id, customer number, customer no, kundennummer, kunden nr, kundennr, user id, member id, "
    "loyalty id, numero client, uid",
    "order_id": "order id, order number, order no, order, receipt, receipt number, receipt no, receipt id, bon, bonnummer, bon nr, "
    "belegnummer, beleg nr, rechnungsnummer, rechnung nr, bestellnummer, invoice number, invoice no, transaction id, "
    "transaction number, numero de commande, ticket",
    "value": "value, amount, total, total amount, grand total, order total, betrag, summe, gesamt, gesamtbetrag, gesamtsumme, "
    "umsatz, revenue, montant, importe",
    "currency": "currency, currency code, wahrung, waehrung, devise, moneda, divisa",
    "num_items": "num items, item count",
}
NEVER_GUESSED = ("status", "part", "pixel", "order_key")  # most files mean something else by them
DAYS = (
    "date",
    "datum",
    "fecha",
    "verkaufsdatum",
    "kaufdatum",
    "bestelldatum",
    "sale date",
    "purchase date",
    "order date",
)
HOURS = ("time", "uhrzeit", "hora", "transaction time")
LEFT_OUT = ("capi_line", "capi_reason")  # what a file of refused lines has more than others


def simple(heading: str) -> str:
    """The heading without case, accents and signs."""
    letters = unicodedata.normalize("NFKD", heading.casefold())
    return "".join(letter for letter in letters if letter.isalnum())


_KNOWN = (
    {simple(heading): name for name, some in HEADINGS.items() for heading in some.split(", ")}
    | {simple(meta): name for name, meta in USER_DATA.items() if meta != "st"}  # "St." is a street, or pieces
    | {simple(name): name for name in FIELDS if name not in NEVER_GUESSED}
)
_EXTRA = re.compile(r"extra\.[A-Za-z0-9_]{1,100}").fullmatch


def recognised(heading: str) -> str:
    """The name of the field that this heading means, or ""."""
    if heading in LEFT_OUT:
        return ""
    return heading if _EXTRA(heading) else _KNOWN.get(simple(heading), "")


def is_day(heading: str) -> bool:
    return simple(heading) in _DAYS


def is_hour(heading: str) -> bool:
    return simple(heading) in _HOURS


def field(name: str) -> Field | None:
    """By its name; Meta's names of customer data do as well."""
    if _EXTRA(name):
        return Field(name, ("custom_data", "extra", name.removeprefix(OWN)))
    return FIELDS.get(name) or FIELDS.get(_OURS.get(name, ""))


def nearest(name: str) -> str:
    """What may have been meant, as the end of a sentence."""
    near = get_close_matches(name, FIELDS, n=1)
    return f" Did you mean {near[0]}?" if near else ""


_DAYS, _HOURS = frozenset(map(simple, DAYS)), frozenset(map(simple, HOURS))
_OURS = {meta: name for name, meta in USER_DATA.items()}
