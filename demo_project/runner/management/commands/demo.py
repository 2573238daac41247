import os
import shutil
import signal
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import BaseCommand, CommandError, call_command
from django.db import connections

from capi_tracking.conf import is_loopback
from demo_project.runner.plan import ROOT, Plan, only_one
from demo_project.runner.processes import Children, DemoFailed, port_is_free
from demo_project.shop import catalogue

BANNER = """
  The demo is running.

    Shop      {shop}
    Admin     {shop}admin/   (name admin, password admin)
    {graph}

  Logs are in {logs}.
  Ctrl-C stops everything.
"""


class Command(BaseCommand):
    help = "Runs the demo shop: database, products, sandbox, Celery worker with beat, and web server. Ctrl-C stops all."
    requires_system_checks = []  # each child runs them

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=port, default=getattr(settings, "DEMO_PORT", 8000))
        parser.add_argument("--sandbox-port", type=port, default=getattr(settings, "DEMO_SANDBOX_PORT", 8990))
        parser.add_argument("--reset", action="store_true", help="Start with an empty database and an empty queue.")

    def handle(self, **options: Any) -> None:
        plan = Plan(
            folder=Path(getattr(settings, "DEMO_DIR", ROOT / ".demo")),
            port=options["port"],
            sandbox_port=options["sandbox_port"],
            with_sandbox="META_GRAPH_URL" not in os.environ,
        )
        refuse_taken(plan)
        for number in (signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)):
            signal.signal(number, interrupt)
        try:
            with only_one(plan.folder):
                self.prepare(plan, reset=options["reset"])
                self.run(plan)
        except DemoFailed as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            self.stdout.write("\n  Everything is stopped.")

    def prepare(self, plan: Plan, *, reset: bool) -> None:
        if reset:
            connections.close_all()
            forget(plan.folder, Path(settings.DATABASES["default"]["NAME"]))
        plan.prepare()
        self.stdout.write("  Preparing the database ...")
        call_command("migrate", interactive=False, verbosity=0)
        catalogue.seed()
        create_staff()
        connections.close_all()

    def run(self, plan: Plan) -> None:
        self.stdout.write("  Starting the processes ...")
        with Children(cwd=ROOT, env=plan.environment()) as children:
            children.start(plan.children(debug=settings.DEBUG))
            self.stdout.write(banner(plan))
            children.watch()


def port(text: str) -> int:
    """A port to listen on; argparse names the option if it is none."""
    number = int(text)
    if not 1 <= number <= 65535:
        raise ValueError(text)
    return number


def interrupt(*args: object) -> None:
    raise KeyboardInterrupt


def refuse_taken(plan: Plan) -> None:
    """Say so before anything is started or deleted."""
    if len(set(plan.ports)) < len(plan.ports):
        raise CommandError(f"Shop and sandbox can't both have port {plan.port}: choose another --sandbox-port.")
    for number, option in zip(plan.ports, ["--port", "--sandbox-port"], strict=False):
        if not port_is_free(number):
            raise CommandError(f"Port {number} is taken. Stop what listens there, or choose another: {option} NUMBER.")


def forget(folder: Path, database: Path) -> None:
    """Delete the demo's own database and queue. A database of someone else's is left alone, loudly."""
    if database.parent != folder:
        raise CommandError(f"--reset deletes only the demo's own SQLite file in {folder}. Empty yours yourself.")
    for suffix in ("", "-wal", "-shm", "-journal"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)
    for schedule in folder.glob("beat-schedule*"):
        schedule.unlink()
    for part in ("broker", "tmp"):
        shutil.rmtree(folder / part, ignore_errors=True)


def create_staff() -> None:
    """``admin`` with the password ``admin``, on 127.0.0.1 only; left alone if it is there."""
    users = get_user_model().objects
    if not users.filter(username="admin").exists():
        users.create_superuser("admin", "admin@shop.example", "admin")


def sends_nothing() -> bool:
    """Delivery's own rule: with DEBUG on, the real Meta gets test events alone."""
    pixel = settings.CAPI_TRACKING["PIXELS"]["default"]
    return settings.DEBUG and not is_loopback(settings.CAPI_TRACKING["GRAPH_URL"]) and not pixel.get("TEST_EVENT_CODE")


def banner(plan: Plan) -> str:
    graph = f"Sandbox   {plan.sandbox_url}" if plan.with_sandbox else f"Graph     {settings.CAPI_TRACKING['GRAPH_URL']}"
    if sends_nothing():
        graph += "\n\n  DEBUG is on: nothing is sent to Meta. Set META_TEST_EVENT_CODE, or DEBUG=off."
    return BANNER.format(shop=plan.shop_url, graph=graph, logs=plan.logs)
