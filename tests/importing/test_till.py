"""A till's export of five hundred lines, a tenth of them wrong; ``python -m tests.importing`` does it with 100,000."""

import csv
import stat
from collections import Counter
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from capi_tracking.importing import Refused, Tally, Told, look, run, running
from capi_tracking.ingestion import Terms
from capi_tracking.models import OutboxEvent
from tests.importing import till

pytestmark = pytest.mark.django_db
LINES, BAD_EVERY = 500, 10
GOOD = LINES - LINES // BAD_EVERY


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "till.csv"
    till.export(path, LINES, BAD_EVERY)
    return path


def imported(path: Path, *options: str) -> str:
    out = StringIO()
    call_command("capi_import", str(path), *till.OPTIONS, *till.POLICY, *options, stdout=out)
    return out.getvalue()


def refused(path: Path) -> list[dict[str, str]]:
    with path.with_name("till.refused.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def test_import__each_good_line_is_one_event_and_each_bad_one_explained(export):
    planted = till.export(export, LINES, BAD_EVERY)
    said = imported(export)
    assert f"{LINES} lines: {GOOD} recorded, {LINES - GOOD} refused." in said
    assert "Windows-1252" in said
    assert "decimal comma" in said
    assert "event_time = Datum + Uhrzeit" in said
    assert "Left out: Filiale." in said
    rows = {row.event_id: row for row in OutboxEvent.objects.all()}
    assert len(rows) == GOOD
    assert rows["B-0000001"].value == Decimal("1001.01")
    assert {(row.source, row.action_source, row.consent_policy) for row in rows.values()} == {
        ("import", "physical_store", "loyalty-2026")
    }
    explained = {int(each["capi_line"]): each["capi_reason"] for each in refused(export)}
    assert explained.keys() == planted.keys()
    for number, kind in planted.items():
        assert till.FAULTS[kind][1] in explained[number], (kind, explained[number])


def test_import__a_second_time_changes_nothing(export):
    imported(export)
    before = list(OutboxEvent.objects.order_by("pk").values())
    assert f"{GOOD} there already, {LINES - GOOD} refused" in imported(export)
    assert list(OutboxEvent.objects.order_by("pk").values()) == before


def test_import__goes_on_where_it_was_stopped(export, monkeypatch):
    monkeypatch.setattr(running, "BATCH", 100)
    layout = look(export, Told(zone=till.BERLIN, constants=dict(each.split("=") for each in till.OPTIONS[3::2])))
    stopped = Stopped(batches=2)
    tally = Tally()
    with pytest.raises(OperationalError):
        run(layout, Terms(policy="loyalty-2026"), stopped, tally=tally)
    assert 0 < OutboxEvent.objects.count() < GOOD
    assert tally.last == stopped.last
    said = imported(export)
    assert OutboxEvent.objects.count() == GOOD
    assert f"{GOOD} recorded" not in said


class Stopped:
    """A listener whose database goes away after some batches."""

    def __init__(self, batches: int) -> None:
        self.batches, self.last = batches, 0

    def refuse(self, record: Any, reason: str) -> None:
        pass

    def tell(self, tally: Tally, read: int) -> None:
        self.batches, self.last = self.batches - 1, tally.last
        if not self.batches:
            raise OperationalError


def test_import__a_dry_run_says_the_same_and_records_nothing(export):
    said = imported(export, "--dry-run")
    assert f"Would be: {LINES} lines: {GOOD} recorded, {LINES - GOOD} refused." in said
    assert not OutboxEvent.objects.exists()
    assert len(refused(export)) == LINES - GOOD


def test_import__refused_lines_are_whole_and_for_their_owner_alone(export):
    imported(export)
    beside = export.with_name("till.refused.csv")
    assert stat.S_IMODE(beside.stat().st_mode) == 0o600
    line = next(each for each in refused(export) if each.get("Währung") == "Taler")
    assert (line["Vorname"], line["Währung"], line["Filiale"]) == ("Jörg", "Taler", 'Haus "Süd"; 1. OG')
    assert not any(word in each["capi_reason"] for each in refused(export) for word in ("Jörg", "@", "Taler", "zwölf"))


def test_import__a_mended_file_of_refused_lines_is_imported_itself(export):
    imported(export)
    beside = export.with_name("till.refused.csv")
    text = beside.read_text(encoding="utf-8-sig")
    mended = export.with_name("mended.csv")
    mended.write_text(text.replace("Taler", "EUR").replace(";-", ";"), encoding="utf-8-sig")
    kinds = Counter(till.KINDS[n % len(till.KINDS)] for n in range(LINES - GOOD))
    assert f"{kinds['no currency'] + kinds['refund']} recorded" in imported(mended)


def test_import__two_at_once_do_not_mix(export):
    other = look(export, Told(zone=till.BERLIN, constants={"event_name": "Lead", "action_source": "email"}))
    with Refused(export.with_name("till.refused.csv"), other), pytest.raises(CommandError, match="under way"):
        imported(export)
    assert not OutboxEvent.objects.exists()
    imported(export)
    assert OutboxEvent.objects.count() == GOOD


def test_import__nothing_refused_leaves_no_file(export):
    till.export(export, 20, 1000)
    imported(export)
    assert not export.with_name("till.refused.csv").exists()


def test_import__without_a_word_of_consent_all_is_skipped(export):
    out = StringIO()
    call_command("capi_import", str(export), *till.OPTIONS, stdout=out)
    assert "nothing says that these customers agreed" in out.getvalue()
    assert f"{GOOD} skipped" in out.getvalue()
    assert not OutboxEvent.objects.exists()
