"""What Graph lets one read: ``/{version}/dataset_quality`` and ``/{version}/{pixel}/stats``."""

from collections.abc import Mapping

from .account import Account
from .fields import choose, read_fields
from .hits import partner_agent
from .ledger import Ledger, Record
from .quality import SHAPE, web_quality
from .refusals import parameter
from .stats import read_stats
from .wire import Answer, Request


def answer_reading(path_tail: str, request: Request, account: Account, ledger: Ledger, now: float) -> Answer | None:
    """The answer to a GET whose token was checked, or None where Graph has nothing to read.

    ``path_tail`` is what follows ``/{version}/``. Raises a Refusal for a parameter or a pixel that is wrong.
    """
    pixel, _, edge = path_tail.strip("/").rpartition("/")
    if (pixel, edge) == ("", "dataset_quality"):
        return Answer.of(_quality(request.query, account, ledger, now))
    if pixel and edge == "stats":
        account.check_pixel(pixel, verb="get")
        return Answer.of({"data": read_stats(ledger, pixel, request.query, now)})
    return None


def _quality(query: Mapping[str, str], account: Account, ledger: Ledger, now: float) -> object:
    if not query.get("dataset_id"):
        raise parameter("dataset_id", "is missing")
    account.check_pixel(query["dataset_id"], verb="get")
    if not query.get("fields"):
        raise parameter("fields", "is missing: name what you want, as web{event_name}")
    selection = read_fields(query["fields"], SHAPE)
    hits = _hits(ledger, query["dataset_id"], query.get("agent_name", ""))
    return choose({"web": web_quality(hits, now)}, selection)


def _hits(ledger: Ledger, pixel: str, agent: str) -> list[Record]:
    hits = [hit for hit in ledger.events if hit["pixel"] == pixel]
    return [hit for hit in hits if not agent or hit["channel"] == "browser" or partner_agent(hit).lower() == agent]
