"""Values as they are, but for their ``repr``: pages and reports of errors show what each frame holds."""

from typing import Any


class Plain(dict[str, Any]):
    """Plain customer data on its way to be hashed. Its ``repr`` gives the names alone."""

    def __repr__(self) -> str:
        return f"<plain: {', '.join(self)}>"


class Secrets(tuple[str, ...]):
    """Tokens and the like."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{len(self)} secrets>"


class Body(bytes):
    """What is sent, a token included."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{len(self)} bytes>"


class Unshown(str):
    """A header with a token in it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{len(self)} characters>"
