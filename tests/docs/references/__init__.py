"""Pages that follow from the code: each module here has ``text()``, the page of its own name (``data-map`` is ``data_map``)."""

from types import ModuleType

from ..markdown import DOCS
from . import checks, commands, data_map, events, settings

REFERENCES: dict[str, ModuleType] = {
    f"{module.__name__.rpartition('.')[2].replace('_', '-')}.md": module
    for module in (checks, commands, data_map, events, settings)
}


def write() -> list[str]:
    """Write all of them; the names of those that changed."""
    changed = [name for name in REFERENCES if is_stale(name)]
    for name in changed:
        (DOCS / name).write_text(REFERENCES[name].text(), encoding="utf-8")
    return changed


def is_stale(name: str) -> bool:
    page = DOCS / name
    return not page.exists() or page.read_text(encoding="utf-8") != REFERENCES[name].text()
