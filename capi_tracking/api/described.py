"""The shapes of what goes in and out, as OpenAPI has them."""

from typing import Any

from ..consent import ConsentState
from ..events import ActionSource, CustomerSegmentation, MessagingChannel
from ..events.intake import FIELDS
from ..events.user_data import HASHED
from ..ingestion import MAX_ITEMS, Outcome
from ..ingestion.items import AS_THEY_ARE, CUSTOM_KEYS, KEYS, REQUIRED

Shape = dict[str, Any]

TEXT: Shape = {"type": "string"}
AMOUNT: Shape = {"oneOf": [{"type": "number"}, {"type": "string", "example": "49.90"}]}
MOMENT: Shape = {
    "description": "ISO 8601 with a zone, or whole seconds since 1970.",
    "oneOf": [{"type": "string", "format": "date-time"}, {"type": "integer", "minimum": 1}],
}
ONE: Shape = {"oneOf": [{"type": "string"}, {"type": "integer"}]}
SEVERAL: Shape = {"oneOf": [*ONE["oneOf"], {"type": "array", "maxItems": 10, "items": ONE}]}
HASHABLE = {name for name, meta in FIELDS.items() if meta in HASHED} | set(HASHED)

EXAMPLE: Shape = {
    "event_name": "Purchase",
    "event_id": "till-7-000123",
    "event_time": "2026-11-20T18:05:00+01:00",
    "action_source": "physical_store",
    "user_data": {"email": "jo@shop.example", "phone": "+49 171 2345678"},
    "custom_data": {
        "value": "49.90",
        "currency": "EUR",
        "order_id": "000123",
        "contents": [{"id": "sku-1", "quantity": 1, "item_price": "49.90"}],
        "store_data": {"store_code": "berlin-1"},
    },
    "consent": {"state": "granted", "policy": "card-2026", "source": "till", "at": "2026-03-01T10:00:00Z"},
}
ANSWER: Shape = {
    "recorded": 1,
    "duplicate": 0,
    "skipped": 0,
    "refused": 1,
    "results": [
        {"event_id": "till-7-000123", "outcome": "recorded"},
        {
            "event_id": "till-7-000124",
            "outcome": "refused",
            "field": "event_time",
            "reason": "has no time zone: end it with Z or +01:00, say",
        },
    ],
}


def words(kind: Any) -> Shape:
    return {"type": "string", "enum": [each.value for each in kind]}


def closed(properties: Shape, required: tuple[str, ...] = ()) -> Shape:
    """An object with these keys alone."""
    shape: Shape = {"type": "object", "properties": properties, "additionalProperties": False}
    return shape | ({"required": list(required)} if required else {})


CONTENT = closed({"id": ONE, "quantity": {"type": "integer", "minimum": 1}, "item_price": AMOUNT, "title": TEXT, "brand": TEXT, "category": TEXT, "delivery_category": TEXT}, ("id",))  # fmt: skip
CUSTOM_DATA = closed(
    dict.fromkeys(sorted(CUSTOM_KEYS), TEXT)
    | dict.fromkeys(("value", "predicted_ltv", "net_revenue"), AMOUNT)
    | {
        "content_ids": {"type": "array", "items": ONE},
        "contents": {"type": "array", "items": CONTENT},
        "num_items": {"type": "integer", "minimum": 0},
        "status": {"oneOf": [TEXT, {"type": "boolean"}]},
        "store_data": closed(dict.fromkeys(("store_page_id", "brand_page_id", "store_code"), ONE)),
        "extra": {"type": "object", "description": "Custom parameters of your own."},
    }
)
USER_DATA = closed({name: SEVERAL if name in HASHABLE else ONE for name in sorted({*FIELDS, *FIELDS.values()})})
CONSENT = closed({"state": words(ConsentState), "policy": TEXT, "source": TEXT, "at": MOMENT}, ("state",))
ITEM = closed(
    dict.fromkeys(sorted(KEYS), TEXT)
    | {name: {"type": "object"} for name in AS_THEY_ARE if name.endswith("_data")}
    | {
        "event_time": MOMENT,
        "action_source": words(ActionSource),
        "user_data": USER_DATA,
        "custom_data": CUSTOM_DATA,
        "consent": CONSENT,
        "opt_out": {"type": "boolean"},
        "data_processing_options": {"type": "array", "items": {"type": "string", "enum": ["LDU"]}},
        "data_processing_options_country": {"type": "integer"},
        "data_processing_options_state": {"type": "integer"},
        "customer_segmentation": words(CustomerSegmentation),
        "messaging_channel": words(MessagingChannel),
    },
    (*REQUIRED, "action_source"),
)
ITEMS: Shape = {"type": "array", "maxItems": MAX_ITEMS, "items": ITEM}
RESULT = closed(
    {
        "event_id": TEXT,
        "outcome": words(Outcome),
        "field": TEXT,
        "reason": TEXT,
        "notes": {"type": "array", "items": TEXT},
    },
    ("event_id", "outcome"),
)
COUNTS = {outcome.value: {"type": "integer", "minimum": 0} for outcome in Outcome}
RESULTS = closed(COUNTS | {"results": {"type": "array", "items": RESULT}}, (*COUNTS, "results"))
PROBLEM = closed(
    {"type": TEXT, "title": TEXT, "status": {"type": "integer"}, "detail": TEXT}, ("type", "title", "status", "detail")
)
PAGE: Shape = {
    "type": "object",
    "properties": {
        "results": {"type": "array", "items": {"type": "object"}},
        "next": {"type": "string", "nullable": True, "description": "The address of the page that follows."},
    },
    "required": ["results", "next"],
}
NUMBERS: Shape = {"type": "object", "required": ["since", "until", "orders"]}
