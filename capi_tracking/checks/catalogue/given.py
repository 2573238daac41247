"""The settings as they are given: 0xx."""

from .finding import Finding

NO_DICT = Finding(
    id="E001",
    when="`CAPI_TRACKING` is something else than a dict",
    message="CAPI_TRACKING must be a dict, not %(kind)s.",
    hint='CAPI_TRACKING = {"PIXELS": {"default": {"PIXEL_ID": "...", "ACCESS_TOKEN": "..."}}}',
)
UNKNOWN_KEY = Finding(
    id="W002",
    when="a key is no setting of this app; it does nothing",
    message="CAPI_TRACKING has an unknown key %(key)r.",
    hint="%(instead)s",
)
MISTYPED = Finding(
    id="E003",
    when="a setting has the wrong type",
    message="CAPI_TRACKING[%(key)r] must be %(wanted)s, not %(kind)s.",
    hint="In CAPI_TRACKING, for example: %(example)s",
)
NO_ENTRY = Finding(
    id="E004",
    when="an entry of `PIXELS` is something else than a dict",
    message="PIXELS[%(alias)r] must be a dict, not %(kind)s.",
    hint='In CAPI_TRACKING["PIXELS"]: %(quoted)s: {"PIXEL_ID": "...", "ACCESS_TOKEN": "..."}',
)
UNKNOWN_PIXEL_KEY = Finding(
    id="W005",
    when="a key of a pixel is none; it does nothing",
    message="PIXELS[%(alias)r] has an unknown key %(key)r.",
    hint="%(instead)s",
)
MISTYPED_PIXEL_KEY = Finding(
    id="E006",
    when="a key of a pixel has the wrong type, often None from an environment variable that is not set",
    message="PIXELS[%(alias)r][%(key)r] must be %(wanted)s, not %(kind)s.",
    hint='In CAPI_TRACKING["PIXELS"][%(quoted)s], for example: %(example)s',
)
