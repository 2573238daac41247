"""``capi_sandbox`` as a process: alone, and as a management command."""

import os
import re
import signal
import socket
import subprocess
import sys

import pytest
from django.core.management import CommandError, call_command

from capi_tracking.management.commands.capi_sandbox import Command
from capi_tracking.sandbox.__main__ import main
from tests.sandbox.conftest import good_event

ALONE = [sys.executable, "-m", "capi_tracking.sandbox", "--port", "0", "--pixel", "77", "--token", "abc"]
MANAGED = [
    sys.executable,
    "-c",
    "from django.conf import settings; settings.configure();"
    "from django.core.management import call_command;"
    "from capi_tracking.management.commands.capi_sandbox import Command;"
    "call_command(Command(), port=0, pixel=['77'], token='abc')",
]


def ignore_ctrl_c():
    """As a shell does for what it starts in the background."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@pytest.fixture
def start():
    """Starts one without any settings; what still runs at the end is ended."""
    running = []

    def run(command, **options):
        environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        running.append(subprocess.Popen(command, env=environment, **pipes, **options))
        address = re.search(r"http://127\.0\.0\.1:\d+", running[-1].stdout.readline())[0]
        return running[-1], address

    yield run
    for process in running:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("command", [ALONE, MANAGED], ids=["alone", "managed"])
@pytest.mark.parametrize("options", [{}, {"preexec_fn": ignore_ctrl_c}], ids=["in front", "in the background"])
def test_capi_sandbox__serves_until_it_is_told_to_stop(start, http, command, number, options):
    process, address = start(command, **options)
    assert http.get(f"{address}/sandbox/events.json", timeout=30).status_code == 200
    process.send_signal(number)
    rest, errors = process.communicate(timeout=10)
    assert (process.returncode, rest, errors) == (0, "Sandbox stopped.\n", "")


def test_capi_sandbox__ends_although_a_client_still_waits(start, http):
    process, address = start(ALONE)
    http.post(f"{address}/sandbox/switch", json={"name": "timeout"}, timeout=30)
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as client:
        client.sendall(b"POST /v26.0/77/events HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
        while not http.get(f"{address}/sandbox/events.json", timeout=30).json()["refusals"]:
            pass
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=10)
    assert (process.returncode, rest, errors) == (0, "Sandbox stopped.\n", "")


def test_capi_sandbox__knows_its_pixels_and_token(start, http, clock):
    _, address = start(ALONE)
    body = {"data": [good_event(clock.now)], "access_token": "abc"}
    asked = [(77, body), (78, body), (77, body | {"access_token": "sandbox-token"})]
    answers = [http.post(f"{address}/v26.0/{pixel}/events", json=sent, timeout=30) for pixel, sent in asked]
    assert [answer.status_code for answer in answers] == [200, 400, 401]


def test_capi_sandbox__lenient_and_app_secret_are_passed_on(start, http, clock):
    _, address = start([*ALONE, "--lenient", "--app-secret", "s"])
    body = {"data": [good_event(clock.now)], "access_token": "abc"}
    assert "appsecret_proof" in http.post(f"{address}/v26.0/77/events", json=body, timeout=30).text
    _, address = start([*ALONE, "--lenient"])
    body["data"][0]["user_data"]["unheard_of"] = "x"
    assert http.post(f"{address}/v26.0/77/events", json=body, timeout=30).status_code == 200


def test_capi_sandbox__says_that_a_port_is_taken(sandbox, capsys):
    port = sandbox._server.server_port
    with pytest.raises(CommandError, match=r"Port \d+ can't be used.*--port"):
        call_command(Command(), port=port)
    assert main(["--port", str(port)]) == 1
    assert f"Port {port} can't be used" in capsys.readouterr().err


@pytest.mark.parametrize("port", ["99999999", "70000", "-3"])
def test_capi_sandbox__says_that_a_port_is_none(port, capsys):
    assert main([f"--port={port}"]) == 1
    assert f"Port {port} can't be used" in capsys.readouterr().err


def test_capi_sandbox__help_says_what_it_is(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    text = " ".join(capsys.readouterr().out.split())
    assert ended.value.code == 0
    assert "stand-in for Meta" in text
    assert all(option in text for option in ("--port", "--token", "--app-secret", "--pixel", "--lenient"))


def test_capi_sandbox__needs_no_django():
    code = "import sys, capi_tracking.sandbox.__main__; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
