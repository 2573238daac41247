import os
import shutil
from argparse import ArgumentParser
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command
from django.db import connections

from demo_project.runner import servers
from demo_project.runner.banner import banner
from demo_project.runner.interrupts import Interrupts
from demo_project.runner.plan import ROOT, Plan, only_one
from demo_project.runner.processes import Children, DemoFailed, port_is_free
from demo_project.runner.staff import create_staff
from demo_project.shop import catalogue
from demo_project.story import seed, troubles
from demo_project.story.models import Chapter


class Command(BaseCommand):
    help = "Runs the demo shop: database, products, sandbox, Celery worker with beat, and web server. Ctrl-C stops all."
    requires_system_checks = []  # each child runs them

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=port, default=getattr(settings, "DEMO_PORT", 8000))
        parser.add_argument("--sandbox-port", type=port, default=getattr(settings, "DEMO_SANDBOX_PORT", 8990))
        parser.add_argument("--reset", action="store_true", help="Start with an empty database and an empty queue.")
        parser.add_argument("--no-story", action="store_true", help="Start without the 28 days that were before today.")

    def handle(self, **options: Any) -> None:
        plan = Plan(
            folder=Path(getattr(settings, "DEMO_DIR", ROOT / ".demo")),
            port=options["port"],
            sandbox_port=options["sandbox_port"],
            with_sandbox="META_GRAPH_URL" not in os.environ,
        )
        refuse_taken(plan)
        with Interrupts() as interrupts:
            try:
                self.open(plan, interrupts, reset=options["reset"], story=not options["no_story"])
            except KeyboardInterrupt:
                self.say("\n  Everything is stopped.")

    def open(self, plan: Plan, interrupts: Interrupts, *, reset: bool, story: bool) -> None:
        try:
            with only_one(plan.folder):
                self.prepare(plan, reset=reset, story=story)
                interrupts.check()
                self.run(plan, interrupts)
        except DemoFailed as error:
            interrupts.check()
            raise CommandError(str(error)) from error
        except Exception:
            interrupts.check()  # a library may turn the Ctrl-C that it meets into an error of its own
            raise

    def prepare(self, plan: Plan, *, reset: bool, story: bool) -> None:
        if reset:
            connections.close_all()
            forget(plan.folder, Path(settings.DATABASES["default"]["NAME"]))
        plan.prepare()
        servers.need_database()
        servers.need_broker()
        self.say("  Preparing the database ...")
        with servers.fitting():
            fill()
        troubles.forget()
        if story:
            self.tell(plan)
        connections.close_all()

    def tell(self, plan: Plan) -> None:
        """Once in a database's life."""
        if not Chapter.objects.exists():
            self.say("  Telling 28 days ...")
            seed.tell(shop=plan.shop_url.rstrip("/"))

    def run(self, plan: Plan, interrupts: Interrupts) -> None:
        self.say("  Starting the processes ...")
        with Children(cwd=ROOT, env=plan.environment(), interrupts=interrupts) as children:
            children.start(plan.children(debug=settings.DEBUG))
            self.say(banner(plan, title=self.style.SUCCESS, address=self.style.HTTP_INFO))
            children.watch()

    def say(self, text: str) -> None:
        """Also to a terminal that is gone: whoever closed it wants the demo to end in order."""
        with suppress(OSError):
            self.stdout.write(text)
            self.stdout.flush()


def port(text: str) -> int:
    """A port to listen on; argparse names the option if it is none."""
    number = int(text)
    if not 1 <= number <= 65535:
        raise ValueError(text)
    return number


def refuse_taken(plan: Plan) -> None:
    """Say so before anything is started or deleted."""
    if len(set(plan.ports)) < len(plan.ports):
        raise CommandError(f"Shop and sandbox can't both have port {plan.port}: choose another --sandbox-port.")
    for number, option in zip(plan.ports, ["--port", "--sandbox-port"], strict=False):
        if not port_is_free(number):
            raise CommandError(f"Port {number} is taken. Stop what listens there, or choose another: {option} NUMBER.")


def fill() -> None:
    """What was there before stays; nothing is added twice."""
    call_command("migrate", interactive=False, verbosity=0)
    servers.refuse_misfit()
    catalogue.seed()
    create_staff()


def forget(folder: Path, database: Path) -> None:
    """Delete the demo's own database and queue. A database of someone else's is left alone, loudly."""
    if database.parent != folder:
        raise CommandError(
            f"--reset deletes only the demo's own SQLite file in {folder}. Empty yours yourself: {servers.emptying()}"
        )
    for suffix in ("", "-wal", "-shm", "-journal"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)
    for schedule in folder.glob("beat-schedule*"):
        schedule.unlink()
    for part in ("queue", "control"):  # not more: the folder is one that somebody chose
        shutil.rmtree(folder / "broker" / part, ignore_errors=True)
