"""What a consent platform says reaches both sides; a platform that is late, absent or broken changes nothing."""

import json
import time

import pytest

from tests.browser.consent.log import BrowserLog

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

STATE = "document.documentElement.dataset.capiState"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
DAY = 86400

# A platform that keeps who listens, and tells what it is told to.
PLATFORM = """
  window.platform = {heard: [], last: null};
  platform.tell = (status, data) => {
    platform.last = {gdprApplies: true, ...data, eventStatus: status};
    platform.heard.forEach((hear) => hear({...platform.last, listenerId: 1}, true));
  };
  platform.api = (command, version, hear) => {
    if (command !== "addEventListener" || version !== 2) throw new Error(command);
    platform.heard.push(hear);
    if (platform.last) hear({...platform.last, listenerId: 1}, true);
  };
"""
PRESENT = PLATFORM + "window.__tcfapi = platform.api;"
TELL = "([status, data]) => platform.tell(status, data)"


def written_at(seconds):
    """The beginning of a platform's string: version 2, made and last changed at that time."""
    tenths, letters = int(seconds * 10), ""
    for _ in range(6):
        tenths, place = divmod(tenths, 64)
        letters = LETTERS[place] + letters
    return f"C{letters}{letters}AAHABBENAp"


def answer(*purposes, meta="2~89.1205~dv.70", days_ago=1, **more):
    said = {
        "tcString": written_at(time.time() - days_ago * DAY),
        "purpose": {"consents": dict.fromkeys(purposes, True)},
    }
    return said | ({"addtlConsent": meta} if meta is not None else {}) | more


ALL = (1, 2, 3, 4, 7)
GRANT, REFUSAL = answer(*ALL), answer()


@pytest.fixture
def bridged(shop, capi):
    capi(CONSENT_BRIDGES=["tcf", "google"])
    return shop


@pytest.fixture
def platform(bridged):
    """A page of a shop with a platform that has said nothing yet, and listens to by the bridge."""
    bridged.context.add_init_script(PRESENT)
    bridged.go()
    there(bridged, "platform.heard.length")
    return bridged


def there(shop, what):
    shop.until(lambda: shop.page.evaluate(f"Boolean({what})"), what)


def state(shop):
    return shop.cookies().get("capi_consent", {"value": ""})["value"].split(".")[0]


def settled(shop, expected):
    shop.until(lambda: state(shop) == expected, f"the answer is {expected!r}")


# -- IAB TCF -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["tcloaded", "useractioncomplete"])
def test_tcf__grant_of_all_that_meta_needs_fires_on_both_sides(platform, status):
    platform.page.evaluate(TELL, [status, GRANT])
    platform.paired("PageView")
    assert state(platform) == "granted"


@pytest.mark.parametrize(
    "said",
    [
        answer(2, 3, 4, 7),
        answer(1, 3, 4),
        answer(1, 4, 7),
        answer(*ALL, meta="2~1205.890~dv.89"),
        answer(*ALL, meta="1~"),
        REFUSAL,
    ],
    ids=["no storage", "no measurement", "no profiles", "Meta only shown", "no other vendor", "nothing"],
)
def test_tcf__less_than_all_of_it_is_a_refusal(platform, said):
    log = BrowserLog(platform)
    platform.page.evaluate(TELL, ["useractioncomplete", said])
    settled(platform, "denied")
    assert log.is_silent()


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("cmpuishown", GRANT),
        ("tcloaded", GRANT | {"gdprApplies": False}),
        ("tcloaded", {key: value for key, value in GRANT.items() if key != "gdprApplies"} | {"gdprApplies": None}),
        ("tcloaded", answer(*ALL, meta=None)),
        ("tcloaded", answer(*ALL, days_ago=200)),
        ("tcloaded", {"purpose": None, "eventStatus": None, "gdprApplies": "yes"}),
    ],
    ids=["still asking", "other law", "law unknown", "not asked about Meta", "too long ago", "nonsense"],
)
def test_tcf__what_is_no_answer_changes_nothing(platform, capi, status, said):
    capi(CONSENT_BRIDGES=["tcf"], CONSENT_DAYS=180)
    platform.go()
    there(platform, "platform.heard.length")
    log = BrowserLog(platform)
    platform.page.evaluate(TELL, [status, said])
    platform.page.wait_for_timeout(100)
    assert platform.cookies() == {}
    assert log.is_silent()


def test_tcf__withdrawal_at_the_platform_is_one_here(platform):
    platform.page.evaluate(TELL, ["useractioncomplete", GRANT])
    platform.paired("PageView")
    platform.page.evaluate(TELL, ["useractioncomplete", REFUSAL])
    settled(platform, "denied")
    platform.until(lambda: any("withdrawn" in said for said in platform.said()), "the withdrawal was told")


def test_tcf__a_stored_grant_does_not_undo_what_was_refused_here_but_a_new_one_does(platform):
    platform.page.click("#no")
    platform.page.evaluate(TELL, ["tcloaded", GRANT])
    platform.page.wait_for_timeout(100)
    assert state(platform) == "denied"
    platform.page.evaluate(TELL, ["useractioncomplete", GRANT])
    settled(platform, "granted")


def test_tcf__a_stored_answer_is_not_dated_anew_on_every_page(platform):
    platform.grant()
    before = platform.cookies()["capi_consent"]["value"]
    platform.go()
    there(platform, "platform.heard.length")
    platform.page.evaluate(TELL, ["tcloaded", GRANT])
    platform.until(lambda: platform.hits("PageView"), "the page's view arrived")
    assert platform.cookies()["capi_consent"]["value"] == before


LATE = "const late = document.createElement('script'); late.src = '/late.js'; document.head.append(late)"


def test_tcf__a_platform_that_comes_late_is_heard_once(bridged):
    bridged.context.route("**/late.js", lambda route: route.fulfill(body=PRESENT, content_type="text/javascript"))
    bridged.go()
    bridged.page.evaluate(LATE)
    there(bridged, "window.platform?.heard.length")
    bridged.page.evaluate(TELL, ["tcloaded", GRANT])
    bridged.paired("PageView")
    assert bridged.page.evaluate("platform.heard.length") == 1, "though the pixel and files of ours were loaded since"


def test_tcf__a_platform_that_takes_the_place_of_its_stub_is_heard(bridged):
    bridged.context.add_init_script("window.asked = []; window.__tcfapi = (...given) => asked.push(given);")
    bridged.context.route("**/late.js", lambda route: route.fulfill(body=PRESENT, content_type="text/javascript"))
    bridged.go()
    there(bridged, "asked.length")
    bridged.page.evaluate(LATE)
    there(bridged, "window.platform?.heard.length")
    bridged.page.evaluate(TELL, ["useractioncomplete", GRANT])
    bridged.paired("PageView")


@pytest.mark.parametrize(
    "platform",
    ["", "window.__tcfapi = () => { throw new Error('broken') }", "window.__tcfapi = 'soon'", "window.dataLayer = 'x'"],
    ids=["absent", "throwing", "no function", "no layer"],
)
def test_platform__that_is_absent_or_broken_leaves_everything_to_our_own_banner(bridged, platform):
    bridged.context.add_init_script(platform)
    bridged.go("/shop/product/")
    bridged.page.click("#yes")
    bridged.paired("ViewContent")
    bridged.faults = [fault for fault in bridged.faults if "broken" not in fault]


def test_bridges__are_not_there_unless_asked_for(shop):
    shop.context.add_init_script(PRESENT)
    shop.go()
    shop.page.evaluate(TELL, ["tcloaded", GRANT])
    assert not any("capi-" in request.url for request in shop.asked)
    assert shop.cookies() == {}


# -- Google's consent mode ---------------------------------------------------------------------------------------------

GTAG = "window.dataLayer = window.dataLayer || []; window.gtag = function () { dataLayer.push(arguments); };"
YES = {"ad_storage": "granted", "ad_user_data": "granted", "ad_personalization": "granted"}
NO = dict.fromkeys(YES, "denied")


def gtag(*said):
    return f"gtag(...{json.dumps(said)});"


@pytest.fixture
def layer(bridged):
    """A page with the layer's usual beginning, on which all is denied until the visitor says something."""
    bridged.context.add_init_script(GTAG + gtag("consent", "default", NO | {"wait_for_update": 500}))
    bridged.go()
    there(bridged, "Object.hasOwn(dataLayer, 'push')")
    return bridged


def test_google__update_that_grants_both_fires_on_both_sides(layer):
    layer.page.evaluate(gtag("consent", "update", YES))
    layer.paired("PageView")
    assert state(layer) == "granted"


def test_google__update_that_was_there_before_us_counts(bridged):
    bridged.context.add_init_script(GTAG + gtag("consent", "default", NO) + gtag("consent", "update", YES))
    bridged.go()
    bridged.paired("PageView")


@pytest.mark.parametrize("name", ["ad_user_data", "ad_storage"])
def test_google__refusal_of_either_is_a_refusal(layer, name):
    log = BrowserLog(layer)
    layer.page.evaluate(gtag("consent", "update", YES | {name: "denied"}))
    settled(layer, "denied")
    assert log.is_silent()


@pytest.mark.parametrize(
    "said",
    [
        ("consent", "default", YES),
        ("consent", "default", YES | {"region": ["US-CA"]}),
        ("consent", "update", {"ad_storage": "granted"}),
        ("consent", "update", {"analytics_storage": "granted"}),
        ("consent", "update", None),
        ("event", "update", YES),
    ],
    ids=["default", "default of a region", "half an answer", "another purpose", "nothing", "no consent"],
)
def test_google__what_no_visitor_has_said_grants_nothing(layer, said):
    log = BrowserLog(layer)
    layer.page.evaluate(gtag(*said) + "dataLayer.push(null, 'consent', {event: 'x'}, () => 1)")
    layer.page.wait_for_timeout(100)
    assert layer.cookies() == {}
    assert log.is_silent()


def test_google__halves_make_one_answer(layer):
    layer.page.evaluate(gtag("consent", "update", {"ad_storage": "granted"}))
    layer.page.evaluate(gtag("consent", "update", {"ad_user_data": "granted"}))
    layer.paired("PageView")


def test_google__withdrawal_there_is_one_here(layer):
    layer.page.evaluate(gtag("consent", "update", YES))
    layer.paired("PageView")
    layer.page.evaluate(gtag("consent", "update", {"ad_user_data": "denied"}))
    settled(layer, "denied")
    layer.until(lambda: any("withdrawn" in said for said in layer.said()), "the withdrawal was told")


def test_google__what_is_repeated_on_every_page_does_not_undo_what_was_refused_here(layer):
    layer.page.click("#no")
    layer.page.evaluate(gtag("consent", "update", YES))
    layer.page.wait_for_timeout(100)
    assert state(layer) == "denied"
    layer.page.evaluate(gtag("consent", "update", NO) + gtag("consent", "update", YES))
    settled(layer, "granted")


def test_google__what_others_push_still_arrives(layer):
    assert layer.page.evaluate("dataLayer.push({event: 'one'}, {event: 'two'}) === dataLayer.length")
    assert layer.page.evaluate("dataLayer.slice(-2).map((entry) => entry.event)") == ["one", "two"]
