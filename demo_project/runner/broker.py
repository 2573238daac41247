"""Kombu's filesystem transport, made safe to leave running.

Kombu creates a message's file first and fills it then. A worker that looks in between takes an empty message and ends
(tried). Here the file gets its name, and so can be found, only once it is whole.
"""

import time
import uuid
from pathlib import Path
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    def _put(self, queue: str, payload: dict[str, Any], **kwargs: Any) -> None:
        folder, name = Path(self.data_folder_out), uuid.uuid4().hex
        unfinished = folder / f"{name}.part"
        unfinished.write_text(dumps(payload), encoding="utf-8")
        unfinished.rename(folder / f"{time.time_ns() // 1_000_000}_{name}.{queue}.msg")


class Transport(filesystem.Transport):
    Channel = Channel


def use() -> None:
    """Let ``filesystem://`` mean this transport."""
    TRANSPORT_ALIASES["filesystem"] = f"{__name__}:Transport"
