"""Which column is which field: told, or recognised by its heading."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from .doubts import CannotBegin
from .fields import LEFT_OUT, Field, Kind, field, is_day, is_hour, nearest, recognised, simple

MANY_DIGITS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """``used``: the columns of each field, in the order in which they are joined; ``others``: of none."""

    used: Mapping[Field, tuple[str, ...]]
    others: tuple[str, ...] = ()

    def of(self, name: str) -> tuple[str, ...]:
        return next((some for each, some in self.used.items() if each.name == name), ())


def assign(columns: Sequence[str], told: Iterable[tuple[str, str]]) -> Columns:
    """``told``: pairs of a field's name and a column; an empty column leaves the field out.

    Raises :class:`CannotBegin` for a name that is none, and for two columns that could be the same field.
    """
    used = _told(columns, told)
    taken = {column for some in used.values() for column in some}
    for found, some in _recognised(column for column in columns if column not in taken).items():
        if found not in used:
            used[found] = _settled(found, some, columns)
    known = {column for some in used.values() for column in some} | set(LEFT_OUT)
    return Columns(
        used={found: tuple(some) for found, some in used.items() if some},
        others=tuple(column for column in columns if column not in known),
    )


def _told(columns: Sequence[str], told: Iterable[tuple[str, str]]) -> dict[Field, list[str]]:
    used: dict[Field, list[str]] = {}
    for name, column in told:
        some = used.setdefault(_field(name), [])
        if column:
            some.append(_column(column, columns))
    for found, some in used.items():
        if len(some) > 1 and found.kind != Kind.SEVERAL and found.between is None:
            raise CannotBegin(f"{found.name} can be one column alone.")
    return used


def _recognised(columns: Iterable[str]) -> dict[Field, list[str]]:
    guessed: dict[Field, list[str]] = {}
    for column in columns:
        if found := field(recognised(column)):
            guessed.setdefault(found, []).append(column)
    return guessed


def _settled(found: Field, some: list[str], columns: Sequence[str]) -> list[str]:
    """Several that are one value each, or a day and its hour; all else is a doubt."""
    if len(some) == 1 or found.kind == Kind.SEVERAL:
        return some
    days, hours = [each for each in some if is_day(each)], [each for each in some if is_hour(each)]
    if found.kind == Kind.MOMENT and len(days) == len(hours) == 1 and len(some) == len([*days, *hours]):
        return [*days, *hours]
    names = " and ".join(shown(each, columns) for each in some)
    raise CannotBegin(f"{names} could all be {found.name}. Say which: --map {found.name}=COLUMN")


def shown(column: str, columns: Sequence[str]) -> str:
    """The heading; its place where it looks like somebody's data, as in a file without headings."""
    return f"column {columns.index(column) + 1}" if looks_like_data(column) else column


def looks_like_data(name: str) -> bool:
    return "@" in name or sum(sign.isdigit() for sign in name) >= MANY_DIGITS


def named_apart(headings: Iterable[str]) -> tuple[str, ...]:
    """Each heading once: the second "Name" is "Name (2)", one without any is "column 3"."""
    names: dict[str, None] = {}
    for place, heading in enumerate(headings, 1):
        heading = heading.strip("\ufeff \t\r\n\u00a0") or f"column {place}"
        name, again = heading, 2
        while name in names:
            name, again = f"{heading} ({again})", again + 1
        names[name] = None
    return tuple(names)


def _field(name: str) -> Field:
    found = field(name)
    if found is None:
        raise CannotBegin(f"{name} is no field of an event.{nearest(name)}")
    return found


def _column(given: str, columns: Sequence[str]) -> str:
    if given in columns:
        return given
    alike = [column for column in columns if simple(column) == simple(given)]
    if len(alike) == 1:
        return alike[0]
    near = get_close_matches(given, columns, n=1)
    raise CannotBegin(f"There is no column {given}.{f' Did you mean {shown(near[0], columns)}?' if near else ''}")
