"""``manage.py demo`` before it starts anything."""

import pytest
from django.core.management import CommandError, call_command

from demo_project.runner.management.commands import demo as command
from demo_project.runner.plan import Plan, only_one
from demo_project.runner.processes import DemoFailed


@pytest.mark.parametrize("option", ["port", "sandbox_port"])
def test_demo__refuses_a_taken_port_before_it_touches_anything(settings, tmp_path, free_port, taken_port, option):
    settings.DEMO_DIR = tmp_path / "demo"
    ports = {"port": free_port, "sandbox_port": free_port + 1} | {option: taken_port}
    with pytest.raises(CommandError, match=f"Port {taken_port} is taken.*--{option.replace('_', '-')}"):
        call_command("demo", **ports, reset=True)
    assert not settings.DEMO_DIR.exists()


def test_demo__refuses_one_port_for_two(settings, tmp_path, free_port):
    settings.DEMO_DIR = tmp_path / "demo"
    with pytest.raises(CommandError, match="both"):
        call_command("demo", port=free_port, sandbox_port=free_port)


@pytest.mark.parametrize("text", ["0", "-1", "70000", "eight"])
def test_demo__refuses_what_is_no_port(text):
    with pytest.raises(CommandError, match="--port"):
        call_command("demo", f"--port={text}")


def test_reset__leaves_a_database_that_is_not_the_demos(tmp_path):
    foreign = tmp_path / "foreign.sqlite3"
    foreign.touch()
    with pytest.raises(CommandError, match="--reset"):
        command.forget(tmp_path / "demo", foreign)
    assert foreign.exists()


def test_reset__forgets_database_queue_and_timetable(tmp_path):
    for name in ("shop.sqlite3", "shop.sqlite3-wal", "beat-schedule", "broker/queue/1.celery.msg"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    command.forget(tmp_path, tmp_path / "shop.sqlite3")
    assert list(tmp_path.iterdir()) == []


def test_only_one__demo_runs_in_a_folder(tmp_path):
    with only_one(tmp_path), pytest.raises(DemoFailed, match="Another demo"), only_one(tmp_path):
        pass
    with only_one(tmp_path):
        pass


def test_only_one__says_that_a_folder_cannot_be_used(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(DemoFailed, match="DEMO_DIR"), only_one(tmp_path / "file"):
        pass


def test_plan__makes_the_children_agree_on_ports_and_folder(tmp_path):
    plan = Plan(folder=tmp_path, port=8123, sandbox_port=8124, with_sandbox=True)
    environment = plan.environment()
    assert (environment["DEMO_PORT"], environment["DEMO_SANDBOX_PORT"]) == ("8123", "8124")
    assert environment["DEMO_DIR"] == str(tmp_path)
    assert [child.name for child in plan.children(debug=True)] == ["sandbox", "worker", "web server"]


def test_plan__starts_no_sandbox_when_the_graph_is_elsewhere(tmp_path):
    plan = Plan(folder=tmp_path, port=8123, sandbox_port=8124, with_sandbox=False)
    assert [child.name for child in plan.children(debug=True)] == ["worker", "web server"]
    assert plan.ports == [8123]
