"""Pixels and what they are sent with."""

from django.core import checks

from capi_tracking.transports.local import MemoryTransport
from tests.checks.changes import ERROR, INFO, WARNING, both, capi, pixel, project
from tests.checks.conftest import PIXEL

EXAMPLE_PIXEL = '{"PIXELS": {"default": {"PIXEL_ID": "...", "ACCESS_TOKEN": "..."}}}'
TRANSPORT_HINT = (
    'For Meta\'s own, in CAPI_TRACKING: "TRANSPORT": "capi_tracking.transports.graph.GraphTransport", '
    '"GRAPH_URL": "https://graph.facebook.com"'
)
NEWEST_HINT = 'In CAPI_TRACKING: "GRAPH_VERSION": "v26.0"'


class Refusing(MemoryTransport):
    def check(self) -> list[checks.CheckMessage]:
        raise RuntimeError("the token is s3cret")


CASES = [
    (
        "W101", pixel(PIXEL_ID="my shop"), WARNING,
        "PIXEL_ID of the pixel 'default' is not a number.",
        'In CAPI_TRACKING["PIXELS"]["default"]: "PIXEL_ID": "1234567890" (Events Manager, Data sources, shows yours)',
    ),
    (
        "W102", pixel(ACCESS_TOKEN=""), WARNING,
        "ACCESS_TOKEN of the pixel 'default' is empty.",
        'In CAPI_TRACKING["PIXELS"]["default"]: "ACCESS_TOKEN": os.environ["META_ACCESS_TOKEN"] '
        "(Events Manager, Settings, makes one)",
    ),
    (
        "E116", lambda shop: shop.pixel(SHARE={"*": "email"}), ERROR,
        "PIXELS['default']['SHARE']['*'] must be a list of the customer's fields.",
        '"SHARE": {"Purchase": ["email", "phone", "fbp", "fbc"], "*": ["fbp", "fbc"]}',
    ),
    (
        "E117", lambda shop: shop.pixel(SHARE={"Lead": ["fbp", "mail"]}), ERROR,
        "PIXELS['default']['SHARE']['Lead'] has 'mail', which is no field of a customer.",
        'Did you mean "email"?',
    ),
    (
        "W118", lambda shop: shop.pixel(SHARE={"Purchase": ["email"], "*": ["country", "city"]}), WARNING,
        "PIXELS['default']['SHARE']['*'] leaves too little: Meta refuses what could be nearly anybody.",
        "Add one of: email, phone, external_id, client_ip_address, fbp, fbc.",
    ),
    (
        "W103", capi(PIXELS={}), WARNING,
        "There is no pixel in PIXELS: nothing is sent.",
        f"CAPI_TRACKING = {EXAMPLE_PIXEL}",
    ),
    (
        "W104", capi(PIXELS={"shop": PIXEL}), WARNING,
        "PIXELS has no 'default': whatever names no pixel is not tracked.",
        'In CAPI_TRACKING["PIXELS"]: rename "shop" to "default", or add a pixel of that name',
    ),
    (
        "E105", capi(TRANSPORT="no.such.Transport"), ERROR,
        "CAPI_TRACKING['TRANSPORT'] can't be imported: No module named 'no'.",
        'In CAPI_TRACKING: "TRANSPORT": "capi_tracking.transports.graph.GraphTransport"',
    ),
    (
        "E106", capi(GRAPH_URL="http://graph.example"), ERROR,
        "The pixel 'default' has no transport: GRAPH_URL must begin with https:// (http:// only for this machine).",
        TRANSPORT_HINT,
    ),
    (
        "E106", capi(TRANSPORT=f"{__name__}.Refusing"), ERROR,
        "The pixel 'default' has no transport: RuntimeError.",
        TRANSPORT_HINT,
    ),
    (
        "E107", capi(GRAPH_VERSION="26"), ERROR,
        "CAPI_TRACKING['GRAPH_VERSION'] is '26', which is no version of the Graph API.",
        NEWEST_HINT,
    ),
    (
        "W108", capi(GRAPH_VERSION="v24.0"), WARNING,
        "GRAPH_VERSION v24.0 is older than any that this app was written for.",
        NEWEST_HINT,
    ),
    (
        "I109", capi(GRAPH_VERSION="v27.0"), INFO,
        "GRAPH_VERSION v27.0 is newer than v26.0, the last that this app was tried with.",
        'Look for a new release of this app, or in CAPI_TRACKING: "GRAPH_VERSION": "v26.0"',
    ),
    (
        "W112", capi(PARTNER_AGENT="x" * 23), WARNING,
        "CAPI_TRACKING['PARTNER_AGENT'] must be at most 22 characters with two letters at least.",
        'In CAPI_TRACKING: "PARTNER_AGENT": "django-capi-tracking", or "" to send none',
    ),
    (
        "W112", capi(PARTNER_AGENT="1.0-x"), WARNING,
        "CAPI_TRACKING['PARTNER_AGENT'] must be at most 22 characters with two letters at least.",
        'In CAPI_TRACKING: "PARTNER_AGENT": "django-capi-tracking", or "" to send none',
    ),
    (
        "W113", both(project(DEBUG=True), capi(SEND_IN_DEBUG=True)), WARNING,
        "DEBUG is on, and events of the pixel 'default' are sent to Meta, where they count: SEND_IN_DEBUG is True.",
        'To keep them here, in CAPI_TRACKING: "SEND_IN_DEBUG": False',
    ),
    (
        "I115", project(DEBUG=True), INFO,
        "DEBUG is on: nothing is sent to Meta for the pixel 'default'; its events wait.",
        'To send test events, in CAPI_TRACKING["PIXELS"]["default"]: "TEST_EVENT_CODE": "TEST12345" '
        "(Events Manager, Test Events, shows yours). To send real ones: DEBUG = False",
    ),
]  # fmt: skip
