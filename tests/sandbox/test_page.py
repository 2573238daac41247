"""The sandbox's page for people: what it shows, what it hides, and that nothing sent to it can get out of its text."""

import html
import re
import subprocess
import sys
from datetime import timedelta

import pytest

from capi_tracking.sandbox import Sandbox
from capi_tracking.sandbox.page.payloads import pretty
from capi_tracking.sandbox.switches import SWITCHES
from tests.sandbox.conftest import HASH, PIXEL

FBP = "fb.1.1764000000000.1000000001"
HOSTILE = '</script><img src=x onerror="alert(1)">\'&\u202e\x00'
TAG = re.compile(r"<(?P<name>[a-z0-9]+)(?P<rest>[^<>]*)>")


@pytest.fixture
def read(sandbox, http):
    """The page, as its source."""

    def get(path="/", **query):
        answer = http.get(sandbox.url + path, params=query, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.text

    return get


@pytest.fixture
def shown(read):
    """The page's text alone, without markup."""

    def get(**query):
        return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", read(**query))))

    return get


# What it shows


def test_the_empty_page__says_what_to_do(sandbox, shown):
    text = shown()
    assert "Nothing has arrived yet." in text
    assert f'"GRAPH_URL": "{sandbox.url}"' in text
    assert f'"PIXEL_SCRIPT_URL": "{sandbox.url}/fbevents.js"' in text


def test_the_page__sums_up_what_arrived_and_what_counts(hit, post, event, shown):
    hit()
    post(event())
    hit("PageView", "other")
    post(event(user_data={}))
    text = shown()
    assert "3 copies arrived; Meta would count 2 events. 1 request was refused." in text
    assert "Pairs 1 both sides" in text
    assert "Browser only 1" in text
    assert "Server only 0" in text


def test_an_event__shows_both_copies_with_all_that_was_sent(hit, post, event, shown):
    hit(**{"cd[value]": "12.50"})
    post(event(custom_data={"value": 9.9, "currency": "EUR"}), test_event_code="TEST1")
    text = shown()
    for expected in ('"cd[value]": "12.50"', '"value": 9.9', "Test code TEST1", "Token in the body", "In a batch of 1"):
        assert expected in text


def test_events__come_newest_first(hit, read):
    for number in range(3):
        hit(f"Event{number}", str(number))
    assert re.findall(r'<span class="name">(\w+)</span>', read()) == ["Event2", "Event1", "Event0"]


@pytest.mark.parametrize(
    ("first", "minutes", "second", "kept"),
    [
        ("browser", 0, "server", "browser"),
        ("browser", 60, "server", "browser"),
        ("server", 4, "browser", "browser"),
        ("server", 6, "browser", "server"),
    ],
)
def test_a_pair__says_whose_copy_counts(hit, post, event, clock, shown, first, minutes, second, kept):
    send = {"browser": hit, "server": lambda: post(event())}
    send[first]()
    clock.now += timedelta(minutes=minutes).total_seconds()
    send[second]()
    text = shown()
    assert f"Counted once: the {kept}'s copy" in text
    assert text.count("Meta counts this copy") == 1
    assert text.count("dropped: joined by one id") == 1


def test_a_copy__that_only_the_visitor_joined_says_so(hit, post, event, shown):
    hit(event_id="", fbp=FBP)
    post(event(user_data={"fbp": FBP}))
    assert "dropped: joined by the visitor's fbp, without a shared id" in shown(show="pairs")


def test_an_id__that_comes_back_after_the_window_is_told(hit, clock, shown):
    hit()
    clock.now += 49 * 3600
    hit()
    assert "Counted again: an earlier copy came more than 48 hours before" in shown()


def test_an_event__without_an_id_is_told(hit, shown):
    hit(event_id="")
    assert "Counted, from the browser alone, without an id" in shown()


def test_a_server_event__shows_what_to_look_at(post, event, shown):
    post(event(event_id=""))
    assert "event_id: without one" in shown()


def test_refusals__show_codes_and_reason_in_words(sandbox, post, event, hit, shown):
    post(event(user_data={}))
    hit(pixel="999")
    sandbox.switch("html", times=1)
    post(event())
    text = shown()
    assert "100 / 2804050 Invalid parameter" in text
    assert "pixel hit Answered, and thrown away" in text
    assert "switch Failed on purpose" in text


def test_quality__is_on_the_page_for_each_event(hit, post, event, shown):
    hit()
    post(event(user_data={"em": [HASH], "fbp": FBP}))
    text = shown()
    assert "ViewContent Match quality 4.0 of 10, our estimate Coverage 100 % , goal 75 %" in text
    assert "Freshness real time" in text
    assert "email 100 %" in text


def test_quality__of_two_pixels_names_them(http):
    with Sandbox() as both:
        for pixel in ("111", "222"):
            http.get(f"{both.url}/tr/", params={"id": pixel, "ev": "PageView", "eid": "1"}, timeout=30)
        text = http.get(both.url, timeout=30).text
    assert "PageView (pixel 111)" in text
    assert "PageView (pixel 222)" in text


def test_switches__each_has_a_sentence_and_a_button(read, shown):
    text = shown()
    for name, sentence in SWITCHES.items():
        assert f"{name}: off {sentence[:1].upper()}{sentence[1:]}" in text
    assert read().count('action="/sandbox/switch"') == len(SWITCHES)


def test_switches__turn_by_the_forms_of_the_page(sandbox, http, read):
    for state in (True, False):
        form = re.search(r'name="name" value="token"><input type="hidden" name="on" value="(.*?)"', read())
        data = {"name": "token", "on": form[1]}
        answer = http.post(f"{sandbox.url}/sandbox/switch", data=data, headers={"Accept": "text/html"}, timeout=30)
        assert answer.url == f"{sandbox.url}/"
        assert sandbox.switches["token"] is state
        assert f"token: {'on' if state else 'off'}" in answer.text


# Filters and pages


@pytest.fixture
def three(hit, post, event):
    """A pair, an event of the browser alone, one of the server alone, and a refusal."""
    hit("Lead", "pair")
    post(event(event_name="Lead", event_id="pair"))
    hit("PageView", "left")
    post(event(event_name="Purchase", event_id="right", custom_data={"value": 1, "currency": "EUR"}))
    post(event(user_data={}))


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, ["Purchase", "PageView", "Lead"]),
        ({"show": "all"}, ["Purchase", "PageView", "Lead"]),
        ({"show": "pairs"}, ["Lead"]),
        ({"show": "browser"}, ["PageView"]),
        ({"show": "server"}, ["Purchase"]),
        ({"show": "refused"}, []),
        ({"event": "PageView"}, ["PageView"]),
        ({"event": "PageView", "show": "pairs"}, []),
        ({"event": "Nothing"}, []),
        ({"show": "nonsense", "page": "-3"}, ["Purchase", "PageView", "Lead"]),
        ({"page": "two"}, ["Purchase", "PageView", "Lead"]),
        ({"page": "99999999999999999999"}, []),
    ],
)
def test_filters__leave_what_was_asked_for(three, read, query, names):
    assert re.findall(r'<span class="name">(\w+)</span>', read(**query)) == names


def test_filters__what_leaves_nothing_says_so(three, shown):
    assert "No pair: an event is one when" in shown(show="pairs", event="PageView")


def test_refusals__have_a_list_of_their_own(three, read):
    assert read(show="refused").count('<li class="item refusal">') == 1
    assert 'id="refused"' not in read(show="refused")


def test_pages__hold_twenty_five_each(hit, read):
    for number in range(51):
        hit("PageView", f"id-{number}")
    sizes = [read(page=page).count('<span class="name">') for page in (1, 2, 3, 4)]
    assert sizes == [25, 25, 1, 0]
    assert "Page 2 of 3" in read(page=2)
    assert 'href="/?page=3#list"' in read(page=2)
    assert 'href="/?show=browser&amp;event=PageView#list"' in read(event="PageView", page=2)
    assert 'href="/?show=browser&amp;page=2#list"' in read(show="browser")


def test_refresh__stays_where_one_is(three, read):
    assert '<a class="button" href="/?show=pairs&amp;event=Lead">Refresh</a>' in read(show="pairs", event="Lead")


def test_the_page__stays_short_however_much_arrives(hit, read):
    for number in range(300):
        hit(f"Custom{number}", "same" * 10, **{"cd[text]": "x" * 1500})
    for _ in range(30):
        hit("Custom299", "same" * 10)
    assert len(read()) < 500_000
    assert read().count('<section class="copy') < 25 + 10


# What it hides


def test_hashes__are_shortened_and_no_token_is_shown(sandbox, http, post, event, read):
    secret = "EAAsecretsecretsecretsecret"
    post(
        event(
            event_source_url=f"https://shop.example/?access_token={secret}x",
            custom_data={"access_token": "hunter22", "note": secret, "list": [{"appsecret_proof": "hunter22"}]},
        ),
        appsecret_proof=HASH,
    )
    http.get(f"{sandbox.url}/v26.0/{PIXEL}/stats", params={"access_token": secret}, timeout=30)
    page = read() + read(show="refused")
    assert HASH not in page
    assert f"{HASH[:8]}…{HASH[-4:]}" in page
    for hidden in (secret, "hunter22", sandbox.token):
        assert hidden not in page


def test_the_page__asks_for_nothing_but_its_own_files(sandbox, http):
    answer = http.get(sandbox.url, timeout=30)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for path in re.findall(r'(?:src|href)="(/sandbox/page[^"]*)"', answer.text):
        assert http.get(sandbox.url + path, timeout=30).status_code == 200
    assert http.get(f"{sandbox.url}/sandbox/page.js", timeout=30).headers["Content-Type"].startswith("text/javascript")
    assert http.get(f"{sandbox.url}/sandbox/page.css", timeout=30).headers["Content-Type"].startswith("text/css")


def test_the_news__change_with_each_request(sandbox, http, hit, post, event, read):
    before = read("/sandbox/news.json")
    assert read("/sandbox/news.json") == before
    hit()
    after = read("/sandbox/news.json")
    assert after != before
    post(event())
    assert read("/sandbox/news.json") != after


# Hostile input


def own_tags(page):
    """Tags that could do something: a handler, an inline style, a script without an address, a picture."""
    tags = [(tag["name"], tag["rest"]) for tag in TAG.finditer(page)]
    bad = [tag for tag in tags if tag[0] in ("img", "style", "iframe", "svg", "object")]
    bad += [tag for tag in tags if re.search(r"\s(on\w+|style|srcdoc)\s*=", re.sub(r'"[^"]*"', '""', tag[1]))]
    return bad + [tag for tag in tags if tag[0] == "script" and tag[1] != ' src="/sandbox/page.js" defer']


def test_what_arrives__is_text_whatever_it_holds(sandbox, http, hit, post, event, read):
    hit(HOSTILE, HOSTILE, dl=f"https://{HOSTILE}/{HOSTILE}", **{HOSTILE: HOSTILE})
    post(
        event(
            event_name=HOSTILE,
            event_id=HOSTILE,
            event_source_url=f"https://a.example/{HOSTILE}",
            user_data={"fbp": FBP, "external_id": [HOSTILE], "client_user_agent": HOSTILE},
            custom_data={HOSTILE: [HOSTILE, {"$summary": "$body ${list}"}]},
        ),
        test_event_code=HOSTILE,
    )
    post(event(user_data={HOSTILE: HOSTILE}))
    post(event(), version="v26.0<img>")
    http.get(f"{sandbox.url}/tr/", params={"id": f"1{HOSTILE}"}, timeout=30)
    for query in ({}, {"show": "refused"}, {"event": HOSTILE, "show": HOSTILE, "page": HOSTILE}, {"event": HOSTILE}):
        page = read(**query)
        assert own_tags(page) == []
        assert "\u202e" not in page
        assert "\x00" not in page
        assert page.count("<script") == 1
    assert "&lt;/script&gt;&lt;img src=x onerror=&quot;alert(1)&quot;&gt;" in read()
    assert "$body ${list}" in read()


def test_what_arrives__may_be_long_deep_or_no_unicode(hit, post, event, read):
    deep = []
    for _ in range(25):
        deep = [deep]
    post(event(event_id="a" * 5000, custom_data={"deep": deep, "half": "\ud800", "long": "x" * 90_000}))
    hit("x" * 5000, "y" * 5000)
    page = read()
    assert "and more" in page
    assert len(page) < 150_000


def test_a_payload__nested_without_end_is_not_shown():
    deep = []
    for _ in range(100_000):
        deep = [deep]
    assert pretty({"deep": deep}) == "(nested too deep to be shown)"


def test_the_sandbox__serves_its_page_without_django():
    code = "import sys, capi_tracking.sandbox; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
