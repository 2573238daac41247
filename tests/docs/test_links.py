import pytest

from .markdown import DOCS, PAGES, ROOT, anchors, links


def broken(page):
    """Links of the page that lead nowhere, or to a heading that is not there."""
    for link in links(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            yield link


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links__lead_to_files_and_headings_that_exist(page):
    assert list(broken(page)) == []


def test_links__of_every_kind_are_looked_at(tmp_path):
    (tmp_path / "other.md").write_text("# Some `code`, twice\n\n# Some code twice\n")
    page = tmp_path / "page.md"
    page.write_text(
        "[a](gone.md) ![b](gone.png) [c](other.md#gone) [d](#gone) [e][1]\n\n| t |\n|---|\n| [f](gone) |\n\n[1]: gone.txt\n"
        "\n[right](other.md#some-code-twice-1) [right](https://gone.example/)\n"
    )
    assert list(broken(page)) == ["gone.md", "gone.png", "other.md#gone", "#gone", "gone.txt", "gone"]


def test_links__of_the_site_stay_inside_it():
    """A file beside ``docs/`` is none of the site's pages."""
    outside = [
        (page.name, link) for page in PAGES if page.parent == DOCS for link in links(page) if link.startswith("../")
    ]
    assert outside == []


def test_pages__are_led_to_by_more_than_the_index():
    led_to = {
        link.partition("#")[0].removeprefix("docs/")
        for page in PAGES
        if page.name != "index.md"
        for link in links(page)
    }
    assert {page.name for page in DOCS.glob("*.md")} - led_to - {"index.md"} == set()


def test_readme__leads_to_the_docs():
    assert any(link.startswith("docs/") for link in links(ROOT / "README.md"))
