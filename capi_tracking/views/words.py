"""Words of our pages for what the tables call by Meta's names."""

from django.utils.translation import pgettext_lazy

FIELDS = {
    "em": pgettext_lazy("what was told", "e-mail address"),
    "ph": pgettext_lazy("what was told", "phone number"),
    "fn": pgettext_lazy("what was told", "first name"),
    "ln": pgettext_lazy("what was told", "last name"),
    "db": pgettext_lazy("what was told", "date of birth"),
    "ge": pgettext_lazy("what was told", "gender"),
    "ct": pgettext_lazy("what was told", "city"),
    "st": pgettext_lazy("what was told", "state or region"),
    "zp": pgettext_lazy("what was told", "postal code"),
    "country": pgettext_lazy("what was told", "country"),
    "external_id": pgettext_lazy("what was told", "customer number"),
    "client_ip_address": pgettext_lazy("what was told", "IP address"),
    "client_user_agent": pgettext_lazy("what was told", "kind of browser"),
    "fbc": pgettext_lazy("what was told", "the ad that was clicked"),
    "fbp": pgettext_lazy("what was told", "number of this browser"),
}
EVENTS = {
    "PageView": pgettext_lazy("what a visitor did", "Page viewed"),
    "ViewContent": pgettext_lazy("what a visitor did", "Article viewed"),
    "ViewCategory": pgettext_lazy("what a visitor did", "Shelf viewed"),
    "Search": pgettext_lazy("what a visitor did", "Searched"),
    "AddToCart": pgettext_lazy("what a visitor did", "Put into the cart"),
    "AddToWishlist": pgettext_lazy("what a visitor did", "Put on the wish list"),
    "InitiateCheckout": pgettext_lazy("what a visitor did", "Checkout begun"),
    "AddPaymentInfo": pgettext_lazy("what a visitor did", "Payment chosen"),
    "Purchase": pgettext_lazy("what a visitor did", "Purchase"),
    "Lead": pgettext_lazy("what a visitor did", "Enquiry"),
    "Contact": pgettext_lazy("what a visitor did", "Contact"),
    "CompleteRegistration": pgettext_lazy("what a visitor did", "Registration"),
    "StartTrial": pgettext_lazy("what a visitor did", "Trial begun"),
    "Subscribe": pgettext_lazy("what a visitor did", "Subscription"),
}
STATES = {
    "granted": pgettext_lazy("an answer", "You said yes"),
    "limited": pgettext_lazy("an answer", "You limited it"),
    "denied": pgettext_lazy("an answer", "You said no"),
    "unknown": pgettext_lazy("an answer", "No answer"),
}


def field(name: str) -> str:
    """What a key of Meta's is, for people; a rare one by its own name."""
    return str(FIELDS.get(name, name))


def event(name: str) -> str:
    return str(EVENTS.get(name, name))
