"""What Graph lets one read: the quality of a data set, and how many events came."""

import time
from contextlib import closing
from datetime import UTC, datetime

import pytest

from capi_tracking.sandbox import Sandbox
from tests.sandbox.both_sides import FBP, PIXEL, BothSides, Clock, hashed

HOUR, DAY = 3600, 86_400
EVERYTHING = (
    "web{event_name,event_match_quality{composite_score,match_key_feedback{identifier,coverage{percentage},"
    "potential_aly_acr_increase{percentage,description}},diagnostics{name,description,solution,percentage,"
    "affected_event_count,total_event_count}},event_coverage{percentage,goal_percentage,description,"
    "potential_aly_acr_increase{percentage,description}},dedupe_key_feedback{dedupe_key,"
    "browser_events_with_dedupe_key{percentage,description},server_events_with_dedupe_key{percentage,description},"
    "overall_browser_coverage_from_dedupe_key{percentage,description}},data_freshness{upload_frequency,description},"
    "acr{percentage,description},event_potential_aly_acr_increase{percentage,description}}"
)


@pytest.fixture
def clock():
    return Clock(time.time() // HOUR * HOUR + 60)


@pytest.fixture
def shop(clock):
    with Sandbox(clock=clock, pixels={PIXEL}) as running:
        both = BothSides(running, clock)
        with closing(both.http):
            yield both


def refusal(answer):
    return answer.status_code, answer.json()["error"]["code"]


# The edge


def test_reading__needs_the_token_as_sending_does(shop):
    assert refusal(shop.read("dataset_quality", dataset_id=PIXEL, fields="web", access_token="wrong")) == (401, 190)
    assert refusal(shop.read(f"{PIXEL}/stats", aggregation="event", access_token="")) == (401, 190)


def test_reading__an_unknown_pixel_is_not_there(shop):
    for answer in (
        shop.read("dataset_quality", dataset_id="99", fields="web"),
        shop.read("99/stats", aggregation="event"),
    ):
        assert refusal(answer) == (400, 100)
        assert answer.json()["error"]["error_subcode"] == 33


@pytest.mark.parametrize(("options", "code"), [({}, 200), ({"code": 10}, 10)])
def test_reading__is_not_for_a_token_that_only_sends(shop, options, code):
    shop.sandbox.switch("send_only", **options)
    for tail, query in (
        ("dataset_quality", {"dataset_id": PIXEL, "fields": "web"}),
        (f"{PIXEL}/stats", {"aggregation": "event"}),
    ):
        assert refusal(shop.read(tail, **query)) == (403, code)
    shop.server("Lead", "id-0000001")
    assert len(shop.sandbox.events) == 1


@pytest.mark.parametrize("query", [{}, {"dataset_id": PIXEL}, {"fields": "web"}])
def test_dataset_quality__asks_for_a_data_set_and_fields(shop, query):
    assert refusal(shop.read("dataset_quality", **query)) == (400, 100)


def test_reading__any_other_edge_is_unknown(shop):
    assert refusal(shop.read(f"{PIXEL}/nothing"))[0] == 400
    assert refusal(shop.read("nothing"))[0] == 400


# Fields


@pytest.mark.parametrize(
    "fields",
    [
        "web{",
        "web}",
        "web{}",
        "web{event_name",
        "web{event_name}}",
        "web{event_name,}",
        ",web",
        "web event_name",
        "web{event_name}x",
        "web.limit(3){event_name}",
        "web{dedup_key_feedback}",
        "web{event_name{more}}",
        "web{event_match_quality{composite_score{x}}}",
        "data{web}",
        "w" * 5000,
        "web{" * 3000,
        "a{" * 1500,
    ],
)
def test_fields__what_is_no_expression_or_does_not_exist_is_refused(shop, fields):
    assert refusal(shop.read("dataset_quality", dataset_id=PIXEL, fields=fields)) == (400, 100)


def test_fields__only_what_is_named_comes(shop):
    shop.pair("Purchase", "p-1")
    entry = shop.quality(
        "web{ event_name, event_coverage{percentage}, event_coverage{goal_percentage}, data_freshness }"
    )["Purchase"]
    assert entry.keys() == {"event_name", "event_coverage", "data_freshness"}
    assert entry["event_coverage"] == {"percentage": 100.0, "goal_percentage": 75}
    assert entry["data_freshness"].keys() == {"upload_frequency", "description"}


def test_fields__the_whole_documented_expression_is_answered_whole(shop):
    shop.pair("Purchase", "p-1")
    assert shop.quality(EVERYTHING) == shop.quality("web")


def test_dataset_quality__nothing_came_nothing_is_told(shop):
    assert shop.read("dataset_quality", dataset_id=PIXEL, fields="web").json() == {"web": []}


# Match quality


def score(shop, name="Lead"):
    return shop.quality()[name]["event_match_quality"]["composite_score"]


def test_score__is_higher_the_more_is_known_and_never_above_ten(shop):
    scores = []
    known = {"client_ip_address": "8.8.8.8", "client_user_agent": "x"}
    for key in ("", "fbp", "external_id", "em", "ph", "fbc", "fn", "ln", "db", "country", "ct"):
        value = {"fbp": FBP, "external_id": "7", "fbc": "fb.1.1764000000000.IwAR2xYz"}.get(key, hashed(key))
        known |= {key: value} if key else {}
        shop.sandbox.reset()
        shop.server("Lead", "1", user_data=dict(known))
        scores.append(score(shop))
    assert scores == sorted(scores)
    assert scores[0] == 1.0
    assert scores[-1] == 10.0


def test_score__is_the_mean_of_the_server_events_of_two_days(shop, clock):
    shop.server("Lead", "1", user_data={"em": hashed("a")})
    clock.now += 3 * DAY
    shop.server("Lead", "2", user_data={"fbp": FBP})
    shop.server("Lead", "3", user_data={"fbp": FBP, "external_id": "7"})
    shop.browser("Lead", "4")
    assert score(shop) == 1.5


def test_score__of_no_server_event_in_two_days_is_none_and_not_the_worst(shop, clock):
    shop.pair("Lead", "1")
    clock.now += 3 * DAY
    assert score(shop) is None


def test_match_keys__tell_the_share_that_came_and_the_strong_ones_that_never_did(shop):
    shop.server("Lead", "1", user_data={"em": hashed("a"), "fbp": FBP})
    shop.server("Lead", "2", user_data={"fbp": FBP, "em": []})
    feedback = shop.quality()["Lead"]["event_match_quality"]["match_key_feedback"]
    shares = {one["identifier"]: one["coverage"]["percentage"] for one in feedback}
    assert shares == {"email": 50.0, "fbp": 100.0, "fbc": 0.0, "phone": 0.0, "external_id": 0.0}


def test_match_keys__the_hash_of_nothing_is_no_key(shop):
    shop.server("Lead", "1", user_data={"em": hashed(""), "fbp": FBP})
    assert score(shop) == 1.0
    assert [one["name"] for one in diagnostics(shop, "Lead")] == ["Hash of nothing"]


# Diagnostics


def diagnostics(shop, name):
    return shop.quality()[name]["event_match_quality"]["diagnostics"]


def test_diagnostics__good_events_have_none(shop):
    for number in range(6):
        fbp = f"fb.1.1764000000000.{number}"
        shop.browser("Lead", f"id-{number}", fbp=fbp)
        address = {"client_ip_address": f"8.8.8.{number}"}
        shop.server("Lead", f"id-{number}", user_data={"fbp": fbp, **address})
    assert diagnostics(shop, "Lead") == []


def test_diagnostics__an_id_of_several_visitors_came_from_a_cache(shop):
    for number in range(3):
        shop.browser("PageView", "cached", fbp=f"fb.1.1764000000000.{number}")
    shop.browser("PageView", "own")
    (issue,) = diagnostics(shop, "PageView")
    assert issue["name"] == "Event ids from a cache"
    assert (issue["affected_event_count"], issue["total_event_count"], issue["percentage"]) == (3, 4, 75.0)


@pytest.mark.parametrize("address", ["10.0.0.7", "127.0.0.1", "fe80::1", "192.168.1.1"])
def test_diagnostics__a_private_address_is_no_visitors(shop, address):
    shop.server("Lead", "1", user_data={"fbp": FBP, "client_ip_address": address})
    assert [one["name"] for one in diagnostics(shop, "Lead")] == ["Address of a private network"]


def test_diagnostics__one_address_for_five_visitors_is_the_servers(shop):
    for number in range(5):
        assert diagnostics(shop, "Lead") == [] if number else True
        visitor = {"fbp": f"fb.1.1764000000000.{number}", "client_ip_address": "8.8.8.8"}
        shop.server("Lead", f"id-{number}", user_data=visitor)
    assert [one["name"] for one in diagnostics(shop, "Lead")] == ["One address for many visitors"]


def test_diagnostics__ipv4_counts_where_the_visitor_was_seen_with_ipv6(shop):
    shop.server("Lead", "1", user_data={"fbp": FBP, "client_ip_address": "8.8.8.8"})
    assert diagnostics(shop, "Lead") == []
    shop.server("Lead", "2", user_data={"fbp": FBP, "client_ip_address": "2001:4860:4860::8888"})
    (issue,) = diagnostics(shop, "Lead")
    assert issue["name"].startswith("IPv4")
    assert issue["affected_event_count"] == 1


def test_diagnostics__copies_that_name_two_visitors_are_told(shop):
    shop.browser("Lead", "1", **{"ud[external_id]": "7"})
    shop.server("Lead", "1", user_data={"fbp": FBP, "external_id": [hashed("7")]})
    assert [one["name"] for one in diagnostics(shop, "Lead")] == ["The two copies name different visitors"]


# Coverage and deduplication


def test_coverage__is_the_share_of_browser_events_with_a_server_copy(shop):
    for number in range(3):
        shop.pair("PageView", f"id-{number}")
    shop.browser("PageView", "alone", fbp="")
    shop.server("PageView", "recovered")
    coverage = shop.quality()["PageView"]["event_coverage"]
    assert (coverage["percentage"], coverage["goal_percentage"]) == (75.0, 75)


def test_coverage__looks_back_seven_days(shop, clock):
    shop.browser("PageView", "old")
    clock.now += 8 * DAY
    assert shop.quality() == {}
    shop.pair("PageView", "new")
    assert shop.quality()["PageView"]["event_coverage"]["percentage"] == 100.0


def test_coverage__a_copy_after_the_window_covers_nothing(shop, clock):
    shop.browser("PageView", "id-1")
    clock.now += 2 * DAY + 1
    shop.server("PageView", "id-1", delay=DAY)
    assert shop.quality()["PageView"]["event_coverage"]["percentage"] == 0.0


def test_dedupe_keys__tell_both_sides_and_what_each_key_adds(shop):
    external = {"ud[external_id]": "7"}
    shop.browser("Lead", "same", **external)
    shop.browser("Lead", "", fbp="fb.1.1764000000000.2", **external)
    shop.browser("Lead", "", fbp="fb.1.1764000000000.3")
    shop.browser("Lead", "", fbp="fb.1.1764000000000.4")
    shop.server("Lead", "same", user_data={"fbp": FBP, "external_id": "7"})
    shop.server("Lead", "", user_data={"fbp": "fb.1.1764000000000.3"})
    feedback = {one["dedupe_key"]: one for one in shop.quality()["Lead"]["dedupe_key_feedback"]}
    kinds = ("browser_events_with", "server_events_with", "overall_browser_coverage_from")
    shares = {key: [one[f"{kind}_dedupe_key"]["percentage"] for kind in kinds] for key, one in feedback.items()}
    assert shares == {
        "event_id": [25.0, 50.0, 25.0],
        "external_id": [50.0, 50.0, 25.0],
        "fbp": [100.0, 100.0, 25.0],
    }


def test_dedupe_keys__without_an_id_a_server_copy_that_came_first_covers_nothing(shop, clock):
    shop.server("Lead", "", user_data={"fbp": FBP})
    clock.now += 5
    shop.browser("Lead", "")
    feedback = shop.quality("web{event_name,dedupe_key_feedback}")["Lead"]["dedupe_key_feedback"]
    assert [one["overall_browser_coverage_from_dedupe_key"]["percentage"] for one in feedback] == [0.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("delay", "frequency"),
    [(0, "real_time"), (600, "real_time"), (HOUR, "hourly"), (20 * HOUR, "daily"), (4 * DAY, "weekly")],
)
def test_freshness__follows_the_usual_delay(shop, delay, frequency):
    for number in range(20):
        shop.server("Lead", f"id-{number}", delay=delay)
    shop.server("Lead", "one that waited", delay=5 * DAY)
    assert shop.quality()["Lead"]["data_freshness"]["upload_frequency"] == frequency


def test_freshness__a_quarter_that_comes_late_is_not_real_time(shop):
    for number in range(20):
        shop.server("Lead", f"id-{number}", delay=HOUR if number % 4 == 0 else 0)
    assert shop.quality()["Lead"]["data_freshness"]["upload_frequency"] == "hourly"


def test_quality__is_of_websites_and_of_one_pixel_alone(shop):
    shop.sandbox.reset()
    shop.server("Lead", "1", action_source="phone_call")
    assert shop.quality() == {}


def test_quality__may_be_of_one_agent_alone(shop):
    shop.server("Lead", "1", agent="Django-Shop")
    shop.server("Purchase", "2", agent="other")
    assert shop.quality(agent_name="django-shop").keys() == {"Lead"}


def test_quality__what_only_meta_knows_is_nought_and_says_so(shop):
    shop.pair("Lead", "1")
    acr = shop.quality()["Lead"]["acr"]
    assert acr["percentage"] == 0
    assert "Only Meta" in acr["description"]


# Stats


def stats(shop, aggregation, **query):
    answer = shop.read(f"{PIXEL}/stats", aggregation=aggregation, **query)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def counts(buckets):
    return [{one["value"]: one["count"] for one in bucket["data"]} for bucket in buckets]


def test_stats__count_in_hourly_buckets_oldest_first(shop, clock):
    start = datetime.fromtimestamp(clock.now - 60, UTC)
    shop.pair("PageView", "1")
    shop.browser("Lead", "2")
    clock.now += HOUR
    shop.server("PageView", "3")
    buckets = stats(shop, "event")
    assert counts(buckets) == [{"PageView": 2, "Lead": 1}, {"PageView": 1}]
    assert buckets[0]["start_time"] == start.strftime("%Y-%m-%dT%H:00:00+0000")
    assert {bucket["aggregation"] for bucket in buckets} == {"event"}


@pytest.mark.parametrize(
    ("aggregation", "expected"),
    [
        ("event_total_counts", {"total": 3}),
        ("event_source", {"browser": 2, "server": 1}),
        ("match_keys", {"fbp": 3, "client_user_agent": 1, "em": 1}),
        ("had_pii", {"true": 1, "false": 2}),
        ("event_detection_method", {"manual": 3}),
        ("event_processing_results", {"processed": 2, "deduplicated": 1}),
        ("url", {"https://kites.example/delta/": 1}),
        ("host", {"kites.example": 1}),
    ],
)
def test_stats__each_aggregation(shop, aggregation, expected):
    shop.browser("Lead", "1")
    shop.server("Lead", "1", user_data={"fbp": FBP, "em": hashed("a"), "client_user_agent": "x"})
    shop.browser("PageView", "2", dl="not an address")
    assert counts(stats(shop, aggregation)) == [expected]


def test_stats__of_one_event_and_one_source(shop):
    shop.pair("PageView", "1")
    shop.browser("Lead", "2")
    assert counts(stats(shop, "event", event="PageView", event_source="server")) == [{"PageView": 1}]
    assert stats(shop, "event", event="Purchase") == []


def test_stats__start_is_in_the_range_and_end_is_not(shop, clock):
    shop.browser("PageView", "1")
    now = int(clock.now)
    assert counts(stats(shop, "event", start_time=now, end_time=now + 1)) == [{"PageView": 1}]
    assert stats(shop, "event", start_time=now - 9, end_time=now) == []
    since = datetime.fromtimestamp(now, UTC).isoformat()
    assert counts(stats(shop, "event", start_time=since)) == [{"PageView": 1}]


def test_stats__a_bucket_holds_a_hundred_values_the_most_frequent(shop):
    for number in range(101):
        shop.browser(f"Custom{number}")
    shop.browser("Custom100")
    (bucket,) = stats(shop, "event")
    assert len(bucket["data"]) == 100
    assert bucket["data"][0] == {"value": "Custom100", "count": 2}


@pytest.mark.parametrize(
    "query",
    [
        {"aggregation": ""},
        {"aggregation": "weather"},
        {"start_time": "yesterday"},
        {"start_time": "9" * 5000},
        {"end_time": "-1"},
        {"end_time": "9" * 15},
        {"start_time": "0001-01-01"},
        {"start_time": "200", "end_time": "100"},
        {"start_time": "100", "end_time": "100"},
        {"start_time": "0"},
        {"event_source": "moon"},
    ],
)
def test_stats__nonsense_is_refused(shop, query):
    assert refusal(shop.read(f"{PIXEL}/stats", **({"aggregation": "event"} | query))) == (400, 100)


def test_reading__takes_the_time_of_a_page_not_more_with_a_full_ledger(shop):
    """Twenty thousand hits are the most that the ledger keeps: reading them stays quick enough for a dashboard."""
    for number in range(5_000):
        for channel, details in (
            (
                "browser",
                {"params": {"id": PIXEL, "ev": "PageView", "fbp": f"fb.1.{number}", "dl": "https://a.example/"}},
            ),
            ("server", {"payload": shop.event("PageView", str(number)), "batch": {}}),
        ):
            shop.sandbox._ledger.add(channel, PIXEL, "PageView", str(number), shop.clock(), **details)
    started = time.process_time()  # of the sandbox's thread and ours: the machine has other work too
    assert shop.quality()["PageView"]["event_coverage"]["percentage"] == 100.0
    assert time.process_time() - started < 5
