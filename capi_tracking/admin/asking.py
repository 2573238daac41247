"""The page between a button and what it does: how many, of what worth, until when."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.template.response import TemplateResponse

CONFIRMED = "confirmed"


def is_confirmed(request: HttpRequest) -> bool:
    return request.POST.get(CONFIRMED) == "yes"


def ask(
    model_admin: Any,
    request: HttpRequest,
    *,
    title: str,
    button: str,
    back: str,
    asked: Iterable[tuple[str, Any]],
    can_go: bool = True,
    **shown: Any,
) -> TemplateResponse:
    """``asked``: names and values that the same address gets once more, with the answer."""
    request.current_app = model_admin.admin_site.name
    context = {
        **model_admin.admin_site.each_context(request),
        "title": title,
        "opts": model_admin.opts,
        "media": model_admin.media,
        "button": button,
        "back": back,
        "asked": list(asked),
        "can_go": can_go,
        **shown,
    }
    return TemplateResponse(request, "admin/capi_tracking/confirm.html", context)
