"""Meta's own SDK for Python, in an environment of its own: its licence and its packages are none of ours."""

import json
import subprocess
import venv
from collections.abc import Sequence

from tests.brokers.processes import ROOT

FOLDER = ROOT / ".outside" / "env"
PACKAGE = "facebook-business>=26,<27"
SECONDS = 300

# Runs there. Of each pair of key and text: the text that it would hash, or None where it raises, and the hash.
_ASK = """
import json, sys
from facebook_business.adobjects.serverside.normalize import Normalize

def told(key, text):
    try:
        return Normalize.normalize_field_skip_hashing(key, text), Normalize.normalize_field(key, text)
    except (TypeError, ValueError):
        return None, None

json.dump([told(*pair) for pair in json.load(sys.stdin)], sys.stdout)
"""


def told(pairs: Sequence[tuple[str, str]]) -> list[tuple[str | None, str | None]]:
    """What the SDK makes of each (Meta's key, text): what it hashes, and the hash; twice None where it raises."""
    answer = _run(_python(), "-W", "ignore", "-c", _ASK, given=json.dumps(pairs))
    return [(text, digest) for text, digest in json.loads(answer)]


def _python() -> str:
    python = str(FOLDER / "bin" / "python")
    if not (FOLDER / "installed").exists():
        venv.create(FOLDER, with_pip=True)
        _run(python, "-m", "pip", "install", "--quiet", PACKAGE)
        (FOLDER / "installed").write_text(PACKAGE)
    return python


def _run(*command: str, given: str = "") -> str:
    done = subprocess.run(command, input=given, capture_output=True, text=True, timeout=SECONDS, check=True)
    return done.stdout
