"""The command by which a shop's owner erases somebody, or writes down what is kept of them."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from capi_tracking.models import Erasure, OutboxEvent
from tests.privacy.people import BROWSER, JO, JOS_PHONE, KIM, context_of, event_of, receipt_of, sent

pytestmark = pytest.mark.django_db


def run(*args: str) -> str:
    out = io.StringIO()
    call_command("capi_erase", *args, stdout=out, stderr=out)
    return out.getvalue()


def is_known(event_id: str) -> bool:
    return bool(OutboxEvent.objects.get(event_id=event_id).email_key)


def answering(monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda question: answer)


@pytest.fixture
def sale() -> OutboxEvent:
    sale = sent(event_of("sale", name="Purchase", order_key="shop.order:1", email=JO, fbp=BROWSER), "TraceOfSale")
    receipt_of(sale)
    context_of("shop.order:1")
    return sale


def test_capi_erase__says_what_meta_got_and_when_and_what_was_erased(sale: OutboxEvent) -> None:
    said = run("--email", JO, "--no-input")
    assert (
        f"{sale.sent_at:%Y-%m-%d %H:%M:%S} UTC Purchase event_id=sale pixel=1234567890 fbtrace_id=TraceOfSale" in said
    )
    assert "Erased: 1 events (0 of them not sent yet), 1 checkout contexts, 1 browser receipts." in said
    assert JO not in said
    assert not is_known("sale")


@pytest.mark.parametrize("whom", [("--email", JO), ("--phone", JOS_PHONE), ("--external-id", "4711")], ids=str)
def test_capi_erase__finds_them_by_each_way_and_leaves_others(whom: tuple[str, str]) -> None:
    event_of("theirs", email=JO, phone=JOS_PHONE, external_id="4711")
    event_of("kims", email=KIM)
    run(*whom, "--no-input")
    assert (is_known("theirs"), is_known("kims")) == (False, True)


def test_capi_erase__an_account_is_found_by_its_address_and_by_its_id() -> None:
    user = User.objects.create_user("jo", email=JO)
    event_of("by-address", email=JO)
    event_of("by-id", external_id=str(user.pk), email=KIM)
    run("--user", "jo", "--no-input")
    assert not is_known("by-address")
    assert not is_known("by-id")


def visitors_number(request: Any) -> dict[str, Any]:
    return {"external_id": f"customer-{request.user.pk}"}


def test_capi_erase__an_account_is_found_by_what_visitor_says_of_it(capi: Any) -> None:
    capi(VISITOR="tests.privacy.test_capi_erase.visitors_number")
    user = User.objects.create_user("jo", email=JO)
    event_of("numbered", external_id=f"customer-{user.pk}", email=KIM)
    run("--user", "jo", "--no-input")
    assert not is_known("numbered")


def test_capi_erase__a_dry_run_changes_nothing(sale: OutboxEvent) -> None:
    assert "default: 1 events" in run("--email", JO, "--dry-run")
    assert is_known("sale")
    assert not Erasure.objects.exists()


def test_capi_erase__the_list_in_the_admin_says_who_did_it(sale: OutboxEvent) -> None:
    run("--email", JO, "--no-input", "--by", "anna")
    assert Erasure.objects.get().done_by == "anna"


@pytest.mark.parametrize(("answer", "stays"), [("yes", False), ("y", True), ("", True)])
def test_capi_erase__asks_first(sale: OutboxEvent, monkeypatch: pytest.MonkeyPatch, answer: str, stays: bool) -> None:
    answering(monkeypatch, answer)
    try:
        run("--email", JO)
    except CommandError as error:
        assert str(error) == "Nothing was erased."  # noqa: PT017 - either ends well
    assert is_known("sale") is stays


def test_capi_erase__an_end_of_input_is_no_answer(sale: OutboxEvent, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr("sys.stdin", terminal)
    with pytest.raises(CommandError, match="Nothing was erased"):
        run("--email", JO)
    assert is_known("sale")


def test_capi_erase__where_nobody_can_be_asked_nothing_goes(sale: OutboxEvent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    with pytest.raises(CommandError, match="--no-input"):
        run("--email", JO)
    assert is_known("sale")


def test_capi_erase__exports_first_into_a_file_that_nobody_else_reads(sale: OutboxEvent, tmp_path: Path) -> None:
    target = tmp_path / "jo.json"
    run("--email", JO, "--no-input", "--export", str(target))
    kept = json.loads(target.read_text())["default"]
    assert kept["events"][0]["payload"]["event_id"] == "sale"
    assert target.stat().st_mode & 0o777 == 0o600


def test_capi_erase__an_export_that_would_overwrite_a_file_erases_nothing(sale: OutboxEvent, tmp_path: Path) -> None:
    target = tmp_path / "jo.json"
    target.write_text("mine")
    with pytest.raises(CommandError, match="Nothing was erased"):
        run("--email", JO, "--no-input", "--export", str(target))
    assert target.read_text() == "mine"
    assert is_known("sale")


def test_capi_erase__an_export_to_stdout_is_json_alone(sale: OutboxEvent) -> None:
    out = io.StringIO()
    call_command("capi_erase", "--email", JO, "--dry-run", "--export", "-", stdout=out, stderr=io.StringIO())
    assert json.loads(out.getvalue())["default"]["found_by"] == ["email"]


@pytest.mark.parametrize(
    ("whom", "said"),
    [
        ((), "Whom"),
        (("--email", "nowhere"), "em: not an e-mail address"),
        (("--phone", "12"), "ph: not a phone number"),
        (("--user", "nobody"), "no such account"),
    ],
    ids=str,
)
def test_capi_erase__who_is_not_understood_is_said_and_nobody_erased(
    sale: OutboxEvent, whom: tuple[str, ...], said: str
) -> None:
    with pytest.raises(CommandError, match=said) as error:
        run(*whom, "--no-input")
    assert "nowhere" not in str(error.value)
    assert is_known("sale")
