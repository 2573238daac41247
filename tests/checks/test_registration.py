"""Which checks Django runs, and what it says about the project's own two sets of settings."""

import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.checks import run_checks

from capi_tracking.checks import TAG

ROOT = Path(__file__).resolve().parent.parent.parent


def test_run_checks__tells_of_production_only_on_deploy(shop):
    shop.capi(ENVIRONMENT="", BATCH_SIZE=1001)
    usual, deploy = (run_checks(tags=[TAG], include_deployment_checks=deploy) for deploy in (False, True))
    assert {message.id for message in usual} == {"capi_tracking.W020"}
    assert {message.id for message in deploy} == {"capi_tracking.W020", "capi_tracking.W401"}


@pytest.mark.parametrize(
    ("settings", "environment", "arguments"),
    [
        ("tests.settings", {}, []),
        ("demo_project.settings", {}, []),
        ("demo_project.settings", {"DEBUG": "off"}, ["--deploy", "--fail-level", "WARNING"]),
    ],
)
def test_manage__has_nothing_to_say_about_our_own_settings(tmp_path, settings, environment, arguments):
    here = {"DJANGO_SETTINGS_MODULE": settings, "DEMO_DIR": str(tmp_path), "SECRET_KEY": secrets.token_urlsafe(50)}
    command = [sys.executable, "-W", "error", "manage.py", "check", *arguments]
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("META_", "DATABASE_URL"))}
    done = subprocess.run(
        command, cwd=ROOT, env=clean | here | environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert "System check identified no issues" in done.stdout
