"""``about-me/``: what this shop told Meta about whoever is logged in, to be seen, taken along, and ended."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_GET, require_http_methods

from ..conf import conf
from ..privacy import erase, export, history
from . import decision, words
from .frame import framed, kept_private

PER_PAGE = 20
LAST_PAGE = 50
MOST_EXPORTED = 5_000  # events of each kind
DONE = ("withdrawn", "deleted", "unsure")
BY = "customer"

View = Callable[[HttpRequest], HttpResponseBase]


def _for_one_person(view: View) -> View:
    """Whoever is not logged in is sent there; neither answer is for a cache."""

    @wraps(view)
    def answer(request: HttpRequest) -> HttpResponseBase:
        return kept_private(request, login_required(view)(request))

    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_protect
@_for_one_person
def about_me(request: HttpRequest) -> HttpResponseBase:
    """The page, newest first; a form on it withdraws the consent or deletes all that is kept."""
    return _done(request) if request.method == "POST" else _page(request)


@require_GET
@_for_one_person
def export_me(request: HttpRequest) -> HttpResponseBase:
    """The same in full, as a file of JSON."""
    person = decision.person_of(request)
    kept = {using: export(person, using=using, most=MOST_EXPORTED) for using in conf.OUTBOX_DATABASES}
    response = HttpResponse(json.dumps(kept, indent=2, ensure_ascii=False), content_type="application/json")
    response.headers["Content-Disposition"] = 'attachment; filename="told-to-meta.json"'
    return response


def _done(request: HttpRequest) -> HttpResponseBase:
    wish = request.POST.get("wish", "")
    if wish == "delete" and request.POST.get("sure") != "yes":
        return _back("unsure")
    if wish not in {"withdraw", "delete"}:
        return HttpResponse(status=400)
    response = _back("deleted" if wish == "delete" else "withdrawn")
    if wish == "delete":
        for using in conf.OUTBOX_DATABASES:
            erase(decision.person_of(request), using=using, by=BY)
    decision.refuse(request, response)
    return response


def _back(what: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{reverse('capi_tracking:about_me')}?done={what}")


def _page(request: HttpRequest) -> HttpResponse:
    number = _page_number(request.GET.get("page", ""))
    past = history(decision.person_of(request), most=PER_PAGE * LAST_PAGE)
    first = (number - 1) * PER_PAGE
    done = request.GET.get("done", "")
    return framed(
        request,
        "capi_tracking/about_me.html",
        events=[_shown(event) for event in past.events[first : first + PER_PAGE]],
        decisions=[
            {"state": words.STATES[each.state], "at": each.at, "policy": each.policy} for each in past.decisions
        ],
        newer=number - 1,
        older=number + 1 if len(past.events) > first + PER_PAGE and number < LAST_PAGE else 0,
        is_cut=past.is_cut and number == LAST_PAGE,
        done=done if done in DONE else "",
    )


def _page_number(text: str) -> int:
    is_number = text.isascii() and text.isdecimal() and len(text) <= len(str(LAST_PAGE))
    return min(max(int(text), 1), LAST_PAGE) if is_number else 1


def _shown(event: Any) -> dict[str, Any]:
    return {
        "name": words.event(event.name),
        "at": event.at,
        "sent_at": event.sent_at,
        "waits": event.waits,
        "value": event.value,
        "currency": event.currency,
        "fields": [words.field(name) for name in event.fields],
    }
