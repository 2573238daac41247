"""Counts the steps in which a backtracking engine looks for a pattern: what the clock can't say on a busy machine.

``steps(pattern, text, how)`` walks the pattern's own parse tree as Python's engine does, without its shortcuts, so that it
never counts less than what the pattern may cost.
"""

import re
import sys
from collections.abc import Callable, Iterator
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

MOST = 40_000
ENDLESS = parser.MAXREPEAT
ANCHORED = frozenset({"match", "fullmatch"})
CATEGORIES: dict[Any, Callable[[str], bool]] = {
    op.CATEGORY_DIGIT: str.isdecimal,
    op.CATEGORY_SPACE: str.isspace,
    op.CATEGORY_WORD: lambda char: char.isalnum() or char == "_",
}
OPPOSITES = {
    op.CATEGORY_NOT_DIGIT: op.CATEGORY_DIGIT,
    op.CATEGORY_NOT_SPACE: op.CATEGORY_SPACE,
    op.CATEGORY_NOT_WORD: op.CATEGORY_WORD,
}
SAMPLES = "a0b1eE@.-_ :/+%=&;,'\"()[]{}<>~*?!#u\n"

Ends = Iterator[int]


class TooMuch(Exception):
    """More steps than anybody waits for."""


class Engine:
    """Matches by the parse tree; ``count`` is what it took so far."""

    def __init__(self, tree: Any, text: str) -> None:
        self.tree, self.text, self.count = tree, text, 0
        self.is_blind = bool(tree.state.flags & re.IGNORECASE)
        self.groups: dict[int, tuple[int, int]] = {}

    def step(self) -> None:
        self.count += 1
        if self.count > MOST:
            raise TooMuch

    def ends(self, nodes: Any, at: int) -> Ends:
        """Where a match of all nodes that begins here may end, in the order in which they are tried."""
        if not len(nodes):
            yield at
            return
        for middle in self.ends_of(nodes[0], at):
            yield from self.ends(nodes[1:], middle)

    def ends_of(self, node: Any, at: int) -> Ends:
        self.step()
        kind, value = node
        if is_one(node):
            if at < len(self.text) and self.fits(node, self.text[at]):
                yield at + 1
        elif kind in {op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT}:
            yield from self.repeated(kind, value, at)
        else:
            yield from getattr(self, f"of_{str(kind).lower()}")(value, at)

    def of_branch(self, value: Any, at: int) -> Ends:
        for branch in value[1]:
            yield from self.ends(branch, at)

    def of_subpattern(self, value: Any, at: int) -> Ends:
        group, _, _, inside = value
        for end in self.ends(inside, at):
            if group is not None:
                self.groups[group] = at, end
            yield end

    def of_groupref(self, value: Any, at: int) -> Ends:
        begin, end = self.groups.get(value, (0, 0))
        if self.text.startswith(self.text[begin:end], at):
            yield at + end - begin

    def of_at(self, value: Any, at: int) -> Ends:
        if is_place(value, self.text, at):
            yield at

    def of_assert(self, value: Any, at: int) -> Ends:
        if self.is_ahead(value, at):
            yield at

    def of_assert_not(self, value: Any, at: int) -> Ends:
        if not self.is_ahead(value, at):
            yield at

    def is_ahead(self, value: Any, at: int) -> bool:
        direction, inside = value
        start = at if direction > 0 else at - inside.getwidth()[0]  # what stands behind has one width
        return start >= 0 and any(True for _ in self.ends(inside, start))

    def of_atomic_group(self, value: Any, at: int) -> Ends:
        yield from (end for end, _ in zip(self.ends(value, at), range(1), strict=False))

    def repeated(self, kind: Any, value: Any, at: int) -> Ends:
        least, most, inside = value
        found = self.run(least, most, inside, at) if len(inside) == 1 and is_one(inside[0]) else None
        every = found if found is not None else self.rounds(least, most, inside, at)
        if kind is op.POSSESSIVE_REPEAT:
            every = (end for end, _ in zip(every, range(1), strict=False))
        yield from every

    def run(self, least: int, most: int, inside: Any, at: int) -> Ends:
        """Of one character: without recursion."""
        end = at
        while end < len(self.text) and end - at < most and self.fits(inside[0], self.text[end]):
            self.step()
            end += 1
        for each in range(end, at + least - 1, -1):
            self.step()
            yield each

    def rounds(self, least: int, most: int, inside: Any, at: int) -> Ends:
        self.step()
        if most > 0:
            for end in self.ends(inside, at):
                if end > at:
                    yield from self.rounds(max(least - 1, 0), most - 1 if most != ENDLESS else most, inside, end)
        if least == 0:
            yield at

    def fits(self, node: Any, char: str) -> bool:
        spellings = {char, char.lower(), char.upper()} if self.is_blind else {char}
        return any(fits(node, each) for each in spellings)


def is_one(node: Any) -> bool:
    return node[0] in {op.LITERAL, op.NOT_LITERAL, op.ANY, op.IN}


def fits(node: Any, char: str) -> bool:
    """Whether the node takes this one character."""
    kind, value = node
    if kind is op.ANY:
        return char != "\n"
    if kind is op.IN:
        is_negated = value[0][0] is op.NEGATE
        return is_negated != any(fits(each, char) for each in value[is_negated:])
    if kind is op.RANGE:
        return value[0] <= ord(char) <= value[1]
    if kind is op.CATEGORY:
        return not CATEGORIES[OPPOSITES[value]](char) if value in OPPOSITES else CATEGORIES[value](char)
    return (ord(char) == value) == (kind is op.LITERAL)


def is_place(kind: Any, text: str, at: int) -> bool:
    if kind in {op.AT_BEGINNING, op.AT_BEGINNING_STRING}:
        return at == 0
    if kind in {op.AT_END, op.AT_END_STRING}:
        return at == len(text) or (kind is op.AT_END and text[at:] == "\n")
    is_word = CATEGORIES[op.CATEGORY_WORD]
    sides = [0 <= place < len(text) and is_word(text[place]) for place in (at - 1, at)]
    return (sides[0] != sides[1]) == (kind is op.AT_BOUNDARY)


def steps(pattern: re.Pattern[str], text: str, how: str) -> int:
    """How many steps it takes to find the pattern in the text, or to find that it is not there."""
    sys.setrecursionlimit(20_000)
    engine = Engine(parser.parse(pattern.pattern, pattern.flags & ~re.UNICODE), text)
    try:
        at = 0
        while at <= len(text):
            ends = engine.ends(engine.tree, at)
            found = next((end for end in ends if how != "fullmatch" or end == len(text)), None)
            if how in ANCHORED or (how == "search" and found is not None):
                break
            at = max(found or 0, at + 1)
    except TooMuch:
        pass
    return engine.count


def texts(pattern: re.Pattern[str], size: int) -> Iterator[str]:
    """Texts that keep an engine at it: what the pattern begins with, then the same again and again, then an end that fits nothing."""
    tree = parser.parse(pattern.pattern, pattern.flags & ~re.UNICODE)
    taken = [char for char in SAMPLES if any(fits(node, char) for node in ones(tree))][:8]
    begins = {"", *(written(tree[:place]) for place, node in enumerate(tree) if next(inner(node), None))}
    pumps = {*taken, *(one + other for one in taken[:4] for other in taken[:4]), *map(written, repeats(tree))} - {""}
    for begin in sorted(begins):
        for pump in sorted(pumps):
            many = (pump * (size // len(pump) + 1))[:size]
            yield f"{begin}{many}\x00"
            yield f"{begin}{many}"


def inner(node: Any) -> Iterator[Any]:
    """The sequences of nodes inside this one."""
    kind, value = node
    if kind is op.BRANCH:
        yield from value[1]
    elif kind is op.SUBPATTERN:
        yield value[3]
    elif kind in {op.ASSERT, op.ASSERT_NOT}:
        yield value[1]
    elif kind is op.ATOMIC_GROUP:
        yield value
    elif kind in {op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT}:
        yield value[2]


def ones(nodes: Any) -> Iterator[Any]:
    for node in nodes:
        if is_one(node):
            yield node
        for inside in inner(node):
            yield from ones(inside)


def repeats(nodes: Any) -> Iterator[Any]:
    for node in nodes:
        if node[0] in {op.MAX_REPEAT, op.MIN_REPEAT}:
            yield node[1][2]
        for inside in inner(node):
            yield from repeats(inside)


def written(nodes: Any) -> str:
    """A short text that the nodes take."""
    return "".join(map(shortest, nodes))


def shortest(node: Any) -> str:
    kind, value = node
    if is_one(node):
        letters = chr(value) if kind is op.LITERAL else SAMPLES
        return next((char for char in letters if fits(node, char)), "")
    if kind in {op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT}:
        return written(value[2]) * max(value[0], 1)
    if kind is op.BRANCH:
        return written(value[1][0])
    return written(value[3]) if kind is op.SUBPATTERN else ""
