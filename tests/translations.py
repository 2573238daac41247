"""Writes the catalogues of the visitors' pages anew from their texts: ``python -m tests.translations``.

Translations that are there stay; what a text no longer needs goes, and what has none yet is told.
"""

import io
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import django
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

APP = Path(__file__).resolve().parent.parent / "capi_tracking"
LANGUAGES = ("de", "es", "fr")
TEXTS = [APP / "views" / "words.py", *sorted((APP / "templates" / "capi_tracking").glob("*.html"))]
KEYWORDS: dict[str, Any] = {
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
}
MADE = datetime(2026, 11, 26, tzinfo=UTC)
PLACEHOLDERS = (
    b'"Report-Msgid',
    b'"POT-Creation',
    b'"PO-Revision',
    b'"Last-Trans',
    b'"Language-Team',
    b'"Generated-By',
)
HEADER = "# Texts of the visitors' pages of capi_tracking."


def found() -> Iterator[tuple[Any, str | None]]:
    """Each text of the pages, with its context."""
    from django.utils.translation.template import templatize

    for path in TEXTS:
        text = path.read_text(encoding="utf-8")
        source = templatize(text) if path.suffix == ".html" else text
        for _, message, _, context in extract("python", io.BytesIO(source.encode()), KEYWORDS):
            yield message, context


def template() -> Catalog:
    catalog = Catalog()
    for message, context in found():
        flags = ["python-format"] if "%(" in str(message) else []
        catalog.add(message, context=context, flags=flags)
    return catalog


def path_of(language: str, ending: str) -> Path:
    return APP / "locale" / language / "LC_MESSAGES" / f"django.{ending}"


def known(language: str) -> Catalog:
    path = path_of(language, "po")
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def renewed(language: str) -> Catalog:
    """The texts of today, with the translations that there are."""
    made, old = blank(language), known(language)
    for message in template():
        if message.id:
            before = old.get(message.id if isinstance(message.id, str) else message.id[0], message.context)
            translated = before.string if before else ""
            made.add(message.id, translated or None, context=message.context, flags=message.flags)
    return made


def blank(language: str) -> Catalog:
    """Nothing in it depends on when or by whom it is made."""
    return Catalog(
        locale=language,
        header_comment=HEADER,
        project="capi_tracking",
        version="1",
        creation_date=MADE,
        revision_date=MADE,
        fuzzy=False,
    )


def missing(catalog: Catalog) -> list[Any]:
    return [message.id for message in catalog if message.id and not all(_all(message.string))]


def _all(string: Any) -> tuple[str, ...]:
    return string if isinstance(string, tuple) else (string,)


def as_po(catalog: Catalog) -> bytes:
    out = io.BytesIO()
    write_po(out, catalog, width=110, sort_output=True)
    return b"".join(line for line in out.getvalue().splitlines(keepends=True) if not line.startswith(PLACEHOLDERS))


def as_mo(catalog: Catalog) -> bytes:
    out = io.BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def main() -> None:
    for language in LANGUAGES:
        catalog = renewed(language)
        path_of(language, "po").parent.mkdir(parents=True, exist_ok=True)
        path_of(language, "po").write_bytes(as_po(catalog))
        path_of(language, "mo").write_bytes(as_mo(catalog))
        sys.stdout.write(f"{language}: {len(catalog)} texts, without a translation: {missing(catalog)}\n")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    main()
