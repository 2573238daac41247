"""A Chromium that nobody drives: with a debugger attached it draws no page ahead."""

import subprocess
from contextlib import contextmanager

from tests.browser.chromium import FLAGS, chromium_path


@contextmanager
def chromium(profile, url):
    """Open that address in a browser with a fresh profile, and end it afterwards."""
    command = [chromium_path(), *FLAGS, f"--user-data-dir={profile}", url]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        running.terminate()
        running.wait(timeout=10)
