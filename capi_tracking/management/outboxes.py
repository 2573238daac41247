"""Which outboxes a command is for: all, or the one that ``--database`` names."""

from argparse import ArgumentParser

from django.db import connections

from ..conf import conf


def add_database(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--database",
        choices=list(connections),
        metavar="ALIAS",
        help="The outbox of this database alone, not all OUTBOX_DATABASES.",
    )


def chosen(database: str | None) -> list[str]:
    return [database] if database else list(conf.OUTBOX_DATABASES)
