import re
import shutil
import subprocess
import sys

import pytest

from .markdown import DOCS, blocks

STRICTLY = [sys.executable, "-m", "sphinx", "-W", "-n", "--keep-going", "-q"]
FAULTS = """# A page that no toctree names

[no page](gone.md) [no heading](index.md#gone) ![no image](images/gone.png)

```{gone}
```
"""


@pytest.fixture
def source(tmp_path):
    """A copy, so that a build leaves nothing among the pages."""
    return shutil.copytree(DOCS, tmp_path / "docs", ignore=shutil.ignore_patterns("_build"))


def build(source, builder):
    command = [*STRICTLY, "-b", builder, source, source.parent / "site"]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


def test_site__is_built_without_a_warning(source):
    done = build(source, "html")
    assert (done.returncode, done.stderr) == (0, "")
    built = {page.stem for page in (source.parent / "site").glob("*.html")} - {"genindex", "search"}
    assert built == {page.stem for page in DOCS.glob("*.md")}


def test_site__is_not_built_while_something_is_missing(tmp_path):
    """Of two pages, since a build takes long."""
    source = tmp_path / "docs"
    source.mkdir()
    shutil.copy(DOCS / "conf.py", source)
    (source / "index.md").write_text("# All pages\n")
    (source / "stray.md").write_text(FAULTS)
    done = build(source, "dummy")
    assert done.returncode == 1
    wrong = ("toctree", "gone.md", "local id", "images/gone.png", "directive")
    told = re.findall(r"stray\.md.*WARNING: (.*)", done.stderr)
    assert {word for word in wrong if any(word in line for line in told)} == set(wrong), done.stderr


def test_index__names_every_page_once():
    toctrees = [block for block in blocks(DOCS / "index.md") if block.language == "{toctree}"]
    named = [line for tree in toctrees for line in tree.text.splitlines() if line and not line.startswith(":")]
    pages = {page.stem for page in DOCS.glob("*.md")} - {"index"}
    missing = pages - set(named)
    assert not missing, f"write {', '.join(sorted(missing))} into the toctree of its chapter in docs/index.md"
    assert sorted(named) == sorted(pages)


@pytest.mark.parametrize("page", sorted(set(DOCS.glob("*.md")) - {DOCS / "index.md"}), ids=lambda page: page.name)
def test_page__reads_as_plain_markdown(page):
    """Directives and roles are noise where a page is read in the repository."""
    assert [str(block) for block in blocks(page) if block.language.startswith("{")] == []
    assert re.findall(r"\{[a-z:-]+\}`|^:::", page.read_text(), re.MULTILINE) == []
