"""Events that other systems tell of: from one plain mapping, as JSON or a line of a file gives it, to one row of the outbox.

An item is a mapping with the keys of :data:`~capi_tracking.ingestion.items.KEYS`; any other key is refused, with a "did you
mean". Required: ``event_name``, ``event_id``, ``event_time``, ``action_source`` (or the terms' own) and ``user_data``.

``event_id``             text; the same event told again, by whichever door, is a duplicate and changes nothing
``event_time``           an aware datetime, ISO 8601 text with a zone, or whole seconds since 1970
``pixel``                an alias of ``PIXELS``
``user_data``            names as ``UserData.of()`` takes them, or Meta's (``email`` or ``em``); single values or lists, plain
                         or already hashed: what is a SHA-256 in hex stays, everything else is normalised and hashed here
``custom_data``          Meta's names; ``contents`` is a list of objects; custom parameters stand in ``extra``
``consent``              ``{"state": "granted", "policy": "...", "source": "...", "at": time}``; all but the state may be missing
``order_key``, ``part``  the shop's own order: one event of a name per pixel, order and part. What is not sent of it is a row
``event_source_url``, ``referrer_url``, ``opt_out``, ``data_processing_options``, ``..._country``, ``..._state``,
``customer_segmentation``, ``original_event_data``, ``attribution_data``, ``app_data``, ``messaging_channel``: as in ``Event``

``None`` is the same as a key that is missing. Texts from a file that are numbers (``"9.90"``) are taken for money and ids;
counts (``num_items``, ``quantity``) and the two states of ``app_data`` are whole numbers.
"""

from .items import KEYS
from .recording import MAX_ITEMS, ingest, preview
from .results import Outcome, Result
from .terms import Terms

__all__ = ["KEYS", "MAX_ITEMS", "Outcome", "Result", "Terms", "ingest", "preview"]
