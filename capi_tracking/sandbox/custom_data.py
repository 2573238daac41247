"""The rules for what was bought or looked at."""

import re

from .refusals import NO_CURRENCY, NO_VALUE, parameter, refused
from .shapes import is_blank, is_integer, is_number, is_object, is_one_of, is_text

DELIVERY_CATEGORIES = frozenset({"in_store", "curbside", "home_delivery"})
SEGMENTS = frozenset(
    {f"{age}_customer_to_{what}" for age in ("new", "existing") for what in ("business", "business_line")}
    | {f"{age}_customer_to_{what}" for age in ("new", "existing") for what in ("product_area", "medium")}
    | {"customer_in_loyalty_program"}
)
CONTENT_TYPES = frozenset({"product", "product_group"})
CONTENT_TEXTS = ("title", "description", "brand", "category")
TEXTS = ("content_type", "content_name", "content_category", "order_id", "search_string", "item_number")
STORE_KEYS = frozenset({"store_page_id", "brand_page_id", "store_code"})
NUMBERS = ("value", "predicted_ltv", "net_revenue")

_CURRENCY = re.compile(r"[A-Za-z]{3}")


def check_custom_data(event: dict[str, object]) -> None:
    """Raise a Refusal for a Purchase without value or currency, and for values of the wrong type."""
    data = {} if event.get("custom_data") is None else event["custom_data"]
    if not is_object(data):
        raise parameter("custom_data", "is not an object")
    if event.get("event_name") == "Purchase":
        _check_purchase(data)
    _check_money(data)
    _check_texts(data)
    _check_contents(data)
    check_segment(data)


def check_segment(data: dict[str, object]) -> None:
    """Meta's papers put ``customer_segmentation`` in two places: both are checked."""
    segment = data.get("customer_segmentation")
    if segment is not None and not is_one_of(segment, SEGMENTS):
        raise parameter("customer_segmentation", "is not one of the nine segments")


def check_content_type(event: dict[str, object]) -> None:
    """Two values are documented; whether Meta refuses others (a travel catalog's, say) is not."""
    data = event.get("custom_data")
    if is_object(data) and data.get("content_type") not in (None, "", *CONTENT_TYPES):
        raise parameter("custom_data[content_type]", "is neither product nor product_group")


def _check_purchase(data: dict[str, object]) -> None:
    if is_blank(data.get("value")):
        raise refused(NO_VALUE, "purchase", "value", "a Purchase needs one")
    if is_blank(data.get("currency")):
        raise refused(NO_CURRENCY, "purchase", "currency", "a Purchase needs one")


def _check_money(data: dict[str, object]) -> None:
    for key in NUMBERS:
        if data.get(key) is not None and not is_number(data[key]):
            raise parameter(f"custom_data[{key}]", "is not a number")
    ltv = data.get("predicted_ltv")
    if ltv is not None and float(str(ltv)) <= 0:
        raise parameter("custom_data[predicted_ltv]", "is not above zero")
    currency = data.get("currency")
    if currency is not None and not (isinstance(currency, str) and _CURRENCY.fullmatch(currency)):
        raise parameter("custom_data[currency]", "is not an ISO 4217 code of three letters")


def _check_texts(data: dict[str, object]) -> None:
    for key in TEXTS:
        if data.get(key) is not None and not isinstance(data[key], str):
            raise parameter(f"custom_data[{key}]", "is not a text")
    if data.get("num_items") is not None and not is_integer(data["num_items"]):
        raise parameter("custom_data[num_items]", "is not an integer")
    # A text in one of Meta's papers, a boolean in another.
    if data.get("status") is not None and not isinstance(data["status"], (str, bool)):
        raise parameter("custom_data[status]", "is neither a text nor a boolean")
    _check_store(data.get("store_data"))
    _check_delivery("custom_data", data)


def _check_store(store: object) -> None:
    if store is None:
        return
    if not is_object(store):
        raise parameter("custom_data[store_data]", "is not an object")
    for key, value in store.items():
        if key not in STORE_KEYS or not (is_text(value) or is_integer(value)):
            raise parameter("custom_data[store_data]", "holds something else than ids of store, page and brand")


def _check_contents(data: dict[str, object]) -> None:
    ids = data.get("content_ids")
    if ids is not None and not (isinstance(ids, list) and all(is_text(one) or is_integer(one) for one in ids)):
        raise parameter("custom_data[content_ids]", "is not a list of ids")
    contents = [] if data.get("contents") is None else data["contents"]
    if not isinstance(contents, list):
        raise parameter("custom_data[contents]", "is not a list")
    for content in contents:
        _check_content(content)


def _check_content(content: object) -> None:
    if not is_object(content):
        raise parameter("custom_data[contents]", "holds something else than objects")
    if not (is_text(content.get("id")) or is_integer(content.get("id"))):
        raise parameter("custom_data[contents][id]", "is missing or no id")
    if not is_number(content.get("quantity")):
        raise parameter("custom_data[contents][quantity]", "is missing or no number")
    if content.get("item_price") is not None and not is_number(content["item_price"]):
        raise parameter("custom_data[contents][item_price]", "is not a number")
    for key in CONTENT_TEXTS:
        if content.get(key) is not None and not isinstance(content[key], str):
            raise parameter(f"custom_data[contents][{key}]", "is not a text")
    _check_delivery("custom_data[contents]", content)


def _check_delivery(where: str, data: dict[str, object]) -> None:
    category = data.get("delivery_category")
    if category is not None and not is_one_of(category, DELIVERY_CATEGORIES):
        raise parameter(f"{where}[delivery_category]", "is not in_store, curbside or home_delivery")
