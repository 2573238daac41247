"""The settings of the run's shops and workers: those of the brokers' tests, with waits that fit into a minute.

The environment says who reads them (``CHAOS_NAME``) and where database, broker, Meta and the token's file are.
"""

import os
from datetime import timedelta
from pathlib import Path

from tests.brokers import shop_settings as base

for name in filter(str.isupper, dir(base)):
    globals()[name] = getattr(base, name)

WHO = os.environ.get("CHAOS_NAME", "chaos")
LEASE = timedelta(seconds=6)
READ_TIMEOUT = timedelta(seconds=4)


class TokenFile(str):
    """A token that a person may renew while the workers run."""

    __slots__ = ()

    def __str__(self) -> str:
        return Path(os.environ["CHAOS_TOKEN"]).read_text()


# Who stops and wakes the others may wait for no lock of somebody who is stopped.
PATIENCE = {} if "CHAOS_NAME" in os.environ else {"options": "-c lock_timeout=2000"}

INSTALLED_APPS = [*base.INSTALLED_APPS, "tests.chaos.shop"]
DATABASES = {
    "default": base.DATABASES["default"] | {"OPTIONS": {"connect_timeout": 2, "application_name": WHO, **PATIENCE}}
}
CAPI_TRACKING = {
    **base.CAPI_TRACKING,
    "PIXELS": {"default": {"PIXEL_ID": "1234567890", "ACCESS_TOKEN": TokenFile()}},
    "PARTNER_AGENT": WHO,  # tells whose request it was
    "LEASE": LEASE,
    "READ_TIMEOUT": READ_TIMEOUT,
    "CONNECT_TIMEOUT": timedelta(seconds=1),
    "BATCH_SIZE": 40,
    "BATCH_BYTES": 8_000,  # several requests under one lease
}
