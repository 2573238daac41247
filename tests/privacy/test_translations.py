"""The visitors' pages speak German, French and Spanish, every sentence of them."""

import re
from typing import Any

import pytest
from babel.messages.mofile import read_mo

from tests import translations
from tests.translations import LANGUAGES, path_of


def texts(catalog: Any) -> dict[Any, tuple[str, ...]]:
    return {(tuple_of(each.id), each.context): tuple_of(each.string) for each in catalog if each.id}


def tuple_of(text: Any) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


PLACES = re.compile(r"%\(\w+\)s")


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogue__has_every_text_of_the_pages_and_no_other(language: str) -> None:
    wanted = {(message.id, message.context) for message in translations.template()}
    assert {(message.id, message.context) for message in translations.known(language)} == wanted, (
        "stale: python -m tests.translations"
    )
    assert translations.missing(translations.known(language)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogue__is_compiled_as_it_stands(language: str) -> None:
    with path_of(language, "mo").open("rb") as file:
        assert texts(read_mo(file)) == texts(translations.known(language)), "stale: python -m tests.translations"


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogue__each_translation_names_what_its_text_names(language: str) -> None:
    for message in translations.known(language):
        if message.id:
            said = {frozenset(PLACES.findall(each)) for each in (*tuple_of(message.id), *tuple_of(message.string))}
            assert len(said) == 1, message.id
