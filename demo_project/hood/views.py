"""Two questions that the drawer asks. Neither answers with anything that a stranger could use."""

import re
from dataclasses import asdict
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_GET, require_POST

from demo_project.hood import hashing, progress
from demo_project.hood.forms import PlainForm

MAX_IDS = 20

_is_event_id = re.compile(r"[A-Za-z0-9_-]{8,64}").fullmatch
_is_token = re.compile(r"[A-Za-z0-9_-]{0,43}").fullmatch


@never_cache
@require_GET
def state(request: HttpRequest) -> JsonResponse:
    """What became of up to 20 events, by their ids, and of an order's own, by its secret token. Else 400."""
    ids, token = request.GET.getlist("id"), request.GET.get("order", "")
    if len(ids) > MAX_IDS or not all(map(_is_event_id, ids)) or not _is_token(token):
        return JsonResponse({"error": f"Ask for at most {MAX_IDS} event ids."}, status=400)
    of_order = progress.ids_of_order(token)[:MAX_IDS]
    found = progress.of_events([*ids, *of_order])
    return JsonResponse({"events": {each: told(request, what) for each, what in found.items()}, "order": of_order})


def told(request: HttpRequest, what: progress.Progress) -> dict[str, Any]:
    """The progress without the row's number, in place of which staff get the event's address in the admin."""
    said = asdict(what)
    pk = said.pop("pk")
    if pk and may_see_events(request):
        said["admin"] = reverse("admin:capi_tracking_outboxevent_change", args=[pk])
    return said


def may_see_events(request: HttpRequest) -> bool:
    return request.user.is_staff and request.user.has_perm("capi_tracking.view_outboxevent")


@never_cache
@sensitive_post_parameters()
@sensitive_variables()
@require_POST
def hashes(request: HttpRequest) -> JsonResponse:
    """What Meta would get of what is being typed. Nothing is stored, logged or sent on."""
    form = PlainForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"error": "Too long to be anybody's."}, status=400)
    return JsonResponse(hashing.preview(form.typed))
