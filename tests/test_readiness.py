"""The pure score of one event's keys."""

from datetime import timedelta

import pytest
from django.db.models import F, Sum
from django.utils import timezone

from capi_tracking.consent import Consent, ConsentState
from capi_tracking.events import UserData
from capi_tracking.events.intake import FIELDS
from capi_tracking.events.user_data import HASHED
from capi_tracking.models import OutboxEvent
from capi_tracking.readiness import BITS, CHANGED_CLICK, KEYS, WEIGHTS, bits_of, keys_of, missing, score, weights
from capi_tracking.tracking import track


def test_score__goes_from_nothing_to_a_hundred():
    assert score(()) == 0
    assert score(WEIGHTS) == 100


def test_score__ignores_keys_it_does_not_know_and_repeats():
    assert score(["em", "em", "lead_id", "nonsense"]) == WEIGHTS["em"]


def test_score__weighs_every_hashed_key():
    assert set(HASHED) <= set(WEIGHTS)


def test_score__reads_the_keys_of_user_data():
    user_data = UserData.of(email="a@example.com", client_ip_address="8.8.8.8")
    assert score(user_data.keys) == WEIGHTS["em"] + WEIGHTS["client_ip_address"]


def test_missing__names_the_most_helpful_first():
    assert missing(("em",))[:2] == ("fbc", "ph")
    assert missing(WEIGHTS) == ()
    assert [WEIGHTS[key] for key in missing(())] == sorted(WEIGHTS.values(), reverse=True)


def test_score__goes_by_the_shops_own_weights(settings):
    settings.CAPI_TRACKING = {
        **settings.CAPI_TRACKING,
        "MATCH_WEIGHTS": {"em": 300, "lead_id": 100, "ph": "much", "db": -5, "email": 7},
    }
    assert sum(weights().values()) == 300 + 100 + sum(WEIGHTS.values()) - WEIGHTS["em"]
    assert (score(["em"]), score(["lead_id"]), score(weights())) == (62, 21, 100)
    settings.CAPI_TRACKING = {**settings.CAPI_TRACKING, "MATCH_WEIGHTS": dict.fromkeys(WEIGHTS, 0)}
    assert (score(["em"]), missing(())) == (0, ())


def test_bits__have_a_place_for_every_key_and_keep_it():
    assert set(KEYS) == set(UserData.__dataclass_fields__) - {"notes"}
    assert KEYS[:4] == ("em", "ph", "fn", "ln"), "rows hold these places"
    assert max(BITS.values()) < CHANGED_CLICK < 2**31, "a whole number of every database"
    assert keys_of(bits_of(KEYS)) == KEYS


@pytest.mark.django_db
def test_track__tells_in_bits_what_goes_and_what_was_refused(make_event):
    data = UserData.of(email=["jo@shop.example", "none"], phone="0000000000", date_of_birth="99", fbc="fb.1.x")
    track(make_event(user_data=data))
    row = OutboxEvent.objects.get()
    assert keys_of(row.key_bits) == ("em",)
    assert keys_of(row.refused_bits) == ("ph", "db", "fbc"), "an e-mail is there: no other is missed"


@pytest.mark.django_db
def test_bits__outlive_redaction_and_are_summed_by_the_database(make_event):
    for number, phone in enumerate(["+49 30 901820", "none", ""]):
        track(make_event(event_id=f"e{number}", user_data=UserData.of(email="jo@shop.example", phone=phone)))
    OutboxEvent.objects.update(status="sent", due_at=None, settled_at=timezone.now() - timedelta(days=3))
    assert OutboxEvent.objects.redact(timedelta(days=2), limit=10) == 3
    bit = BITS["ph"]
    found = OutboxEvent.objects.values("event_name").annotate(
        there=Sum(F("key_bits").bitand(bit)), refused=Sum(F("refused_bits").bitand(bit))
    )
    assert [(group["there"], group["refused"]) for group in found] == [(bit, bit)]


@pytest.mark.django_db
def test_bits__are_not_kept_of_whom_nothing_may_be_kept(make_event):
    track(make_event(), consent=Consent(ConsentState.DENIED), order_key="shop.order:1")
    row = OutboxEvent.objects.get()
    assert (row.status, row.key_bits, row.refused_bits) == ("skipped", None, None)


@pytest.mark.django_db
def test_notes__are_kept_whole_however_many(make_event):
    fields = [name for name in FIELDS if name not in {"email", "country"}]
    data = UserData.of(email="jo@shop.example", **dict.fromkeys(fields, object()))
    track(make_event(user_data=data))
    row = OutboxEvent.objects.get()
    assert row.notes.split("; ") == list(data.notes)
    assert len(row.notes) > 255
