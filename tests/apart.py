"""Runs a folder of tests in a process of their own, whose apps are not those of this suite."""

import subprocess
import sys


def run(folder: str, *options: str) -> str:
    """ "passed", or what the tests of ``tests/<folder>`` said if one of them failed. Their settings lie beside them."""
    own = [f"--ds=tests.{folder}.settings", f"--confcutdir=tests/{folder}", "--no-migrations"]
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        *own,
        "-n",
        "0",
        "-p",
        "no:cacheprovider",
        *options,
        f"tests/{folder}",
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    return "passed" if done.returncode == 0 else done.stdout + done.stderr
