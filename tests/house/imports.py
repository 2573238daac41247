"""Who imports whom, while the code runs: what stands below ``TYPE_CHECKING`` ties nothing."""

from collections import defaultdict
from functools import lru_cache

from grimp import ImportGraph, build_graph

PACKAGE = "capi_tracking"


@lru_cache(maxsize=1)
def graph() -> ImportGraph:
    return build_graph(PACKAGE, exclude_type_checking_imports=True, cache_dir=None)


def cycles(imports: ImportGraph) -> list[set[str]]:
    """The groups of modules of which each imports, over others, itself."""
    users = {module: imports.find_downstream_modules(module) for module in imports.modules}
    found = {frozenset({module} | {user for user in users[module] if module in users[user]}) for module in users}
    return sorted([set(group) for group in found if len(group) > 1], key=sorted)


def sides(imports: ImportGraph) -> dict[str, ImportGraph]:
    """Of each folder: what stands in it, files and folders alike, and which of them imports from which."""
    found: dict[str, ImportGraph] = defaultdict(ImportGraph)
    for importer in imports.modules:
        for imported in imports.find_modules_directly_imported_by(importer):
            folder, one, other = _parted(importer.split("."), imported.split("."))
            if one and other:
                found[folder].add_import(importer=one, imported=other)
    return found


def _parted(one: list[str], other: list[str]) -> tuple[str, str, str]:
    """The folder in which they are apart, and what each is of there; "" for what is that folder's face."""
    same = next(
        (n for n, (left, right) in enumerate(zip(one, other, strict=False)) if left != right), min(len(one), len(other))
    )
    return ".".join(one[:same]), "".join(one[same : same + 1]), "".join(other[same : same + 1])


def fan_in() -> dict[str, int]:
    """How many other rooms import from each room."""
    users: dict[str, set[str]] = defaultdict(set)
    imports = graph()
    for importer in imports.modules:
        for imported in imports.find_modules_directly_imported_by(importer):
            users[_room(imported)].add(_room(importer))
    return {room: len(importers - {room}) for room, importers in users.items()}


def _room(module: str) -> str:
    return f"{module}.".split(".")[1]
