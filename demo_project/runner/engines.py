"""Other engines: what ``DATABASE_URL`` and ``CELERY_BROKER_URL`` may name, and the line that says what is wrong with them.

Read by the settings, before there is a Django to complain to.
"""

import importlib
import sys
from typing import NoReturn
from urllib.parse import SplitResult, urlsplit

POSTGRESQL, MARIADB = "postgres://user:password@127.0.0.1/shop", "mysql://user:password@127.0.0.1/shop"
REDIS, RABBITMQ = "redis://127.0.0.1/0", "amqp://guest:guest@127.0.0.1//"
KNOWN_DATABASES = f"{POSTGRESQL}, {MARIADB}, or nothing for SQLite"
KNOWN_BROKERS = f"{REDIS}, {RABBITMQ}, or nothing for the embedded one"

DATABASES = {"sqlite": "sqlite", "mariadb": "mysql", "mysql": "mysql", "mysql2": "mysql"}
DATABASES |= dict.fromkeys(["postgres", "postgresql", "psql", "pgsql"], "postgres")
BROKERS = ["filesystem", "redis", "rediss", "amqp", "amqps", "pyamqp"]

# Each engine's modules, of which one is enough, and what pip calls the first.
DATABASE_DRIVERS = {"postgres": (["psycopg", "psycopg2"], "psycopg[binary]"), "mysql": (["MySQLdb"], "mysqlclient")}
BROKER_DRIVERS = dict.fromkeys(["redis", "rediss"], (["redis"], "redis"))


def refuse(line: str) -> NoReturn:
    """End the process with one line and a status that is not 0: a traceback of the settings helps nobody."""
    raise SystemExit(line)


def port(variable: str, text: str) -> int:
    """A port to listen on, or the end."""
    if not (text.isdecimal() and 1 <= int(text) <= 65535):
        refuse(f"{variable} is no port: choose a number from 1 to 65535.")
    return int(text)


def database_address(url: str) -> str:
    """The address as django-environ reads it, or the end."""
    parts = split("DATABASE_URL", url, KNOWN_DATABASES)
    if parts.scheme not in DATABASES:
        refuse(f"DATABASE_URL is no address of a database that the demo knows: {KNOWN_DATABASES}.")
    if parts.path.strip("/") in {"", ":memory:"}:
        refuse(f"DATABASE_URL names no database: {KNOWN_DATABASES}.")
    scheme = DATABASES[parts.scheme]
    need_driver("DATABASE_URL", *DATABASE_DRIVERS.get(scheme, ([], "")))
    return scheme + url[len(parts.scheme) :]


def broker_address(url: str) -> str:
    """The address as Celery reads it, or the end."""
    scheme = split("CELERY_BROKER_URL", url, KNOWN_BROKERS).scheme
    if scheme not in BROKERS or "://" not in url:
        refuse(f"CELERY_BROKER_URL is no address of a broker that the demo knows: {KNOWN_BROKERS}.")
    need_driver("CELERY_BROKER_URL", *BROKER_DRIVERS.get(scheme, ([], "")))
    return url


def split(variable: str, url: str, known: str) -> SplitResult:
    """The parts of an address; its port is a number."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 (only reading it tells)
    except ValueError as error:
        refuse(f"{variable} is no address ({error}); the demo knows {known}.")
    return parts


def need_driver(variable: str, modules: list[str], package: str) -> None:
    """Load one of them, as Django and Celery will: a driver may be there and lack its library."""
    problems = []
    for module in modules:
        try:
            importlib.import_module(module)
        except ImportError as error:
            problems.append(str(error))
        else:
            return
    if problems:
        refuse(f"{variable} needs a driver ({problems[0]}). Type: {sys.executable} -m pip install '{package}'")
