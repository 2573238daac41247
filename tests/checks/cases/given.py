"""Names and types."""

from tests.checks.changes import ERROR, WARNING, capi, pixel, project
from tests.checks.conftest import PIXEL

EXAMPLE_PIXEL = '{"PIXELS": {"default": {"PIXEL_ID": "...", "ACCESS_TOKEN": "..."}}}'

CASES = [
    (
        "E001", project(CAPI_TRACKING=["PIXELS"]), ERROR,
        "CAPI_TRACKING must be a dict, not list of str.",
        f"CAPI_TRACKING = {EXAMPLE_PIXEL}",
    ),
    (
        "W002", capi(BATCHSIZE=5), WARNING,
        "CAPI_TRACKING has an unknown key 'BATCHSIZE'.",
        'Did you mean "BATCH_SIZE"?',
    ),
    (
        "E003", capi(TRUSTED_PROXIES="1"), ERROR,
        "CAPI_TRACKING['TRUSTED_PROXIES'] must be int or list of str, not str.",
        'In CAPI_TRACKING, for example: "TRUSTED_PROXIES": 0',
    ),
    (
        "E004", capi(PIXELS={"default": PIXEL, "second": "1234567890"}), ERROR,
        "PIXELS['second'] must be a dict, not str.",
        'In CAPI_TRACKING["PIXELS"]: "second": {"PIXEL_ID": "...", "ACCESS_TOKEN": "..."}',
    ),
    (
        "W005", pixel(TOKEN="t"), WARNING,
        "PIXELS['default'] has an unknown key 'TOKEN'.",
        'Did you mean "ACCESS_TOKEN"?',
    ),
    (
        "E006", pixel(ACCESS_TOKEN=None), ERROR,
        "PIXELS['default']['ACCESS_TOKEN'] must be str, not NoneType.",
        'In CAPI_TRACKING["PIXELS"]["default"], for example: "ACCESS_TOKEN": "..."',
    ),
]  # fmt: skip
