"""``capi_erase``: somebody asks the shop to be forgotten, or what it knows of them."""

import json
import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import CommandError

from ...privacy import Erased, Person, Told, erasable, erase, export, told
from ...visitors import people
from ..outboxes import add_database, chosen
from ..tidy import TidyCommand

OURS_ALONE = 0o600
STDOUT = "-"


class Command(TidyCommand):
    help = (
        "Erases a person: their keys and data leave all tables, what is not sent never is. What was sold stays. "
        "Says what Meta got. With --export it writes down all that is kept of them first; with --dry-run it changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        for name in ("--email", "--phone", "--external-id"):
            parser.add_argument(name, action="append", default=[], help="Whom: may be given several times.")
        parser.add_argument("--country", default="", help="Two letters, for a phone number without a country code.")
        parser.add_argument(
            "--user", help="An account by its log-in name: its e-mail address and id, and what VISITOR says."
        )
        parser.add_argument(
            "--export", metavar="FILE", help="Write what is kept of them as JSON into a new file; - is stdout."
        )
        parser.add_argument("--dry-run", action="store_true", help="Only say, and export, what there is.")
        parser.add_argument("--no-input", "--noinput", action="store_true", help="Do not ask whether to go on.")
        parser.add_argument("--by", default="command", help="Who does it, for the list in the admin.")
        add_database(parser)

    def handle(self, *args: Any, database: str | None, dry_run: bool, **options: Any) -> None:
        self.out = self.stderr if options["export"] == STDOUT else self.stdout
        self.person, databases = self._person(options), chosen(database)
        found = sum((self._look(using) for using in databases), Erased())
        if options["export"]:
            self._export(databases, options["export"])
        if dry_run:
            return
        self._confirm(found, options["no_input"])
        done = sum((erase(self.person, using=using, by=options["by"]) for using in databases), Erased())
        self._say(f"Erased: {done}.")

    def _person(self, options: dict[str, Any]) -> Person:
        plain: dict[str, Any] = {name: list(options[name]) for name in ("email", "phone", "external_id")}
        if options["user"]:
            account = people.of_account(_user(options["user"]))
            plain = {name: [*values, *account[name]] for name, values in plain.items()}
        person = Person.of(**plain, country=options["country"])
        if person.unread:
            raise CommandError(f"Not understood: {'; '.join(person.unread)}.")
        if not person:
            raise CommandError("Whom? Give --email, --phone, --external-id or --user.")
        return person

    def _look(self, using: str) -> Erased:
        found = erasable(self.person, using=using)
        self._say(f"{using}: {found}")
        sent = list(told(self.person, using=using))
        if sent:
            self._say("What Meta got from the server. It keeps that: ask it by these ids.")
        for each in sent:
            self._say(f"  {_line(each)}")
        return found

    def _export(self, databases: list[str], target: str) -> None:
        kept = json.dumps({using: export(self.person, using=using) for using in databases}, indent=2)
        if target == STDOUT:
            self.stdout.write(kept)
            return
        try:
            with open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OURS_ALONE), "w") as file:  # noqa: PTH123
                file.write(kept)
        except OSError as error:
            raise CommandError(f"Nothing was erased: {target} can't be written ({type(error).__name__}).") from error
        self._say(f"Written to {target}, which only you may read.")

    def _confirm(self, found: Erased, no_input: bool) -> None:
        if no_input:
            return
        if not sys.stdin.isatty():
            raise CommandError("Nothing was erased: nobody is here to be asked. Add --no-input.")
        if not _says_yes(f"Erase {found}? This can't be undone. Type yes: "):
            raise CommandError("Nothing was erased.")

    def _say(self, text: str) -> None:
        self.out.write(text, self.style.NOTICE if self.out is self.stderr else None)


def _user(name: str) -> Any:
    users = get_user_model()
    try:
        return users._default_manager.get_by_natural_key(name)
    except users.DoesNotExist:
        raise CommandError("There is no such account. If it is gone, give --external-id.") from None


def _says_yes(question: str) -> bool:
    try:
        return input(question) == "yes"
    except EOFError:  # Ctrl-D
        return False


def _line(each: Told) -> str:
    when = f"{each.sent_at:%Y-%m-%d %H:%M:%S} UTC" if each.sent_at else "under way now"
    trace = f" fbtrace_id={each.trace_id}" if each.trace_id else ""
    return f"{when} {each.event_name} event_id={each.event_id} pixel={each.pixel_id}{trace}"
