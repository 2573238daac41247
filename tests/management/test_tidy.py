"""How our commands end when somebody stops them, or the database does."""

import os
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command, get_commands, load_command_class
from django.db import DatabaseError, OperationalError

from capi_tracking.management.tidy import TidyCommand

OURS = sorted(name for name, app in get_commands().items() if app == "capi_tracking")


class Command(TidyCommand):
    """Ends as it is told to."""

    requires_system_checks = ()
    error: BaseException

    def handle(self, **options: Any) -> None:
        raise self.error


def ended(error: BaseException) -> tuple[Any, str]:
    """As from a command line: the exit status, and what was said."""
    said = StringIO()
    command = Command(stderr=said, no_color=True)
    command.error = error
    with pytest.raises(SystemExit) as end:
        command.run_from_argv(["manage.py", "command"])
    return end.value.code, said.getvalue()


@pytest.mark.parametrize("name", OURS)
def test_command__of_ours_ends_tidily(name: str) -> None:
    assert isinstance(load_command_class("capi_tracking", name), TidyCommand)


@pytest.mark.django_db
def test_command__that_is_stopped_says_so_in_a_line() -> None:
    assert ended(KeyboardInterrupt()) == (130, "Stopped before everything was done.\n")
    reading, writing = os.pipe()
    with os.fdopen(reading), os.fdopen(writing, "w") as out, pytest.MonkeyPatch.context() as patched:
        patched.setattr("sys.stdout", out)
        assert ended(BrokenPipeError()) == (141, "Stopped, since nobody reads what it says.\n")


@pytest.mark.django_db
def test_command__whose_database_fails_says_so_in_a_line_and_quotes_nothing() -> None:
    status, said = ended(OperationalError("no row of jo@shop.example"))
    assert status == 1
    assert said.startswith("CommandError: The database failed (OperationalError)")
    assert len(said.splitlines()) == 1
    assert "jo@" not in said


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (("capi_deliver", "--interval", "0"), "'0': write seconds"),
        (("capi_deliver", "--hold-older-than", "5"), "'5': write it as 90m, 6h or 2d"),
        (("capi_reconcile", "--days", "all"), "'all': write a number of days"),
        (("capi_reconcile", "--list", "-1"), "'-1': write a number"),
        (("capi_doctor", "--alert", "--json"), "leave out --json"),
        (("capi_doctor", "--alert", "--send"), "leave out"),
    ],
)
def test_command__that_is_called_wrongly_says_what_to_write(given: tuple[str, ...], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        call_command(*given)


def test_command__that_a_program_calls_leaves_its_errors_to_it() -> None:
    command = Command()
    command.error = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        call_command(command)
    command.error = DatabaseError()
    with pytest.raises(CommandError) as raised:
        call_command(command)
    assert raised.value.__cause__ is command.error
