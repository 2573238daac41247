"""A till's export as one finds them: Windows-1252, semicolons, decimal commas, local times, and some lines that are wrong."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from django.utils import timezone

BERLIN = ZoneInfo("Europe/Berlin")
HEADING = "Bon-Nr;Datum;Uhrzeit;Betrag;Währung;E-Mail;Telefon;Vorname;Nachname;PLZ;Ort;Filiale"
OPTIONS = ("--timezone", "Europe/Berlin", "--set", "event_name=Purchase", "--set", "action_source=physical_store")
POLICY = ("--consent-policy", "loyalty-2026")
NEWEST, OLDEST = 2, 12  # days ago


@dataclass
class Sale:
    """One line, each field as the till writes it."""

    number: str
    at: datetime
    amount: str
    currency: str = "EUR"
    email: str = ""
    phone: str = ""

    def line(self) -> str:
        person = [self.email, self.phone, "Jörg", "Müßig", "01067", "Köln", '"Haus ""Süd""; 1. OG"']
        return ";".join([self.number, f"{self.at:%d.%m.%Y;%H:%M:%S}", self.amount, self.currency, *person])


def _cut(line: str) -> str:
    return line.rpartition(";Köln")[0]


# what is wrong with a line, and what its reason says
FAULTS: dict[str, tuple[Callable[[Sale], str], str]] = {
    "no number": (lambda sale: ";" + sale.line().partition(";")[2], "event_id"),
    "no such day": (lambda sale: sale.line().replace(f"{sale.at:%d.%m.%Y}", "31.02.2026"), "event_time"),
    "no amount": (lambda sale: sale.line().replace(sale.amount, "zwölf"), "value"),
    "no currency": (lambda sale: sale.line().replace("EUR", "Taler"), "currency"),
    "nobody": (lambda sale: f"{sale.number};{sale.at:%d.%m.%Y;%H:%M:%S};{sale.amount};EUR;;;;;;;", "user_data"),
    "a year ago": (lambda sale: sale.line().replace(f"{sale.at:%Y}", f"{sale.at.year - 1}"), "event_time"),
    "cut": (lambda sale: _cut(sale.line()), "fields"),
    "a quote": (lambda sale: f'{sale.number};"{sale.line().partition(";")[2]}', ""),
    "refund": (lambda sale: sale.line().replace(sale.amount, f"-{sale.amount}"), "value"),
    "NUL": (lambda sale: sale.line().replace("Müßig", "Müß\0ig"), "NUL"),
}
KINDS = list(FAULTS)


def export(path: Path, lines: int, bad_every: int) -> dict[int, str]:
    """Writes so many lines; of each ``bad_every`` one is wrong, by the kinds in turn. From the numbers of these to their kinds."""
    planted: dict[int, str] = {}
    with path.open("w", encoding="cp1252", newline="") as file:
        file.write(f"{HEADING}\r\n")
        for place, sale in enumerate(_sales(lines)):
            text = sale.line()
            if place % bad_every == bad_every - 1:
                kind = KINDS[len(planted) % len(KINDS)]
                planted[place + 2], text = kind, FAULTS[kind][0](sale)
            file.write(f"{text}\r\n")
    return planted


def _sales(lines: int) -> Iterator[Sale]:
    """Over ten days, by day alone: no clock goes back at noon."""
    newest = (timezone.now().astimezone(BERLIN) - timedelta(days=NEWEST)).replace(hour=12, minute=0, second=0)
    for place in range(lines):
        at = newest - timedelta(days=place % (OLDEST - NEWEST)) + timedelta(seconds=place % 3600)
        amount = f"1.{place % 1000:03},{place % 100:02}" if place % 3 else f"{place % 1000},90"
        who = {"email": f"Kunde{place}@Shop.Example"} if place % 2 else {"phone": f"0171 {1000000 + place}"}
        yield Sale(f"B-{place:07}", at, amount, **who)
