"""Other engines, and addresses of them that lead nowhere: one line that says what to do, and nothing started."""

import os
import sqlite3
import subprocess
import sys
import uuid
from contextlib import closing
from urllib.parse import urlsplit

import pytest

from demo_project.runner import engines
from tests.demo.running import ROOT, RUNNING, Demo, clean_environment

NOWHERE = "127.0.0.1:1"


@pytest.fixture
def complaint(tmp_path):
    """What ``manage.py demo`` says in an environment in which it can't start."""

    def start(*arguments, **env):
        with Demo(tmp_path / "demo", *arguments, env=env) as demo:
            assert demo.end() != 0
            return demo.told()

    return start


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "foo://127.0.0.1/shop",
        "postgres://127.0.0.1:port/shop",
        "postgres://[127.0.0.1/shop",
        "postgres://127.0.0.1/",
        "sqlite://",
        "sqlite:///:memory:",
        "oracle://127.0.0.1/shop",
    ],
)
def test_database_address__that_is_none_says_which_there_are(url):
    with pytest.raises(SystemExit, match=r"DATABASE_URL .*postgres://.*mysql://.*SQLite"):
        engines.database_address(url)


@pytest.mark.parametrize("url", ["nonsense", "memory://", "redis:", "sqs://x", "redis://127.0.0.1:port/0", "://"])
def test_broker_address__that_is_none_says_which_there_are(url):
    with pytest.raises(SystemExit, match=r"CELERY_BROKER_URL .*redis://.*amqp://"):
        engines.broker_address(url)


@pytest.mark.parametrize("text", ["", "eight", "0", "65536", "-1", "²"])
def test_port__that_is_none_says_so(text):
    with pytest.raises(SystemExit, match=r"DEMO_PORT.*1 to 65535"):
        engines.port("DEMO_PORT", text)


@pytest.mark.parametrize(
    ("read", "url", "modules", "package"),
    [
        (engines.database_address, "postgres://127.0.0.1/shop", ["psycopg", "psycopg2"], "psycopg"),
        (engines.database_address, "mysql://127.0.0.1/shop", ["MySQLdb"], "mysqlclient"),
        (engines.broker_address, "redis://127.0.0.1/0", ["redis"], "redis"),
    ],
)
def test_address__without_its_driver_says_what_to_install(monkeypatch, read, url, modules, package):
    for module in modules:
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(SystemExit, match=f"pip install '{package}"):
        read(url)


def test_database_address__takes_mariadb_for_what_django_calls_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "MySQLdb", sys)
    assert engines.database_address("mariadb://me@127.0.0.1/shop") == "mysql://me@127.0.0.1/shop"


def test_address__keeps_its_secret(complaint):
    for url in ("oracle://me:hush@127.0.0.1/shop", "postgres://me:hush@127.0.0.1/"):
        assert "hush" not in complaint(DATABASE_URL=url)


@pytest.mark.parametrize(
    ("variable", "url"),
    [
        ("DATABASE_URL", "nonsense"),
        ("DATABASE_URL", "sqlite:////proc/nowhere/shop.sqlite3"),
        ("CELERY_BROKER_URL", "nonsense"),
        ("CELERY_BROKER_URL", f"amqp://guest:guest@{NOWHERE}//"),
        ("DEMO_PORT", "eight"),
    ],
)
def test_demo__says_in_one_line_which_variable_is_wrong(complaint, variable, url):
    assert variable in complaint(**{variable: url})


@pytest.mark.parametrize(
    ("variable", "url", "driver"),
    [
        ("DATABASE_URL", f"postgres://capi:capi@{NOWHERE}/shop", "psycopg"),
        ("DATABASE_URL", f"mysql://capi:capi@{NOWHERE}/shop", "MySQLdb"),
        ("CELERY_BROKER_URL", f"redis://{NOWHERE}/0", "redis"),
    ],
)
def test_demo__says_in_one_line_that_nobody_answers(complaint, variable, url, driver):
    pytest.importorskip(driver, reason=f"wants the driver {driver}")
    said = complaint(**{variable: url})
    assert NOWHERE in said
    assert f"Start it, or mend {variable}." in said


def test_demo__says_how_to_create_a_database_that_is_not_there(complaint):
    url = os.environ.get("DATABASE_URL", "sqlite:")
    if url.startswith("sqlite:"):
        pytest.skip("wants a database server: set DATABASE_URL")
    name = f"capi_absent_{uuid.uuid4().hex[:8]}"
    said = complaint(DATABASE_URL=urlsplit(url)._replace(path=f"/{name}").geturl())
    assert name in said.partition("Create it: ")[2]


def test_demo__says_that_its_folder_cannot_be_used(complaint, tmp_path):
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file", "/proc/nowhere"):
        assert f"The folder {folder} can't be used" in complaint(DEMO_DIR=str(folder))


@pytest.fixture(scope="module")
def migrated(tmp_path_factory):
    """A demo's database as its migrations make it."""
    folder = tmp_path_factory.mktemp("migrated")
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(command, cwd=ROOT, env=clean_environment() | {"DEMO_DIR": str(folder)}, check=True, timeout=60)
    return (folder / "shop.sqlite3").read_bytes()


@pytest.fixture
def database(tmp_path):
    """Where the demo looks for its own."""
    (tmp_path / "demo").mkdir()
    return tmp_path / "demo" / "shop.sqlite3"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("ALTER TABLE shop_product DROP COLUMN tagline", "it has no shop_product.tagline"),
        ("DROP TABLE shop_cartline", "it has no shop_cartline"),
        ("DROP TABLE django_migrations", "already exists"),
        ("ALTER TABLE shop_product ADD COLUMN odour TEXT NOT NULL CHECK (odour != '') DEFAULT ''", "odour"),
    ],
)
def test_demo__asks_for_a_reset_if_the_database_is_another_versions(complaint, migrated, database, change, reason):
    database.write_bytes(migrated)
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(change)
    said = complaint()
    assert reason in said
    assert said.endswith("python manage.py demo --reset")


def no_database(whole):
    return b"a letter to my aunt\n" * 300


def half(whole):
    return whole[: len(whole) // 2]


def hole(whole):
    """The first page is whole, so that SQLite opens it."""
    return whole[:8192] + b"Z" * (len(whole) - 16384) + whole[-8192:]


@pytest.mark.parametrize("damage", [no_database, half, hole])
def test_demo__asks_for_a_reset_if_the_database_is_damaged(complaint, migrated, database, damage):
    database.write_bytes(damage(migrated))
    said = complaint()
    assert "is damaged" in said
    assert said.endswith("python manage.py demo --reset")


def test_reset__begins_anew_where_the_database_is_damaged(tmp_path, database):
    database.write_bytes(no_database(b""))
    with Demo(tmp_path / "demo", "--reset", "--no-story") as demo:
        demo.wait_for(RUNNING)
