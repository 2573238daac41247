"""The words that Meta knows."""

from enum import StrEnum


class StandardEvent(StrEnum):
    """The 17 events of the pixel's reference, and PageView. Other names are custom events."""

    ADD_PAYMENT_INFO = "AddPaymentInfo"
    ADD_TO_CART = "AddToCart"
    ADD_TO_WISHLIST = "AddToWishlist"
    COMPLETE_REGISTRATION = "CompleteRegistration"
    CONTACT = "Contact"
    CUSTOMIZE_PRODUCT = "CustomizeProduct"
    DONATE = "Donate"
    FIND_LOCATION = "FindLocation"
    INITIATE_CHECKOUT = "InitiateCheckout"
    LEAD = "Lead"
    PAGE_VIEW = "PageView"
    PURCHASE = "Purchase"
    SCHEDULE = "Schedule"
    SEARCH = "Search"
    START_TRIAL = "StartTrial"
    SUBMIT_APPLICATION = "SubmitApplication"
    SUBSCRIBE = "Subscribe"
    VIEW_CONTENT = "ViewContent"


class ActionSource(StrEnum):
    """Where it happened."""

    EMAIL = "email"
    WEBSITE = "website"
    APP = "app"
    PHONE_CALL = "phone_call"
    CHAT = "chat"
    PHYSICAL_STORE = "physical_store"
    SYSTEM_GENERATED = "system_generated"
    BUSINESS_MESSAGING = "business_messaging"
    OTHER = "other"


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
