"""Pixels and Meta: 1xx. W101 and W102 are the Graph transport's own."""

from .finding import Finding

NO_PIXEL = Finding(
    id="W103",
    when="`PIXELS` is empty",
    message="There is no pixel in PIXELS: nothing is sent.",
    hint='CAPI_TRACKING = {"PIXELS": {"default": {"PIXEL_ID": "...", "ACCESS_TOKEN": "..."}}}',
)
NO_DEFAULT_PIXEL = Finding(
    id="W104",
    when="`PIXELS` has pixels, but no `default`",
    message="PIXELS has no 'default': whatever names no pixel is not tracked.",
    hint='In CAPI_TRACKING["PIXELS"]: rename %(quoted)s to "default", or add a pixel of that name',
)
TRANSPORT_MISSING = Finding(
    id="E105",
    when="`TRANSPORT` can't be imported",
    message="CAPI_TRACKING['TRANSPORT'] can't be imported: %(error)s.",
    hint='In CAPI_TRACKING: "TRANSPORT": "capi_tracking.transports.graph.GraphTransport"',
)
TRANSPORT_FAILS = Finding(
    id="E106",
    when="the transport of a pixel refuses its settings, a `GRAPH_URL` without https for example, or fails",
    message="The pixel %(alias)r has no transport: %(error)s",
    hint=(
        'For Meta\'s own, in CAPI_TRACKING: "TRANSPORT": "capi_tracking.transports.graph.GraphTransport", '
        '"GRAPH_URL": "https://graph.facebook.com"'
    ),
)
MALFORMED_VERSION = Finding(
    id="E107",
    when="`GRAPH_VERSION` is no version",
    message="CAPI_TRACKING['GRAPH_VERSION'] is %(version)r, which is no version of the Graph API.",
    hint='In CAPI_TRACKING: "GRAPH_VERSION": "%(newest)s"',
)
OLD_VERSION = Finding(
    id="W108",
    when="`GRAPH_VERSION` is older than every version that this app knows",
    message="GRAPH_VERSION %(version)s is older than any that this app was written for.",
    hint='In CAPI_TRACKING: "GRAPH_VERSION": "%(newest)s"',
)
NEW_VERSION = Finding(
    id="I109",
    when="`GRAPH_VERSION` is newer than every version that this app knows",
    message="GRAPH_VERSION %(version)s is newer than %(newest)s, the last that this app was tried with.",
    hint='Look for a new release of this app, or in CAPI_TRACKING: "GRAPH_VERSION": "%(newest)s"',
)
ENDING_VERSION = Finding(
    id="W110",
    when="Meta ends `GRAPH_VERSION` within 90 days",
    message="Meta ends version %(version)s of the Graph API on %(end)s.",
    hint='In CAPI_TRACKING: "GRAPH_VERSION": "%(newest)s"',
)
ENDED_VERSION = Finding(
    id="W111",
    when="Meta has ended `GRAPH_VERSION`",
    message="Meta has ended version %(version)s of the Graph API on %(end)s: requests may be refused.",
    hint='In CAPI_TRACKING: "GRAPH_VERSION": "%(newest)s"',
)
PARTNER_AGENT = Finding(
    id="W112",
    when="`PARTNER_AGENT` has 23 or more characters, or under two letters",
    message="CAPI_TRACKING['PARTNER_AGENT'] must be at most 22 characters with two letters at least.",
    hint='In CAPI_TRACKING: "PARTNER_AGENT": "django-capi-tracking", or "" to send none',
)
SENDS_IN_DEBUG = Finding(
    id="W113",
    when="`DEBUG` is on, and `SEND_IN_DEBUG` lets events go to the real Meta",
    message="DEBUG is on, and events of the pixel %(alias)r are sent to Meta, where they count: SEND_IN_DEBUG is True.",
    hint='To keep them here, in CAPI_TRACKING: "SEND_IN_DEBUG": False',
)
SENDS_TESTS_IN_DEBUG = Finding(
    id="W114",
    when="`DEBUG` is on, and a `TEST_EVENT_CODE` lets events go to the real Meta",
    message=(
        "DEBUG is on, and events of the pixel %(alias)r are sent to Meta as test events. "
        "They are shown under Test Events, and count all the same."
    ),
    hint='To keep them here, in CAPI_TRACKING["PIXELS"][%(quoted)s]: "TEST_EVENT_CODE": ""',
)
WAITS_IN_DEBUG = Finding(
    id="I115",
    when="`DEBUG` is on, so nothing is sent",
    message="DEBUG is on: nothing is sent to Meta for the pixel %(alias)r; its events wait.",
    hint=(
        'To send test events, in CAPI_TRACKING["PIXELS"][%(quoted)s]: "TEST_EVENT_CODE": "TEST12345" '
        "(Events Manager, Test Events, shows yours). To send real ones: DEBUG = False"
    ),
)

SHARE_NO_LIST = Finding(
    id="E116",
    when="an entry of a pixel's `SHARE` is no list of names; nothing would be shared",
    message="PIXELS[%(alias)r]['SHARE'][%(event_name)r] must be a list of the customer's fields.",
    hint='"SHARE": {"Purchase": ["email", "phone", "fbp", "fbc"], "*": ["fbp", "fbc"]}',
)
SHARE_UNKNOWN = Finding(
    id="E117",
    when="a pixel's `SHARE` names a field that customers do not have",
    message="PIXELS[%(alias)r]['SHARE'][%(event_name)r] has %(field)r, which is no field of a customer.",
    hint="%(instead)s",
)
SHARE_TOO_BROAD = Finding(
    id="W118",
    when="a list in a pixel's `SHARE` leaves so little that Meta would refuse each such event",
    message="PIXELS[%(alias)r]['SHARE'][%(event_name)r] leaves too little: Meta refuses what could be nearly anybody.",
    hint="Add one of: email, phone, external_id, client_ip_address, fbp, fbc.",
)
