"""The words that Meta knows."""

from enum import StrEnum


class StandardEvent(StrEnum):
    """The 17 events of the pixel's reference, and PageView. Other names are custom events."""

    ADD_PAYMENT_INFO = "AddPaymentInfo"
    """`content_ids`, `contents`, `currency`, `value`."""
    ADD_TO_CART = "AddToCart"
    """`content_ids`, `content_type`, `contents`, `currency`, `value`. Ads from a catalogue want **`contents`**."""
    ADD_TO_WISHLIST = "AddToWishlist"
    """`content_ids`, `contents`, `currency`, `value`."""
    COMPLETE_REGISTRATION = "CompleteRegistration"
    """`currency`, `value`, `status`."""
    CONTACT = "Contact"
    """None."""
    CUSTOMIZE_PRODUCT = "CustomizeProduct"
    """None."""
    DONATE = "Donate"
    """None."""
    FIND_LOCATION = "FindLocation"
    """None."""
    INITIATE_CHECKOUT = "InitiateCheckout"
    """`content_ids`, `contents`, `currency`, `num_items`, `value`."""
    LEAD = "Lead"
    """`currency`, `value`."""
    PAGE_VIEW = "PageView"
    """None."""
    PURCHASE = "Purchase"
    """**`value`**, **`currency`**, `content_ids`, `content_type`, `contents`, `num_items`. Ads from a catalogue want
    **`contents`** or **`content_ids`**."""
    SCHEDULE = "Schedule"
    """None."""
    SEARCH = "Search"
    """`search_string`, `content_ids`, `content_type`, `contents`, `currency`, `value`. Ads from a catalogue want
    **`contents`** or **`content_ids`**."""
    START_TRIAL = "StartTrial"
    """`currency`, `predicted_ltv`, `value`."""
    SUBMIT_APPLICATION = "SubmitApplication"
    """None."""
    SUBSCRIBE = "Subscribe"
    """`currency`, `predicted_ltv`, `value`."""
    VIEW_CONTENT = "ViewContent"
    """`content_ids`, `content_type`, `contents`, `currency`, `value`. Ads from a catalogue want **`contents`** or
    **`content_ids`**."""


class ActionSource(StrEnum):
    """Where it happened."""

    EMAIL = "email"
    """In an e-mail."""
    WEBSITE = "website"
    """On the shop's pages. Meta wants `event_source_url` and `client_user_agent` with it."""
    APP = "app"
    """In an app: `app_data` must say what the person allowed, and on which device."""
    PHONE_CALL = "phone_call"
    """On the phone."""
    CHAT = "chat"
    """By a messenger or text message."""
    PHYSICAL_STORE = "physical_store"
    """At the till."""
    SYSTEM_GENERATED = "system_generated"
    """With nobody there: a subscription's renewal, a payment by direct debit."""
    BUSINESS_MESSAGING = "business_messaging"
    """In a chat that an ad led to: `messaging_channel` must say where."""
    OTHER = "other"
    """Anywhere else."""


class MessagingChannel(StrEnum):
    """By which a ``business_messaging`` event came about."""

    WHATSAPP = "whatsapp"
    MESSENGER = "messenger"
    INSTAGRAM = "instagram"


class ContentType(StrEnum):
    """What the content ids are the ids of."""

    PRODUCT = "product"
    PRODUCT_GROUP = "product_group"


class DeliveryCategory(StrEnum):
    """How the goods get to the customer."""

    IN_STORE = "in_store"
    CURBSIDE = "curbside"
    HOME_DELIVERY = "home_delivery"


class CustomerSegmentation(StrEnum):
    """How well the business knew the customer before."""

    NEW_TO_BUSINESS = "new_customer_to_business"
    NEW_TO_BUSINESS_LINE = "new_customer_to_business_line"
    NEW_TO_PRODUCT_AREA = "new_customer_to_product_area"
    NEW_TO_MEDIUM = "new_customer_to_medium"
    EXISTING_TO_BUSINESS = "existing_customer_to_business"
    EXISTING_TO_BUSINESS_LINE = "existing_customer_to_business_line"
    EXISTING_TO_PRODUCT_AREA = "existing_customer_to_product_area"
    EXISTING_TO_MEDIUM = "existing_customer_to_medium"
    IN_LOYALTY_PROGRAM = "customer_in_loyalty_program"
