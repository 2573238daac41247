"""``capi_import``: sales of tills, CRMs and telephones, from a file of theirs."""

import json
from argparse import ArgumentParser
from datetime import time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import CommandError
from django.db import DatabaseError, connections

from ...conf import conf
from ...importing import CannotBegin, Layout, Refused, Tally, Told, beside, look, run, try_constants
from ...ingestion import Terms
from ...models import Source
from ..papers import ImportPaper, write_layout
from ..tidy import TidyCommand, written

DECIMALS = {"comma": ",", ",": ",", "point": ".", ".": "."}
MAPPING_BYTES = 100_000


class Command(TidyCommand):
    help = (
        "Imports events that happened elsewhere, at the till, in the CRM or on the phone, from CSV or JSON lines. It says how "
        "it reads the file before it begins. A line that is there already changes nothing, so an import that was stopped "
        "is run again. Lines that are refused are written to a file beside, with the reason; it holds them as they are, "
        "customers included, and only you may read it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="CSV or JSON lines.")
        parser.add_argument(
            "--map", action="append", default=[], type=pair, metavar="FIELD=COLUMN",
            help="Which column a field is, as email=E-Mail. Without a column the field is left out. May be repeated: "
            "a day and its time, or two addresses.",
        )  # fmt: skip
        parser.add_argument("--mapping", type=Path, metavar="FILE", help='The same as JSON: {"email": "E-Mail"}.')
        parser.add_argument(
            "--set", action="append", default=[], type=pair, metavar="FIELD=VALUE",
            help="What holds where a line says nothing, as action_source=physical_store, event_name=Purchase or currency=EUR.",
        )  # fmt: skip
        parser.add_argument(
            "--consent-policy", default="", metavar="NAME",
            help="The policy under which all of these customers agreed that Meta is told. A column for consent stands above it.",
        )  # fmt: skip
        parser.add_argument(
            "--pixel", default="default", metavar="ALIAS", help="The alias of the pixel (default: default)."
        )
        parser.add_argument("--timezone", type=zone, metavar="ZONE", help="Of times that name none, as Europe/Berlin.")
        parser.add_argument(
            "--dates", choices=("day-first", "month-first"), default="", help="How 03/04/2026 is meant."
        )
        parser.add_argument("--at", type=clock, metavar="HH:MM", help="The time of days without one.")
        parser.add_argument(
            "--decimal", choices=DECIMALS, metavar="SIGN", help="What stands before the cents: comma or point."
        )
        parser.add_argument("--delimiter", default="", help="One sign, or comma, semicolon, tab or bar.")
        parser.add_argument("--encoding", default="", help="As utf-8, utf-16, windows-1252 or latin-1.")
        parser.add_argument("--refused", type=Path, metavar="FILE", help="Where refused lines go (default: beside).")
        parser.add_argument("--dry-run", action="store_true", help="Say what would be, and record nothing.")
        parser.add_argument(
            "--database", choices=list(connections), metavar="ALIAS", help="The outbox of this database."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not conf.ENABLED:
            raise CommandError("Tracking is off (ENABLED): nothing can be imported.")
        if options["pixel"] not in conf.PIXELS:
            raise CommandError(f"There is no pixel {options['pixel']}.")
        path = options["file"]
        try:
            layout = look(path, told(options))
            try_constants(layout, terms(options))
            write_layout(self.stdout, layout, options["consent_policy"])
            target = options["refused"] or beside(path, is_json=layout.is_json)
            with Refused(target, layout) as refused:
                self._run(layout, options, refused)
        except CannotBegin as error:
            raise CommandError(f"{path.name}: {error}") from None
        except BrokenPipeError:
            raise
        except OSError as error:
            raise CommandError(f"{error.filename or path}: {error.strerror or type(error).__name__}.") from None

    def _run(self, layout: Layout, options: dict[str, Any], refused: Refused) -> None:
        tally, paper = Tally(), ImportPaper(self.stdout, layout, refused)
        try:
            run(layout, terms(options), paper, tally=tally, is_dry=options["dry_run"])
        except (DatabaseError, KeyboardInterrupt) as error:
            paper.end(tally, is_dry=options["dry_run"])
            raise CommandError(
                f"Stopped after line {tally.last} ({type(error).__name__}). Run it again: what is recorded stays, and is "
                "not recorded twice."
            ) from error
        paper.end(tally, is_dry=options["dry_run"])


def told(options: dict[str, Any]) -> Told:
    by_option = options["map"]
    named = {name for name, _ in by_option}
    by_file = mapping(options["mapping"]) if options["mapping"] else []
    return Told(
        encoding=options["encoding"],
        delimiter=options["delimiter"],
        decimal=DECIMALS.get(options["decimal"], ""),
        order=options["dates"],
        zone=options["timezone"],
        at=options["at"],
        mapping=[*(each for each in by_file if each[0] not in named), *by_option],
        constants=dict(options["set"]),
    )


def terms(options: dict[str, Any]) -> Terms:
    return Terms(
        source=Source.IMPORT,
        pixel=options["pixel"],
        policy=options["consent_policy"],
        using=options["database"] or conf.OUTBOX_DATABASES[0],
    )


def mapping(path: Path) -> list[tuple[str, str]]:
    """Pairs of a field and a column. Raises :class:`CannotBegin`, and OSError."""
    with path.open(encoding="utf-8-sig") as file:
        try:
            found = json.loads(file.read(MAPPING_BYTES))
            pairs = [
                (name, each) for name, some in found.items() for each in ([some] if isinstance(some, str) else some)
            ]
        except (ValueError, AttributeError, TypeError):
            pairs = None
    if pairs is None or not all(isinstance(each, str) for _, each in pairs):
        raise CannotBegin(f'{path.name} is no mapping. Write {{"email": "E-Mail", "event_time": ["Day", "Time"]}}.')
    return pairs


@written("write FIELD=COLUMN, or FIELD=VALUE")
def pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name.strip():
        raise ValueError
    return name.strip(), value.strip()


@written("write HH:MM, without a zone")
def clock(text: str) -> time:
    """Of the zone that holds for the whole file: an offset of its own would not be heard."""
    found = time.fromisoformat(text)
    if found.tzinfo is not None:
        raise ValueError
    return found


@written("is no time zone; write it as Europe/Berlin")
def zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, LookupError):
        raise ValueError from None
