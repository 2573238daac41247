"""Runs tests in a process of their own, whose apps are not those of this suite."""

import subprocess
import sys

# No plugin that these tests don't ask for: Hypothesis and Faker take longer to load than a shop's tests to run.
PYTEST = [sys.executable, "-m", "pytest", "-q", "--disable-plugin-autoload", "-p", "pytest_django.plugin"]
PYTEST += ["-p", "no:cacheprovider", "--no-migrations"]


def run(folder: str, *options: str) -> str:
    """ "passed", or what the tests of ``tests/<folder>`` said if one of them failed. Their settings lie beside them."""
    own = ["-p", "xdist.plugin", "-n", "0", f"--ds=tests.{folder}.settings", f"--confcutdir=tests/{folder}"]
    done = subprocess.run([*PYTEST, *own, *options, f"tests/{folder}"], capture_output=True, text=True, timeout=600)
    return "passed" if done.returncode == 0 else done.stdout + done.stderr
