"""``docs/data-map.md``: the tables and their columns. What is of a person is classed here."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.apps import apps

from .reading import table

INTRODUCTION = """# Data map

Every table of capi_tracking and every column, in the database (or databases) of `OUTBOX_DATABASES` and nowhere else. What is
not of a person is in one line. Times that are settings are shown with their defaults. [What this means](privacy.md).

- **plain**: as it was given, since Meta wants it so.
- **hash**: SHA-256, as Meta compares it.
- **key**: 16 characters of a keyed hash under `SECRET_KEY`: it leads from a person to their rows, and not back.

This page is written from the models: `python -m tests.docs`.
"""

PLAIN, HASH, KEY = "plain", "hash", "key"
PAYLOAD = "48 hours after the event is settled (`REDACT_AFTER`); at once when cancelled, skipped, withdrawn or erased"
ROW = "400 days (`PRUNE_AFTER`), or until the person is erased"
CONTEXT = "30 days (`CONTEXT_DAYS`); at once when consent is withdrawn or the person erased"


class Held(NamedTuple):
    """What a column holds of a person: what, in which form, how long."""

    what: str
    form: str
    kept: str


OF_A_PERSON: dict[str, dict[str, Held]] = {
    "OutboxEvent": {
        "payload": Held(
            "the event as Meta gets it: hashes of e-mail, phone, name, birthday, gender, address and the shop's own id; "
            "IP address, user agent, fbp, fbc, page address; articles, value",
            f"{HASH}, {PLAIN}",
            PAYLOAD,
        ),
        "visitor_key": Held("the browser (fbp)", KEY, ROW),
        "email_key": Held("the e-mail address", KEY, ROW),
        "phone_key": Held("the phone number", KEY, ROW),
        "external_key": Held("the shop's own id of the customer", KEY, ROW),
        "order_key": Held(
            "the shop's own order number, by which no sale is sent twice", PLAIN, "400 days (`PRUNE_AFTER`)"
        ),
    },
    "CheckoutContext": {
        "key": Held(
            "the shop's own order number, or a number of ours in the payment", PLAIN, "30 days (`CONTEXT_DAYS`)"
        ),
        "fbp": Held("the browser's number", PLAIN, CONTEXT),
        "fbc": Held("the click on an ad", PLAIN, CONTEXT),
        "client_ip": Held("the IP address", PLAIN, CONTEXT),
        "user_agent": Held("the kind of browser", PLAIN, CONTEXT),
        "url": Held("the page of the checkout, cleaned", PLAIN, CONTEXT),
        "referrer": Held("the page before it, cleaned", PLAIN, CONTEXT),
        "visitor_key": Held("the browser (fbp)", KEY, CONTEXT),
        "email_key": Held("the e-mail address", KEY, CONTEXT),
        "external_key": Held("the shop's own id of the customer", KEY, CONTEXT),
    },
    "OrderDifference": {
        "order_key": Held(
            "the shop's own order number", PLAIN, "until a later comparison of the same days finds it settled"
        )
    },
    "BrowserReceipt": {"visitor_key": Held("the browser (fbp)", KEY, ROW)},
    "Withdrawal": {
        "key": Held(
            "who took consent back or was erased, so that it is obeyed: browser, e-mail, phone or id",
            KEY,
            "400 days (`PRUNE_AFTER`)",
        )
    },
}
TOLD_APART = {"Erasure": "Who did it, a name of staff or `command`, is `done_by`; never who was erased."}


def text() -> str:
    return "\n".join([INTRODUCTION, *(line for model in models() for line in section(model))])


def models() -> list[Any]:
    found = apps.get_app_config("capi_tracking").get_models()
    return sorted((model for model in found if not model._meta.proxy), key=lambda model: model.__name__)


def section(model: Any) -> Iterator[str]:
    held = OF_A_PERSON.get(model.__name__, {})
    columns = [field.name for field in model._meta.concrete_fields]
    strangers = held.keys() - set(columns)
    if strangers:
        raise LookupError(f"{model.__name__} has no column {', '.join(sorted(strangers))}")
    yield f"## `{model._meta.db_table}`\n"
    yield f"{purpose(model)}\n"
    if held:
        rows = ((f"`{name}`", each.what, each.form, each.kept) for name, each in held.items())
        yield from table(("Column", "What it holds of a person", "Form", "How long"), rows)
    others = ", ".join(f"`{name}`" for name in columns if name not in held)
    yield f"{'Not' if held else 'Nothing'} of a person: {others}.\n"


def purpose(model: Any) -> str:
    words = " ".join((model.__doc__ or "").split()).replace("``", "`")
    return f"{words} {TOLD_APART.get(model.__name__, '')}".strip()


def unclassed() -> set[str]:
    """Columns whose names say that they hold a person's, and which are in no list above."""
    telling = ("_key", "fbp", "fbc", "ip", "agent", "url", "email", "phone", "payload")
    return {
        f"{model.__name__}.{field.name}"
        for model in models()
        for field in model._meta.concrete_fields
        if field.name.endswith(telling) and field.name not in OF_A_PERSON.get(model.__name__, {})
    }
