"""``manage.py demo`` before it starts anything."""

from dataclasses import replace

import pytest
from django.core.management import CommandError, call_command

from demo_project.runner import servers, switch
from demo_project.runner.banner import banner
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


def touch(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


def files(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_reset__forgets_database_queue_and_timetable(tmp_path):
    touch(tmp_path, "shop.sqlite3", "shop.sqlite3-wal", "beat-schedule", "broker/queue/1.capi_demo.msg")
    command.forget(tmp_path, tmp_path / "shop.sqlite3")
    assert files(tmp_path) == []


def test_reset__leaves_what_else_is_in_the_folder(tmp_path):
    touch(tmp_path, "shop.sqlite3", "notes.txt", "tmp/notes.txt", "broker/notes.txt")
    command.forget(tmp_path, tmp_path / "shop.sqlite3")
    assert files(tmp_path) == ["broker/notes.txt", "notes.txt", "tmp/notes.txt"]


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


@pytest.fixture
def plan(tmp_path):
    return Plan(folder=tmp_path, port=8123, sandbox_port=8124, with_sandbox=True)


def test_plan__forgets_the_last_runs_worker_its_switch_and_its_logs(plan):
    touch(plan.folder, "worker.ready", "worker.stopped", "logs/web.log", "logs/worker.log", "logs/mine.txt")
    plan.prepare()
    assert files(plan.folder) == ["logs/mine.txt"]


def test_plan__wants_no_worker_while_the_switch_is_off(plan, settings):
    settings.DEMO_DIR = plan.folder
    (worker,) = [child for child in plan.children(debug=True) if child.name == "worker"]
    assert worker.wanted()
    switch.stop_worker()
    assert not worker.wanted()


def test_plan__says_what_stands_in_its_way(plan):
    (plan.folder / "logs").touch()
    with pytest.raises(DemoFailed, match="DEMO_DIR"):
        plan.prepare()


def test_banner__names_every_address_and_login(plan):
    shown = banner(plan)
    incidents = f"{plan.shop_url}admin/story/incident/"
    for words in (plan.shop_url, f"{plan.shop_url}admin/", incidents, plan.sandbox_url, str(plan.logs), "Ctrl-C"):
        assert words in shown
    for login in ("admin / admin", "marketer / marketer"):
        assert login in shown


def test_banner__fits_a_small_terminal(plan):
    assert max(map(len, banner(plan).replace(str(plan.logs), "").splitlines())) < 80


def test_banner__names_the_graph_where_there_is_no_sandbox(plan, settings):
    settings.CAPI_TRACKING = settings.CAPI_TRACKING | {"GRAPH_URL": "https://graph.example"}
    shown = banner(replace(plan, with_sandbox=False))
    assert "https://graph.example" in shown
    assert plan.sandbox_url not in shown


@pytest.mark.django_db
def test_fitting__names_nothing_missing_after_our_own_migrations():
    assert servers.missing_columns() == []
