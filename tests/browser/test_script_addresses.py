"""What the script keeps in cookies, and takes out of addresses."""

import json
import re
from urllib.parse import urlsplit

import pytest

from tests.browser.pages import until
from tests.browser.visiting import views_by_id

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_click_id__keeps_case_and_dots_and_is_not_stamped_again(granted):
    granted.go("/shop/plain/?fbclid=IwAR.aB-c_D")
    hit, row = granted.paired("PageView")
    first = granted.cookies()["_fbc"]["value"]
    assert re.fullmatch(r"fb\.0\.\d{13}\.IwAR__DOT__aB-c_D", first)
    assert hit["params"]["fbc"] == json.loads(row.payload)["user_data"]["fbc"] == first
    granted.page.reload()
    views_by_id(granted, 2)
    assert granted.cookies()["_fbc"]["value"] == first


def test_click_id__of_a_new_ad_replaces_the_old_one(granted):
    granted.go("/shop/plain/?fbclid=first")
    granted.paired("PageView")
    granted.go("/shop/plain/?fbclid=second")
    until(lambda: granted.cookies()["_fbc"]["value"].endswith(".second"), "the newer click counts")


def test_fifth_segment__of_a_cookie_is_kept(granted):
    value = "fb.1.1767225600000.AbC.AQICAQMC"
    granted.context.add_cookies([{"name": "_fbc", "value": value, "url": granted.url}])
    granted.go("/shop/plain/?fbclid=AbC")
    granted.hit("PageView")
    assert granted.cookies()["_fbc"]["value"] == value


def test_cookies__lie_on_the_widest_domain_and_are_renewed_there(open_shop, live_server):
    port = urlsplit(live_server.url).port
    shop = open_shop(f"http://www.shop.localhost:{port}")
    shop.go("/shop/plain/?fbclid=AbC")
    shop.page.click("#yes")
    shop.paired("PageView")
    answers = [request.response() for request in shop.asked if request.url.endswith("/capi/collect/")]
    renewed = answers[0].header_values("set-cookie")
    assert {text.partition("=")[0] for text in renewed} == {"_fbp", "_fbc"}
    assert all("domain=shop.localhost" in text.lower() for text in renewed)
    found = {
        name: (cookie["domain"], cookie["sameSite"], cookie["httpOnly"]) for name, cookie in shop.cookies().items()
    }
    assert found == dict.fromkeys(("capi_consent", "_fbp", "_fbc"), (".shop.localhost", "Lax", False))
    assert len(shop.context.cookies()) == 3
    assert shop.cookies()["_fbp"]["value"].startswith("fb.1.")


def test_address__is_cleaned_before_the_pixel_sees_it(granted):
    granted.go("/shop/product/?email=jo%40shop.example&utm_source=mail&token=s3cret#part")
    hit, row = granted.paired("PageView")
    assert hit["params"]["dl"] == f"{granted.url}/shop/product/?utm_source=mail#part"
    assert json.loads(row.payload)["event_source_url"] == f"{granted.url}/shop/product/?utm_source=mail"
    assert "s3cret" not in "".join(request.url + (request.post_data or "") for request in granted.asked[1:])


@pytest.mark.parametrize(
    ("part", "kept"),
    [
        ("#access_token=s3cret&token_type=bearer&q=kite", "#&&q=kite"),
        ("#/route/?token=s3cret&page=2", "#/route/?&page=2"),
        ("#reviews", "#reviews"),
        ("#/route/to/it", "#/route/to/it"),
        ("#q=kite", "#q=kite"),
    ],
)
def test_part_of_a_page__is_cleaned_like_the_query_where_it_holds_parameters(granted, part, kept):
    """Log-in by OAuth's implicit flow comes back with its token there, and the pixel sends the address whole."""
    granted.go(f"/shop/product/{part}")
    hit, _ = granted.paired("PageView")
    assert hit["params"]["dl"] == f"{granted.url}/shop/product/{kept}"
    assert not any("s3cret" in (request.url + (request.post_data or "")) for request in granted.asked[1:])


def test_referrer__is_cleaned_where_the_page_before_could_not_be(shop):
    shop.go("/shop/plain/?token=s3cret")
    shop.page.evaluate("location.href = '/shop/next/'")
    shop.page.wait_for_url("**/shop/next/")
    shop.page.click("#yes")
    hit, _ = shop.paired("PageView")
    assert hit["params"]["rl"] == f"{shop.url}/shop/plain/"
