"""How a file is found to be laid out, and what its amounts, times and columns mean. Nothing here asks a database."""

import codecs
from datetime import UTC, datetime, time
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from capi_tracking.exceptions import InvalidEvent
from capi_tracking.importing import CannotBegin, Told, look
from capi_tracking.importing.amounts import amount, find_decimal
from capi_tracking.importing.columns import assign
from capi_tracking.importing.fields import FIELDS, HEADINGS, recognised, simple
from capi_tracking.importing.items import Writer
from capi_tracking.importing.lines import Lines, open_text
from capi_tracking.importing.moments import Moments, find_order

BERLIN = ZoneInfo("Europe/Berlin")
CONSTANTS = {"event_name": "Lead", "action_source": "phone_call", "currency": "EUR"}


@pytest.fixture
def write(tmp_path: Path):
    def write(content: str | bytes, encoding: str = "utf-8") -> Path:
        path = tmp_path / "calls.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return write


def laid_out(path: Path, **told):
    return look(path, Told(**{"constants": CONSTANTS, "zone": BERLIN, **told}))


def records(layout):
    with open_text(layout.path, layout.encoding) as file:
        return list(layout.records(Lines(file, layout.encoding)))


def items(layout):
    writer = Writer(layout)
    return [writer.item(record.values) for record in records(layout)]


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("utf-16", "UTF-16"),
        ("cp1252", "Windows-1252"),
        ("latin-1", "Windows-1252"),
    ],
)
@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_look__finds_encoding_and_separator(write, encoding, name, sign):
    rows = [["Order ID", "Date", "E-Mail", "Vorname"], ["7", "2026-11-20 10:00", "jo@shop.example", "Zoë"]]
    layout = laid_out(write("\r\n".join(map(sign.join, rows)), encoding))
    assert (layout.encoding.name, layout.delimiter) == (name, sign)
    assert items(layout)[0]["user_data"]["first_name"] == "Zoë"


def test_look__one_broken_line_makes_no_other_encoding(write):
    lines = [f"{number};2026-11-20 10:00;Zoë" for number in range(50)]
    content = "\n".join(["order id;date;vorname", *lines]).encode() + b"\n99;2026-11-20 10:00;Zo\xeb\n"
    found = records(laid_out(write(content)))
    assert [each.problem for each in found if each.problem] == ["is not text in UTF-8"]
    assert len(found) == 51


def test_look__encodings_in_equal_parts_are_asked_about(write):
    with pytest.raises(CannotBegin, match="--encoding"):
        laid_out(write("order id;date;email\n1;Zoë;x\n".encode() + "2;Zoë;x\n".encode("cp1252")))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf\n\n", "empty"),
        (b'[{"a": 1}]', "JSON array"),
        (codecs.BOM_UTF32_LE + "a;b".encode("utf-32-le"), "UTF-32"),
        (b"order id\n7\n", "--delimiter"),
        (b"a;b\n1;2\n", "None of its 2 headings"),
        (b"date;email\n1;2\n", "--map order_id=COLUMN"),
        (b"order id;email\n1;2\n", "event_time"),
        (b"order id;date\n1;2026-11-20 10:00\n", "who the customer is"),
        (b"order id;date;purchase date;email\n", "could all be event_time"),
        (b"order id;date;email\n1;03/04/2026 10:00;x\n", "--dates"),
        (b"order id;date;email;total\n1;2026-11-20;x;1,50\n2;2026-11-20;x;1.50\n", "--decimal"),
        (b"\0rder id;date;email\n", "NUL"),
    ],
)
def test_look__says_why_it_can_not_begin(write, content, words):
    with pytest.raises(CannotBegin, match=words):
        laid_out(write(content))


def test_look__quotes_nobody_from_a_file_without_headings(write):
    with pytest.raises(CannotBegin) as caught:
        laid_out(write("7;2026-11-20 10:00;jo@shop.example\n"))
    assert "jo@" not in str(caught.value)


def test_look__knows_what_spreadsheets_say_of_themselves(write):
    layout = laid_out(
        write("sep=;\norder id;date;email,other\n7;2026-11-20 10:00;jo@shop.example\n"),
        mapping=[("email", "email,other")],
    )
    assert [record.line for record in records(layout)] == [3]


def test_records__a_quoted_field_may_have_several_lines(write):
    found = records(laid_out(write('order id,date,email,note\n1,d,a@b.example,"one\ntwo"\n2,d,c@b.example,three\n')))
    assert [(each.line, each.values["note"]) for each in found] == [(2, "one\ntwo"), (4, "three")]


def test_records__an_open_quote_costs_its_own_line_alone(write):
    rest = "".join(f"{number},d,c@b.example\n" for number in range(2, 200))
    found = records(laid_out(write(f'order id,date,email\n1,d,"a@b.example\n{rest}')))
    assert [each.line for each in found if each.problem] == [2]
    assert len(found) == 199


def test_records__one_endless_line_is_refused_and_not_kept(write):
    content = "order id,date,email\n" + "x" * 10_000_000 + "\n2,d,c@b.example\n"
    long, good = records(laid_out(write(content)))
    assert "longer than" in long.problem
    assert len(long.text) < 2000
    assert (good.line, good.problem) == (3, "")


def test_records__json_lines_are_flat_or_as_the_api_takes_them(write):
    flat = '{"order_id": 7, "event_time": "2026-11-20T10:00:00Z", "email": ["a@b.example"], "extra": {"till": 2}, "value": 9.90}'
    whole = '{"event_id": "8", "user_data": {"em": "x"}, "event_time": 1795000000}'
    first, second = items(laid_out(write(f"{flat}\n\n{whole}\n")))
    assert first["event_id"] == "7"
    assert first["custom_data"] == {"order_id": "7", "extra": {"till": 2}, "value": Decimal("9.90"), "currency": "EUR"}
    assert (second["event_name"], second["user_data"]) == ("Lead", {"em": "x"})


@pytest.mark.parametrize("line", ["[" * 60_000, '{"a": NaN}', '{"a": ' + "9" * 5000 + "}", "7", "{"])
def test_records__bad_json_is_a_reason(write, line):
    good = '{"order_id": "7", "event_time": "2026-11-20T10:00:00Z", "email": "a@b.example"}'
    assert [bool(each.problem) for each in records(laid_out(write(f"{good}\n{line}\n{good}\n")))] == [
        False,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("text", "decimal", "worth"),
    [
        ("1.234,50", ",", "1234.50"),
        ("1,234.50", ".", "1234.50"),
        ("1 234,50", ",", "1234.50"),
        ("1'234.50", ".", "1234.50"),
        ("12", "", "12"),
        ("-3,5", ",", "-3.5"),
        ("1,5", "", "1.5"),
        ("1.234", ",", "1234"),
        ("1,234", "", None),
        ("1,5", ".", None),
        ("1.5", ",", None),
        ("1.23.456", ",", None),
        ("9,90 €", ",", None),
        ("", ",", None),
        ("1e3", ".", None),
        ("٣", ".", None),
        ("9" * 50, ".", None),
    ],
)
def test_amount__is_never_guessed(text, decimal, worth):
    if worth is None:
        with pytest.raises(InvalidEvent):
            amount("value", text, decimal)
    else:
        assert amount("value", text, decimal) == Decimal(worth)


def test_find_decimal__by_what_can_be_cents_alone():
    assert find_decimal(["1,234", "12"]) == ""
    assert find_decimal(["1,234", "9,90"]) == ","
    assert find_decimal(["1,234.5"]) == "."


@pytest.mark.parametrize(
    ("text", "hour_in_utc"),
    [
        ("2026-07-31 18:05", 16),
        ("31.07.2026 18:05:30", 16),
        ("2026-01-31T18:05:00+02:00", 16),
        ("2026/1/31 6:05 pm", 17),
        ("2026-01-31T18:05:00Z", 18),
        ("31.1.2026", 11),
    ],
)
def test_moments__are_read(text, hour_in_utc):
    assert Moments(zone=BERLIN, at=time(12)).read("event_time", text).astimezone(UTC).hour == hour_in_utc


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2026-10-25 02:30", "twice"),
        ("2026-03-29 02:30", "never was"),
        ("03/04/2026 10:00", "--dates"),
        ("31.01.26 10:00", "not understood|is no time"),
        ("2026-01-31 18:05 CET", "is no time"),
        ("2026-02-30 10:00", "calendar"),
        ("2026-01-31 25:00", "time of the day"),
        ("2026-01-31 13:00 pm", "time of the day"),
        ("2026-01-31 10:00+99:99", "time of the day"),
        ("2026-01-31", "--at"),
        ("1795000000000", "is no time"),
        ("now", "is no time"),
    ],
)
def test_moments__refuse_what_could_be_two(text, words):
    with pytest.raises(InvalidEvent, match=words):
        Moments(zone=BERLIN).read("event_time", text)


def test_moments__without_a_zone_are_nobodys():
    with pytest.raises(InvalidEvent, match="--timezone"):
        Moments().read("event_time", "2026-01-31 18:05")
    assert Moments().read("event_time", "1795000000") == datetime.fromtimestamp(1795000000, UTC)


def test_find_order__by_days_beyond_the_twelfth():
    assert find_order(["03/04/2026", "25/04/2026 10:00"]) == "day-first"
    assert find_order(["03/04/2026", "04/25/2026"]) == "month-first"
    assert find_order(["03.04.2026"]) == ""


def test_assign__what_is_told_stands_above_what_is_recognised():
    found = assign(["E-Mail", "Mail", "Total", "Sum"], [("value", "sum"), ("email", "Mail")])
    assert {each.name: some for each, some in found.used.items()} == {"value": ("Sum",), "email": ("Mail",)}
    assert found.others == ("E-Mail", "Total")


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (("emial", "Mail"), "Did you mean email"),
        (("email", "Maill"), "Did you mean Mail"),
        (("user_data", "Mail"), "no field"),
    ],
)
def test_assign__says_what_was_meant(told, words):
    with pytest.raises(CannotBegin, match=words):
        assign(["Mail"], [told])


def test_recognised__no_heading_means_two_things():
    every = {(simple(heading), name) for name, some in HEADINGS.items() for heading in some.split(", ")}
    assert len({heading for heading, _ in every}) == len(every)
    assert set(HEADINGS) <= set(FIELDS)
    assert (recognised("PRÉNOM"), recognised("Währung"), recognised("zp")) == ("first_name", "currency", "postal_code")


@pytest.mark.parametrize("heading", ["Newsletter", "Opt-in", "St.", "Status", "capi_line"])
def test_recognised__leaves_alone_what_may_mean_something_else(heading):
    assert recognised(heading) == ""


def test_writer__who_did_not_answer_has_no_consent_by_policy(write):
    layout = laid_out(
        write("order id,date,email,consent\n1,2026-11-20,a@b.example,ja\n2,2026-11-20,a@b.example,\n"), at=time(12)
    )
    assert [each["consent"]["state"] for each in items(layout)] == ["granted", "unknown"]
    with pytest.raises(InvalidEvent, match="neither yes nor no"):
        Writer(layout).item({"consent": "maybe"})
