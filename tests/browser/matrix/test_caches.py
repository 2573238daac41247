"""A page that many visitors share says nothing of any of them."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_full_page_cache__gives_two_visitors_the_same_bytes_and_other_ids(open_shop):
    visitors = [open_shop(), open_shop()]
    texts = []
    for visitor in visitors:
        visitor.grant()
        visitor.page.on("response", lambda answer: texts.append(answer) if "/cached/" in answer.url else None)
        visitor.go("/cached/bare/product/")
    ids = visitors[0].settled("PageView", "PageView", "ViewContent", "ViewContent")
    assert texts[0].body() == texts[1].body()
    assert all("set-cookie" not in answer.all_headers() for answer in texts)
    own = [
        {hit["params"]["fbp"] for hit in visitors[0].hits("ViewContent") if hit["event_id"] == each}
        for each in ids["ViewContent"]
    ]
    assert sorted(map(list, own)) == sorted([visitor.cookies()["_fbp"]["value"]] for visitor in visitors)


def test_page_of_a_sale__is_kept_by_no_cache(open_shop):
    buyer, other = open_shop(), open_shop()
    buyer.grant()
    buyer.go("/buy/?then=/cached")
    address = buyer.page.url.removeprefix(buyer.url)
    assert address.startswith("/cached/thanks/")
    buyer.settled("PageView", "Purchase")
    answer = other.context.request.get(buyer.url + address)
    assert answer.headers["cache-control"] == "private, no-store"
    assert "data-capi-purchase" not in answer.text(), "the browser has had it: a kept page would still hold it"
