"""Which request this code runs for."""

from django.http import HttpRequest

from capi_tracking import context


def test_serving__is_over_when_its_block_is():
    request = HttpRequest()
    with context.serving(request):
        assert context.current_request() is request
    assert context.current_request() is None
