"""Accounts, newsletter, enquiries, trials.

Each success is told where it happens, in one transaction with what was saved, and redirects: so a form that fails
validation is no lead, nor is a reload. Only the newsletter leaves it to the page that follows, by a mark, since what it
tells must not depend on whether the address was new. No page here may be cached: it holds a CSRF token or somebody's data.
"""

from collections.abc import Callable

from django import forms
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView, LogoutView
from django.db import transaction
from django.db.models import QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from capi_tracking.shortcuts import track_request
from demo_project.people import marks
from demo_project.people.forms import EnquiryForm, NewsletterForm, SignInForm, SignUpForm, TrialForm
from demo_project.people.models import Trial
from demo_project.shop.models import CURRENCY, Order

MAX_ORDERS = 20

sign_out = LogoutView.as_view(next_page=reverse_lazy("shop:products"))
sign_in = LoginView.as_view(
    template_name="people/sign_in.html",
    authentication_form=SignInForm,
    next_page=reverse_lazy("people:account"),
    redirect_authenticated_user=True,
)


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("people:account")
    form = filled(SignUpForm, request)
    customer = form.save() if form.is_valid() else None
    if customer is None:
        return render(request, "people/sign_up.html", {"form": form})
    login(request, customer)
    track_request(request, "CompleteRegistration")
    marks.leave(request.session, marks.REGISTERED)
    return redirect("people:account")


@never_cache
@require_GET
@login_required(login_url="people:sign_in")
def account(request: HttpRequest) -> HttpResponse:
    is_new = marks.take(request.session, marks.REGISTERED)
    return render(request, "people/account.html", {"orders": orders_of(request.user), "is_new": is_new})


def orders_of(user: object) -> QuerySet[Order]:
    """By account alone: an order's e-mail was typed, not proven."""
    orders = Order.objects.filter(user=user).annotate(pieces=Sum("lines__quantity"))
    return orders.order_by("-created_at", "-id")[:MAX_ORDERS]


@never_cache
@require_http_methods(["GET", "POST"])
def newsletter(request: HttpRequest) -> HttpResponse:
    """Marked once per visitor, whether or not the address was new: a page that told them apart would tell everybody."""
    form = filled(NewsletterForm, request)
    return answer(request, form, "newsletter", lambda: marks.leave_once(request.session, marks.SUBSCRIBED))


@never_cache
@require_http_methods(["GET", "POST"])
def contact(request: HttpRequest) -> HttpResponse:
    form = filled(EnquiryForm, request)
    return answer(request, form, "contact", lambda: track_request(request, "Lead", content_name="contact form"))


@never_cache
@require_http_methods(["GET", "POST"])
def trial(request: HttpRequest) -> HttpResponse:
    form = filled(TrialForm, request)
    worth = {"value": 0, "predicted_ltv": Trial.PREDICTED_LTV, "currency": CURRENCY}
    return answer(request, form, "trial", lambda: track_request(request, "StartTrial", **worth))


def filled(form: type[forms.Form], request: HttpRequest) -> forms.Form:
    return form(request.POST if request.method == "POST" else None)


def answer(request: HttpRequest, form: forms.Form, page: str, tell: Callable[[], object]) -> HttpResponse:
    """The form, empty or with its errors; once saved, the way to the thanks, and told of if something new was said."""
    with transaction.atomic():
        if form.is_valid() and form.save():
            tell()
    if not form.is_bound or form.errors:
        return render(request, f"people/{page}.html", {"form": form})
    return redirect(f"people:{page}_thanks")


@never_cache
@require_GET
def newsletter_thanks(request: HttpRequest) -> HttpResponse:
    is_new = marks.take(request.session, marks.SUBSCRIBED)
    return render(request, "people/newsletter_thanks.html", {"is_new": is_new})


@never_cache
@require_GET
def contact_thanks(request: HttpRequest) -> HttpResponse:
    return render(request, "people/contact_thanks.html")


@never_cache
@require_GET
def trial_thanks(request: HttpRequest) -> HttpResponse:
    return render(request, "people/trial_thanks.html")
