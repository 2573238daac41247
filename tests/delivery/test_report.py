"""What a worker's log says of a drain."""

import pytest

from capi_tracking.delivery import Report

SIX = "1 requests: 2 delivered, 3 failed, 4 expired, 5 held, 6 put back"


@pytest.mark.parametrize(("passed_over", "text"), [(0, SIX), (7, f"{SIX}, 7 in shadow")])
def test_report__says_what_was_done_and_of_shadow_only_where_it_was_on(passed_over: int, text: str) -> None:
    report = Report(requests=1, delivered=2, failed=3, expired=4, held=5, put_back=6, passed_over=passed_over)
    assert str(report) == text
