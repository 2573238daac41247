"""A running demo, and what is done beside it."""

import os
import signal

import pytest

from demo_project.runner import switch
from tests.demo.running import RUNNING, Demo, two_ports
from tests.waiting import until

pytestmark = pytest.mark.demo


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    with Demo(tmp_path_factory.mktemp("first") / "demo", "--no-story") as running:
        running.wait_for(RUNNING)
        yield running
    assert running.output.rstrip().endswith("Everything is stopped.")


def complaint(*arguments, **options):
    with Demo(*arguments, **options) as second:
        assert second.end() != 0
        return second.told()


@pytest.mark.parametrize("arguments", [[], ["--reset"]])
def test_demo__refuses_a_folder_in_use_and_leaves_its_database(demo, arguments):
    database = (demo.folder / "shop.sqlite3").stat().st_ino
    said = complaint(demo.folder.with_name("second"), *arguments, env={"DEMO_DIR": str(demo.folder)})
    assert f"Another demo is running in {demo.folder}" in said
    assert (demo.folder / "shop.sqlite3").stat().st_ino == database


@pytest.mark.parametrize("taken", [0, 1])
def test_demo__refuses_a_port_in_use_and_makes_no_folder(demo, taken):
    ports = list(two_ports())
    ports[taken] = demo.ports[taken]
    folder = demo.folder.with_name("other")
    assert f"Port {ports[taken]} is taken" in complaint(folder, "--reset", ports=tuple(ports))
    assert not (folder / "lock").exists()


def test_demo__runs_beside_another_until_its_sandbox_dies(demo):
    with Demo(demo.folder.with_name("beside"), "--no-story") as beside:
        beside.wait_for(RUNNING)
        (sandbox,) = beside.children("capi_sandbox")
        os.kill(sandbox, signal.SIGKILL)
        assert beside.end() != 0
        assert "The sandbox ended by itself (exit code -9)." in beside.output
    assert demo.process.poll() is None


def test_demo__stops_and_starts_its_worker_by_the_switch(demo, settings):
    settings.DEMO_DIR = demo.folder
    first = set(demo.children("celery"))
    switch.stop_worker()
    until(lambda: not demo.children("celery"), "the worker is gone")
    switch.start_worker()
    until(lambda: demo.children("celery"), "there is a worker again")
    assert not first & set(demo.children("celery"))
    assert demo.process.poll() is None
