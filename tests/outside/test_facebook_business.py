"""Every rule beside Meta's own SDK: what differs is meant, and listed with its reason."""

import pytest

from capi_tracking import normalization
from tests.outside import sdk
from tests.outside.differences import DIFFERENCES, Case, reason
from tests.outside.people import values

PEOPLE = 3000

RULES = {
    "em": normalization.email,
    "fn": normalization.name,
    "ln": normalization.name,
    "ct": normalization.city,
    "country": normalization.country,
    "ge": normalization.gender,
}
BY_COUNTRY = {
    "ph": normalization.phone,
    "st": normalization.state,
    "zp": normalization.postal_code,
    "db": normalization.date_of_birth,
}

pytestmark = pytest.mark.outside


@pytest.fixture(scope="module")
def different():
    """What the two make different hashes of."""
    asked = sorted(set(values(PEOPLE)))
    answers = sdk.told([(key, text) for key, text, _ in asked])
    cases = []
    for (key, text, country), (theirs, digest) in zip(asked, answers, strict=True):
        ours = RULES[key](text) if key in RULES else BY_COUNTRY[key](text, country)
        if (normalization.sha256(ours) if ours else None) != digest:
            cases.append(Case(key, text, country, theirs, ours))
    assert len(asked) > PEOPLE
    return cases


def test_sdk__differs_nowhere_but_where_we_mean_it(different):
    assert [case for case in different if not reason(case)] == []


def test_sdk__no_listed_difference_is_out_of_date(different):
    found = {(key, reason(case)) for case in different for key in [case.key]}
    assert [
        each.reason for each in DIFFERENCES if not any((key, each.reason) in found for key in each.keys.split())
    ] == []
