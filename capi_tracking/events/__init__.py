"""What happened, as values: nothing here knows a database, a request or a network.

Event
├── UserData     who did it, hashed
└── CustomData   what it was worth
    └── Content  one article
"""

from .content import MAX_CONTENTS, Content
from .custom_data import CustomData
from .encoding import encode
from .event import Event
from .names import ActionSource, ContentType, CustomerSegmentation, DeliveryCategory, MessagingChannel, StandardEvent
from .user_data import PlainUserData, UserData

__all__ = [
    "MAX_CONTENTS",
    "ActionSource",
    "Content",
    "ContentType",
    "CustomData",
    "CustomerSegmentation",
    "DeliveryCategory",
    "Event",
    "MessagingChannel",
    "PlainUserData",
    "StandardEvent",
    "UserData",
    "encode",
]
