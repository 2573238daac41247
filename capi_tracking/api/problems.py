"""What is wrong with a whole request, as RFC 9457 has it: ``application/problem+json``."""

from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import Error
from django.http import Http404
from rest_framework import exceptions, status
from rest_framework.response import Response

from ..logs import log_failure

MEDIA_TYPE = "application/problem+json"
NO_DATABASE = "Nothing was recorded that is not in the answer of an earlier request. Send the same again in a while."
OUR_FAULT = "Something failed here, and the server's log tells where. Send the same again later."
RETRY_SECONDS = 30


class TooLarge(exceptions.APIException):
    """The request brings more than is read."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"


def answer(error: Exception, context: dict[str, Any]) -> Response:
    """REST framework's hook for errors. What is nobody's fault but ours is logged here: a report of Django's would show what
    the frames hold, and that is the customers' plain data.
    """
    if isinstance(error, Error):
        log_failure(error)
        return problem(503, NO_DATABASE, {"Retry-After": str(RETRY_SECONDS)})
    known = _known(error)
    if known is None:
        log_failure(error)
        return problem(500, OUR_FAULT)
    return problem(known.status_code, _text(known.detail), _headers(known))


def problem(code: int, detail: str, headers: dict[str, str] | None = None) -> Response:
    body = {"type": "about:blank", "title": HTTPStatus(code).phrase, "status": code, "detail": detail}
    return Response(body, status=code, headers=headers, content_type=MEDIA_TYPE)


def _known(error: Exception) -> exceptions.APIException | None:
    if isinstance(error, Http404):
        return exceptions.NotFound()
    if isinstance(error, PermissionDenied):
        return exceptions.PermissionDenied()
    return error if isinstance(error, exceptions.APIException) else None


def _headers(error: exceptions.APIException) -> dict[str, str]:
    how = getattr(error, "auth_header", "")
    headers = {"WWW-Authenticate": how} if how else {}
    wait = getattr(error, "wait", None)
    return headers | ({"Retry-After": str(int(wait))} if wait else {})


def _text(detail: Any) -> str:
    return " ".join(map(_text, detail)) if isinstance(detail, list) else str(detail)
