"""Every block of code is held to something: by its language here, and for Python in ``test_python_blocks``."""

import configparser
import json
import re
from html.parser import HTMLParser

import pytest
import yaml
from django.apps import apps
from django.template import engines

from capi_tracking.contrib.prometheus import CapiCollector
from capi_tracking.models import ApiKey

from .commands import mistakes
from .markdown import DOCS, PAGES, ROOT, blocks

BLOCKS = [block for page in PAGES for block in blocks(page)]
SCRIPT = "".join(each.read_text() for each in (ROOT / "capi_tracking/static/capi_tracking").glob("*.js"))
COMMANDS_ALONE = {"sh", "console", "text"}  # output, cron and drawings among them: see commands.py


def of(language):
    found = [block for block in BLOCKS if block.language == language]
    return pytest.mark.parametrize("block", found, ids=str)


HELD = {"python", "django", "jinja", "html", "js", "json", "http", "ini", "yaml", "sql", "{toctree}", *COMMANDS_ALONE}


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_block__has_a_language_that_a_test_holds(block):
    assert block.language in HELD, f"{block}: name a language of {sorted(HELD)} behind ```, or write a test for another"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands__take_what_the_page_gives_them(page):
    assert list(mistakes(page)) == []


@of("django")
def test_template__is_compiled_by_our_tags(block):
    if block.page == "oscar.md":  # several files, which tests/oscar/test_docs.py renders
        return
    loads = "" if re.search(r"{% (load|extends)", block.text) else "{% load capi_tracking %}"
    engines["django"].from_string(loads + block.text)


@of("html")
def test_html__names_attributes_that_the_script_reads(block):
    reader = HTMLParser()
    named = []
    reader.handle_starttag = lambda tag, attributes: named.extend(
        word for pair in attributes for word in pair if "capi" in str(word)
    )
    reader.feed(block.text)
    assert [word for word in named if not re.search(rf"\b{word}\b", SCRIPT)] == []


@of("js")
def test_js__calls_what_the_script_has(block):
    (given,) = re.findall(r"window\.capi = \{(.*)\};", SCRIPT)
    assert set(re.findall(r"\bcapi\.(\w+)\(", block.text)) <= set(re.findall(r"(\w+):", given))


@of("json")
def test_json__is_json(block):
    assert json.loads(block.text)


@of("ini")
def test_ini__is_read(block):
    reader = configparser.ConfigParser(interpolation=None)
    reader.optionxform = str
    reader.read_string(block.text)
    assert reader.has_option("Service", "ExecStart")


@of("yaml")
@pytest.mark.django_db
def test_yaml__names_metrics_that_there_are(block):
    given = {family.name for family in CapiCollector().collect()}
    rules = yaml.safe_load(block.text)
    named = {name for rule in rules for name in re.findall(r"\bcapi_\w+", str(rule.get("expr", "")))}
    assert {name.removesuffix("_bucket") for name in named} <= given


@of("sql")
def test_sql__names_tables_that_there_are(block):
    tables = {model._meta.db_table for model in apps.get_app_config("capi_tracking").get_models()}
    named = set(re.findall(r"(?:TABLE|FROM|INTO|UPDATE) (\w+)", block.text))
    assert named
    assert named <= tables


@pytest.mark.django_db
def test_request__of_the_api_is_answered_as_the_page_says(client, time_machine_at):
    (asked,) = (block.text for block in blocks(DOCS / "api.md") if block.language == "http")
    (answer,) = (block.text for block in blocks(DOCS / "api.md") if block.language == "json")
    head, _, body = asked.partition("\n\n")
    first, *headers = head.splitlines()
    secret = ApiKey.objects.issue(ApiKey(name="Till", pixels=["default"]))
    named = dict(line.split(": ", 1) for line in headers) | {"Authorization": f"Bearer {secret}"}
    method, path, _ = first.split()
    response = client.generic(method, path, body, content_type=named.pop("Content-Type"), headers=named)
    assert (response.status_code, response.json()) == (200, json.loads(answer))


@pytest.fixture
def time_machine_at(time_machine):
    """The day after the event of the page."""
    time_machine.move_to("2026-11-21T12:00:00Z")
