"""The pure score of one event's keys."""

from capi_tracking.events import UserData
from capi_tracking.events.user_data import HASHED
from capi_tracking.readiness import WEIGHTS, missing, score


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
