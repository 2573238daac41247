"""Made-up people of many countries, as forms hold them: the same ones for the same seed."""

import random
from collections.abc import Iterator
from typing import NamedTuple

FIRST = [
    "Anna",
    "José",
    "Valéry",
    "Valéry",
    "정",
    "Jean-Luc",
    "D'Arcy",
    "Zoë",
    "Ingrid",
    "太郎",
    "Олег",
    "mary",
    "ÅSA",
    "Straße",
    "हिन्दी",
]
LAST = [
    "O'Connor",
    "González",
    "Müller",
    "van der Berg",
    "Smith-Jones",
    "李",
    "Петров",
    "St. John",
    "Ng",
    "SMITH",
    "Nuñez,",
]
WORDS = ["N/A", "unknown", "Keine Angabe"]
HOSTS = ["shop.example", "Mail.Example", "bücher.example", "sub.mail.example"]
GENDERS = ["f", "M", "Frau", "Mujer", "homme", "divers"]


class Place(NamedTuple):
    country: str
    countries: tuple[str, ...]
    cities: tuple[str, ...]
    states: tuple[str, ...]
    codes: tuple[str, ...]
    phones: tuple[str, ...]


PLACES = (
    Place("us", ("US", "USA", "United States"), ("New York", "St. John's", "Boston"), ("NY", "California", "Calif."),
          ("94035-1234", "10001", "9403"), ("+1650555#", "(650) 555-#", "650.555.#", "1-800-FLOWERS", "650-555-# x12")),
    Place("ca", ("CA", "Canada"), ("Montréal", "Trois-Rivières"), ("Québec", "ON", "B.C."), ("K1A 0B1", "k1a-0b1", "K1A"),
          ("+1 613 555 #", "613-555-#")),
    Place("gb", ("GB", "UK", "United Kingdom"), ("London", "King's Lynn"), ("Kent", "Greater London"), ("M1 1AE", "SW1A 1AA", "SW1A"),
          ("+44 20 7946 #", "020 7946 #", "0044 20 7946 #", "+44 (0)20 7946 #")),
    Place("de", ("DE", "DEU", "Deutschland"), ("Köln", "Frankfurt (Main)", "Halle/Saale"), ("Baden-Württemberg", "Bayern"),
          ("80331", "D-80331", "1067"), ("+49 171 123#", "0171 / 123#", "0049 171 123#")),
    Place("br", ("BR", "Brasil"), ("São Paulo",), ("SP", "Rio de Janeiro"), ("01310-100", "1310-100"), ("+55 11 9612#1", "(11) 9612#1")),
    Place("fr", ("FR", "France"), ("Paris 15", "L'Haÿ-les-Roses"), ("FR-75", "Côte-d'Or", "Île-de-France"), ("75015", "F-75015"),
          ("+33 6 1234#", "06 1234#")),
    Place("jp", ("JP", "日本"), ("東京", "Osaka"), ("東京都",), ("100-0001", "〒1000001"), ("+81 90 1234 #", "090-1234-#")),
    Place("nl", ("NL", "Nederland"), ("'s-Hertogenbosch", "Den Haag"), ("Noord-Holland",), ("1012 AB", "1012"), ("+31 6 1234#", "06-1234#")),
)  # fmt: skip


def values(count: int, seed: int = 26) -> Iterator[tuple[str, str, str]]:
    """Of so many people: Meta's key, what the form holds, the country as alpha-2."""
    chance = random.Random(seed)
    for number in range(count):
        place = chance.choice(PLACES)
        yield from ((key, text, place.country) for key, text in _person(chance, place, number))


def _person(chance: random.Random, place: Place, number: int) -> Iterator[tuple[str, str]]:
    first, last = chance.choice(FIRST), chance.choice([*LAST, *WORDS])
    address = f"{first[:5].strip(chr(39))}{number}@{chance.choice(HOSTS)}".replace(" ", "")
    yield "em", chance.choice([address, address.upper(), f" {address} ", f"{first} <{address}>", "none@none.com"])
    yield "ph", chance.choice([*place.phones, "1111111111"]).replace("#", f"{chance.randrange(1000, 9999)}")
    yield "fn", chance.choice([first, first.upper(), f" {first} "])
    yield "ln", last
    yield "ct", chance.choice(place.cities)
    yield "st", chance.choice(place.states)
    yield "zp", chance.choice(place.codes)
    yield "country", chance.choice(place.countries)
    yield "db", _birthday(chance)
    yield "ge", chance.choice(GENDERS)


def _birthday(chance: random.Random) -> str:
    year, month, day = chance.randrange(1930, 2005), chance.randrange(1, 13), chance.randrange(1, 29)
    form = chance.choice(["{0}{1:02}{2:02}", "{0}-{1:02}-{2:02}", "{2:02}.{1:02}.{0}"])
    return form.format(year, month, day)
