"""Files that mean harm or are a mess, and the command's own words for them."""

import os
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from capi_tracking.importing import refused as refused_file
from capi_tracking.models import OutboxEvent, Withdrawal
from tests.importing import till

NOW = f"{timezone.now():%Y-%m-%dT%H:%M:%SZ}"
HEADING = "order id,date,email\n"


@pytest.fixture
def calls(tmp_path: Path):
    """Writes the file and imports it; gives what was said."""

    def run(
        content: str | bytes, *options: str, name: str = "calls.csv", consent: tuple[str, ...] = till.POLICY
    ) -> str:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        out = StringIO()
        call_command(
            "capi_import", str(path), *till.OPTIONS, "--set", "event_name=Lead", *consent, *options, stdout=out
        )
        return out.getvalue()

    return run


@pytest.mark.django_db
def test_import__many_bad_lines_are_bounded_in_the_file_and_on_the_screen(calls, tmp_path, monkeypatch):
    monkeypatch.setattr(refused_file, "MOST_LINES", 50)
    said = calls(HEADING + "x,never,nobody\n" * 2000)
    assert len(said.splitlines()) < 40
    assert "2000 refused" in said
    assert "There was no room for 1950 more." in said
    assert len((tmp_path / "calls.refused.csv").read_text().splitlines()) == 51


@pytest.mark.django_db
def test_import__says_who_may_be_told_of(calls):
    lines = f"1,{NOW},jo@shop.example,yes\n2,{NOW},mo@shop.example,no\n3,{NOW},ab@shop.example,\n"
    said = calls(f"order id,date,email,consent\n{lines}")
    assert "3 lines: 1 recorded, 2 skipped." in said
    assert OutboxEvent.objects.get().event_id == "1"


@pytest.mark.django_db
def test_import__reasons_of_json_keys_name_what_was_meant(calls):
    item = f'{{"event_id": "7", "event_time": "{NOW}", "user_dat": 1, "user_data": {{"em": "jo@shop.example"}}}}\n'
    assert "did you mean user_data?" in calls(item * 2, name="calls.jsonl")


@pytest.mark.django_db
def test_import__tells_what_was_left_out_and_of_nobody(calls):
    person = '{"em": "jo@shop.example", "ph": "12"}'
    item = f'{{"event_id": "%s", "event_time": "{NOW}", "user_data": {person}, "mo@shop.example": 1}}\n'
    said = calls(item.replace(', "mo@shop.example": 1', "") % 7 + item % 8, name="calls.jsonl")
    assert "Without a value 1: ph: " in said
    assert "a key" in said
    assert "shop.example" not in said


@pytest.mark.django_db
def test_import__a_mapping_may_lie_in_a_file(calls, tmp_path):
    (tmp_path / "map.json").write_text('{"email": "Who", "event_time": ["Day", "Clock"], "order_id": "No"}')
    day, clock = NOW.rstrip("Z").split("T")
    said = calls(f"No,Day,Clock,Who\n7,{day},{clock}Z,jo@shop.example\n", "--mapping", str(tmp_path / "map.json"))
    assert "1 line: 1 recorded" in said
    assert "event_time = Day + Clock" in said


def test_import__says_what_to_type(calls, tmp_path):
    (tmp_path / "map.json").write_text("[1]")
    good = f"{HEADING}7,{NOW},jo@shop.example\n"
    for options, words in (
        (("--pixel", "defualt"), "no pixel"),
        (("--encoding", "rot13"), "no encoding"),
        (("--encoding", "undefined"), "no text in undefined"),
        (("--encoding", "idna"), "no text in idna"),
        (("--encoding", "punycode"), "no text in punycode"),
        (("--encoding", "utf-16"), "no text in utf-16"),
        (("--delimiter", "ab"), "one sign"),
        (("--map", "email=Emial"), "Did you mean email"),
        (("--set", "consent=granted"), "--consent-policy"),
        (("--set", "vlaue=3"), "Did you mean value"),
        (("--mapping", str(tmp_path / "map.json")), "no mapping"),
        (("--mapping", str(tmp_path / "none.json")), "none.json"),
        (("--refused", str(tmp_path / "calls.csv")), "Name another"),
        (("--refused", str(tmp_path / "none" / "x.csv")), "x.csv"),
        (("--timezone", "Berlin"), "as Europe/Berlin"),
        (("--at", "12:00+05:00"), "write HH:MM"),
        (("--map", "email"), "write FIELD=COLUMN"),
    ):
        with pytest.raises(CommandError, match=words):
            calls(good, *options)
    for sign in '"', "a":
        with pytest.raises(CommandError, match="--delimiter"):
            calls(f"sep={sign}\n{good}")
    with pytest.raises(CommandError, match="No column is value"):
        calls(good, "--set", "event_name=Purchase")
    with pytest.raises(CommandError, match=r"none\.csv"):
        call_command("capi_import", str(tmp_path / "none.csv"))


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("event_name=purchase", "--set event_name: .*did you mean Purchase"),
        ("event_name=", "--set event_name: is missing"),
        ("action_source=shop", "--set action_source"),
        ("currency=EURO", "--set currency: "),
        ("value=much", "--set value: is no amount"),
        ("num_items=some", "--set num_items"),
        ("event_time=yesterday", "--set event_time: is no time"),
        ("event_time=2001-01-01T00:00:00Z", "--set event_time: .* ago"),
        ("pixel=defualt", "--set pixel"),
        ("phone=12", "--set ph: "),
        ("order_id=7", "order_id tells the lines apart"),
    ],
)
def test_import__what_is_wrong_for_all_lines_is_refused_once_before_the_first(calls, tmp_path, said, words):
    mended = tmp_path / "calls.refused.csv"
    mended.write_text("of the run before, half of it mended")
    with pytest.raises(CommandError, match=words):
        calls(f"{HEADING}7,{NOW},jo@shop.example\n", "--set", said)
    assert mended.read_text() == "of the run before, half of it mended"


@pytest.mark.django_db
def test_import__what_only_some_lines_lack_is_their_own_matter(calls):
    lines = f"1,{NOW},jo@shop.example,EUR\n2,{NOW},mo@shop.example,\n"
    said = calls("order id,date,email,currency\n" + lines, "--set", "value=3", "--set", "event_name=Purchase")
    assert "2 lines: 1 recorded, 1 refused." in said


def test_import__a_pipe_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "till.csv")
    with pytest.raises(CommandError, match="must be a file"):
        call_command("capi_import", str(tmp_path / "till.csv"))


@pytest.mark.django_db
def test_import__a_refused_file_that_others_could_read_becomes_its_owners(calls, tmp_path):
    beside = tmp_path / "calls.refused.csv"
    beside.write_text("old")
    beside.chmod(0o644)
    calls(f"{HEADING}x,never,nobody\n")
    assert beside.stat().st_mode & 0o777 == 0o600
    assert "old" not in beside.read_text()


@pytest.mark.django_db
def test_import__a_link_is_not_followed_to_another_file(calls, tmp_path):
    other = tmp_path / "precious"
    other.write_text("kept")
    (tmp_path / "calls.refused.csv").symlink_to(other)
    with pytest.raises(CommandError, match=r"calls\.refused\.csv"):
        calls(f"{HEADING}x,never,nobody\n")
    assert other.read_text() == "kept"


@pytest.mark.django_db
def test_import__whoever_withdrew_is_left_in_peace(calls):
    calls(f"{HEADING}1,{NOW},jo@shop.example\n")
    key = OutboxEvent.objects.get().email_key
    Withdrawal.objects.create(kind="email", key=key, withdrawn_at=timezone.now())
    assert "1 skipped" in calls(f"{HEADING}2,{NOW},jo@shop.example\n")


@pytest.mark.django_db
def test_import__a_terminal_has_a_bar_and_a_log_has_lines(calls, tmp_path):
    content = HEADING + "".join(f"{number},{NOW},a{number}@shop.example\n" for number in range(1200))
    assert "%, line" in calls(content)
    path, screen = tmp_path / "calls.csv", StringIO()
    screen.isatty = lambda: True
    call_command("capi_import", str(path), *till.OPTIONS, "--set", "event_name=Lead", *till.POLICY, stdout=screen)
    assert "\r[" in screen.getvalue()
    assert "%, line" not in screen.getvalue()


def test_import__nothing_while_tracking_is_off(calls, capi):
    capi(ENABLED=False)
    with pytest.raises(CommandError, match="ENABLED"):
        calls(f"{HEADING}7,{NOW},jo@shop.example\n")
