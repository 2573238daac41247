"""The sandbox's own addresses: the listing, and who may read and turn."""

import pytest


def test_the_listing__holds_all_there_is(sandbox, http, hit, post, event):
    post(event())
    hit()
    post(event(user_data={}))
    found = http.get(f"{sandbox.url}/sandbox/events.json", timeout=30).json()
    assert [kept["channel"] for kept in found["events"]] == ["server", "browser"]
    assert (len(found["pairs"]), len(found["unpaired"]), len(found["refusals"])) == (1, 0, 1)
    assert found["pairs"][0]["kept"] == "browser"
    assert (found["counted"], found["scripted"], found["switch_options"]) == (1, 0, {})
    assert set(found["switches"].values()) == {False}
    assert (found["requests"]["graph"], found["requests"]["pixel"]) == (2, 1)


@pytest.mark.parametrize("headers", [{"Host": "shop.example"}, {"Origin": "https://evil.example"}])
@pytest.mark.parametrize("path", ["reset", "switch", "answer_next"])
def test_foreign_pages__neither_read_nor_switch(sandbox, http, headers, path):
    assert http.get(f"{sandbox.url}/sandbox/events.json", headers=headers, timeout=30).status_code == 403
    order = {"name": "down", "code": 1}
    assert http.post(f"{sandbox.url}/sandbox/{path}", json=order, headers=headers, timeout=30).status_code == 403
    assert not sandbox.switches["down"]


@pytest.mark.parametrize("path", ["/nothing", "/sandbox/", "/sandbox/switch"])
def test_another_address__is_not_there(sandbox, http, path):
    assert http.get(sandbox.url + path, timeout=30).status_code == 404


def test_the_page__escapes_what_arrived(sandbox, http, post, event):
    post(event(event_id="<script>x</script>\ud800"))
    page = http.get(sandbox.url, timeout=30).text
    assert "<script>x" not in page
