"""The page on Oscar says what these tests run."""

import re
from pathlib import Path

import pytest
from oscar.core.loading import get_model

from capi_tracking.contrib.oscar import OscarOrder
from capi_tracking.orders import order_adapter

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "oscar.md").read_text()
TEMPLATES = ROOT / "tests" / "oscar" / "shop" / "templates"


@pytest.mark.parametrize("block", re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL))
def test_code__registers_an_adapter_of_oscars_orders(shop, block):
    exec(compile(block, "oscar.md", "exec"), {"__name__": "shop.capi"})
    assert isinstance(order_adapter(get_model("order", "Order")), OscarOrder)


def test_templates__are_those_that_the_shop_of_these_tests_has():
    (told,) = re.findall(r"```django\n(.*?)```", PAGE, re.DOTALL)
    pieces = re.split(r"^templates/(\S+)", told, flags=re.MULTILINE)[1:]
    said = {name: "".join(text.split()) for name, text in zip(pieces[::2], pieces[1::2], strict=True)}
    ours = {path.relative_to(TEMPLATES).as_posix(): path for path in TEMPLATES.rglob("*.html")}
    assert said == {name: "".join(path.read_text().split()) for name, path in ours.items()}
