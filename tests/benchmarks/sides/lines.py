"""The protocol of the sides: a verb and its arguments in, what it returns out, one line of JSON each."""

import json
import sys
import time
from collections.abc import Callable
from typing import Any


def serve(*verbs: Callable[..., Any]) -> None:
    """Answer until the input ends. What a library prints goes to the log."""
    by_name = {verb.__name__: verb for verb in verbs}
    answers, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        name, arguments = json.loads(line)
        answers.write(json.dumps(by_name[name](**arguments)) + "\n")
        answers.flush()


def cpu_seconds(work: Callable[[], object]) -> float:
    """Of this process alone: what the neighbours do does not count."""
    began = time.process_time()
    work()
    return time.process_time() - began


def wall_seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
