"""Whose rows are whose: by e-mail address, phone number, the shop's own id and browser, and nobody else's."""

from typing import Any

import pytest

from capi_tracking import metrics
from capi_tracking.models import OutboxEvent
from capi_tracking.privacy import Person
from capi_tracking.privacy.persons import AT_ONCE, browsers_of, contexts_of, in_parts, named, seen_in
from tests.privacy.people import BROWSER, JO, JOS_ID, JOS_PHONE, KIM, OTHER_BROWSER, context_of, event_of

pytestmark = pytest.mark.django_db
DB = "default"


def ids(rows: Any) -> set[str]:
    return set(rows.values_list("event_id", flat=True))


def keys(person: Person) -> set[str]:
    found = contexts_of(person, browsers_of(person, DB), DB)
    return {context.key for contexts in found for context in contexts}


@pytest.mark.parametrize(
    "known", [{"email": " Jo@Shop.Example"}, {"phone": "0171 555 0100"}, {"external_id": JOS_ID}], ids=str
)
def test_named__finds_a_persons_events_by_each_key_however_it_is_written(known: dict[str, str]) -> None:
    event_of("theirs", email=JO, phone=JOS_PHONE, external_id=JOS_ID, country="DE")
    event_of("kims", email=KIM, fbp=BROWSER)
    assert ids(named(Person.of(**known), DB)) == {"theirs"}


def test_named__finds_what_was_redacted() -> None:
    row = event_of("theirs", email=JO)
    OutboxEvent.objects.filter(pk=row.pk).update(payload="")
    assert ids(named(Person.of(email=JO), DB)) == {"theirs"}


def test_named__nobody_is_everybody_without_a_key() -> None:
    event_of("nobodys", fbp=BROWSER)
    assert not Person.of()
    assert ids(named(Person.of(), DB)) == set()


def test_named__finds_what_was_hashed_under_an_older_secret_key(settings: Any) -> None:
    settings.SECRET_KEY = "an older one"
    event_of("old", email=JO)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "the new one", ["an older one"]
    event_of("new", email=JO)
    assert ids(named(Person.of(email=JO), DB)) == {"old", "new"}
    assert ids(metrics.find_events(OutboxEvent.objects.all(), JO)) == {"old", "new"}
    settings.SECRET_KEY_FALLBACKS = []
    assert ids(named(Person.of(email=JO), DB)) == {"new"}


def test_person__tells_what_could_not_be_read_and_not_what_it_was(capi: Any) -> None:
    capi(DEFAULT_COUNTRY="")
    person = Person.of(email="nowhere", phone="0171 555 0100")
    assert not person
    assert person.unread == ("em: not an e-mail address", "ph: no country code")


def test_seen_in__of_a_shared_browser_what_names_somebody_else_is_theirs() -> None:
    event_of("jos", email=JO, fbp=BROWSER)
    event_of("before-log-in", fbp=BROWSER)
    event_of("kims", email=KIM, fbp=BROWSER)
    event_of("elsewhere", fbp=OTHER_BROWSER)
    browsers = browsers_of(Person.of(email=JO), DB)
    assert len(browsers) == 1
    assert ids(seen_in(browsers, DB)) == {"before-log-in"}


def test_browsers_of__knows_those_of_an_older_key_by_the_cookie_that_a_context_kept(settings: Any) -> None:
    settings.SECRET_KEY = "an older one"
    event_of("old", fbp=BROWSER)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "the new one", ["an older one"]
    event_of("new", external_id=JOS_ID, fbp=OTHER_BROWSER)
    person = Person.of(external_id=JOS_ID)
    context_of("shop.order:1", BROWSER, external_key=min(person.external))
    assert ids(seen_in(browsers_of(person, DB), DB)) == {"old"}


def test_contexts_of__by_order_and_by_browser_but_none_of_somebody_elses_order() -> None:
    event_of("jos-order", name="Purchase", order_key="shop.order:1", email=JO, fbp=BROWSER)
    event_of("kims-order", name="Purchase", order_key="shop.order:2", email=KIM, fbp=BROWSER)
    context_of("shop.order:1", OTHER_BROWSER)
    context_of("shop.order:2")
    context_of("not paid yet")
    context_of("elsewhere", OTHER_BROWSER)
    assert keys(Person.of(email=JO)) == {"shop.order:1", "not paid yet"}


def test_in_parts__is_bounded_and_whole() -> None:
    parts = list(in_parts(range(2 * AT_ONCE + 1)))
    assert [len(part) for part in parts] == [AT_ONCE, AT_ONCE, 1]
