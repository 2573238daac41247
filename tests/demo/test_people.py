"""Accounts, newsletter, enquiries, trials: one event for one success, and nobody's address anywhere else."""

import json
import logging
import re
import time
from base64 import urlsafe_b64decode
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from capi_tracking.models import OutboxEvent
from demo_project.people.models import MAX_MESSAGE, MAX_NAME, Enquiry, Subscriber, Trial, weekends
from demo_project.people.views import MAX_ORDERS
from demo_project.shop.models import Order
from tests.demo.buyers import BUYER
from tests.sales import FBP

EMAIL = "gusty@example.org"
PASSWORD = "a-line-of-forty-metres"
HOSTILE = "\"'><script>alert(1)</script>{{ 7 }}{% now %}"
FORMS = {
    "sign_up": {"first_name": "Wilhelmine", "email": EMAIL, "password": PASSWORD},
    "newsletter": {"email": EMAIL},
    "contact": {"name": "Wilhelmine", "email": EMAIL, "topic": "repair", "message": "A spar snapped."},
    "trial": {"name": "Wilhelmine", "email": EMAIL, "wind": "steady", "weekend": ""},
}
THANKS = {"sign_up": "account", "newsletter": "newsletter_thanks", "contact": "contact_thanks", "trial": "trial_thanks"}
EVENTS = {
    "sign_up": ("CompleteRegistration", {}),
    "newsletter": ("NewsletterSignup", {}),
    "contact": ("Lead", {"content_name": "contact form"}),
    "trial": ("StartTrial", {"value": 0, "predicted_ltv": 15, "currency": "EUR"}),
}
TOLD_BY_VIEWS = ["sign_up", "contact", "trial"]
OPEN = ["newsletter", "contact", "trial"]  # the forms that anybody may send, and so any robot
WRONG = [
    ("sign_up", {"email": "nobody"}),
    ("sign_up", {"first_name": "W" * (MAX_NAME + 1)}),
    ("sign_up", {"password": "a" * 129}),
    ("newsletter", {"email": "g" * 150 + "@example.org"}),
    ("newsletter", {"email": "gusty@example.org\nbcc: all@example.org"}),
    ("contact", {"topic": "anything"}),
    ("contact", {"message": "m" * (MAX_MESSAGE + 1)}),
    ("contact", {"message": "\x00"}),
    ("contact", {"name": " "}),
    ("trial", {"wind": "hurricane"}),
    ("trial", {"weekend": "1999-12-31"}),
    ("trial", {"weekend": "tomorrow"}),
]

pytestmark = pytest.mark.django_db


def url(name):
    return reverse(f"people:{name}")


def filled(name, /, **changes):
    weekend = {"weekend": weekends()[0].isoformat()} if name == "trial" else {}
    return FORMS[name] | weekend | changes


def send(client, name, /, **changes):
    return client.post(url(name), filled(name, **changes))


def islands(response):
    text = r"<script[^>]* data-capi-event>(.*?)</script>"
    return [json.loads(found) for found in re.findall(text, response.content.decode())]


def told(response):
    """What the page tells, and what the views have told since the last time."""
    rows = OutboxEvent.objects.order_by("pk")
    by_views = [(row.event_name, json.loads(row.payload).get("custom_data", {})) for row in rows]
    rows.delete()
    return [(island["name"], json.loads(island["data"])) for island in islands(response)] + by_views


def kept():
    return [model.objects.count() for model in (get_user_model(), Subscriber, Enquiry, Trial)]


@pytest.fixture
def client():
    """Somebody who has said yes."""
    visitor = Client(headers={"user-agent": "Safari"})
    visitor.cookies["capi_consent"], visitor.cookies["_fbp"] = f"granted.1.{int(time.time())}", FBP
    return visitor


@pytest.fixture
def customer(client):
    user = get_user_model().objects.create_user(EMAIL, EMAIL, PASSWORD, first_name="Wilhelmine")
    client.force_login(user)
    return user


@pytest.mark.parametrize("name", FORMS)
def test_success__is_told_once(client, name):
    answer = send(client, name)
    assert (answer.status_code, answer.url) == (302, url(THANKS[name]))
    assert told(client.get(answer.url)) == [EVENTS[name]]
    assert told(client.get(answer.url)) == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", TOLD_BY_VIEWS)
def test_success__has_two_halves_under_one_id(client, name):
    text = send(client, name).cookies["capi_next"].value
    [half] = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    event = OutboxEvent.objects.get()
    assert (half["id"], half["name"], half["data"]) == (event.event_id, *EVENTS[name])
    assert not [value for value in (EMAIL, "Wilhelmine") if value in event.payload + str(half)]


def test_newsletter__may_be_told_by_the_relay_too(client):
    cache.clear()
    [island] = islands(client.get(send(client, "newsletter").url))
    said = {each: island[each] for each in ("pixel", "name", "data", "signature")} | {"id": "0123456789abcdef"}
    headers = {"origin": "http://testserver", "sec-fetch-site": "same-origin"}
    client.post(reverse("capi_tracking:collect"), json.dumps({"events": [said]}), "text/plain", headers=headers)
    event = OutboxEvent.objects.get()
    assert (event.event_name, json.loads(event.payload).get("custom_data", {})) == EVENTS["newsletter"]
    assert EMAIL not in event.payload


@pytest.mark.parametrize("name", TOLD_BY_VIEWS)
def test_success__of_who_refused_is_told_to_nobody(name):
    client = Client(headers={"user-agent": "Safari"})
    client.cookies["capi_consent"] = "denied.1.1767225600"
    answer = send(client, name)
    assert not {"capi_next"} & set(answer.cookies)
    assert told(client.get(answer.url)) == []
    assert sum(kept()) == 1


@pytest.mark.parametrize(("name", "wrong"), WRONG)
def test_failure__keeps_nothing_tells_nothing_and_marks_the_field(client, name, wrong):
    page = send(client, name, **wrong)
    [field] = wrong
    assert (page.status_code, kept(), told(page)) == (200, [0, 0, 0, 0], [])
    html = page.content.decode()
    described = re.search(rf'<(?:input|textarea|select)[^>]* name="{field}"[^>]*aria-invalid="true"[^>]*>', html)
    assert described
    assert f'id="id_{field}_error"' in html
    assert re.search(rf'aria-describedby="[^"]*id_{field}_error"', html)
    assert 'role="alert"' in html
    assert re.search(rf'<a href="#(id_{field}\w*)">', html)[1] in re.findall(r' id="(\w+)"', html)


@pytest.mark.parametrize("name", [name for name in THANKS if name != "sign_up"])
def test_thanks__tell_nothing_to_who_only_opens_them(client, name):
    page = client.get(url(THANKS[name]))
    assert (page.status_code, told(page)) == (200, [])


def test_failure__after_a_success_leaves_its_mark_alone(client):
    thanks = send(client, "newsletter").url
    assert told(send(client, "contact", email="nobody")) == []
    assert told(client.get(thanks)) == [EVENTS["newsletter"]]


def test_successes__one_after_the_other_are_all_told(client):
    pages = [send(client, name) for name in OPEN]
    assert [event for page in pages for event in told(client.get(page.url))] == [EVENTS[name] for name in OPEN]


@pytest.mark.parametrize("name", [*FORMS, "sign_in", *THANKS.values()])
def test_pages__stand_in_no_cache(client, name):
    if name == "account":
        send(client, "sign_up")
    assert "no-store" in client.get(url(name)).headers["Cache-Control"]


@pytest.mark.parametrize("name", [*FORMS, "sign_in"])
def test_forms__hold_no_event_and_no_inline_script_or_style(client, name):
    page = client.get(url(name))
    html = page.content.decode()
    assert told(page) == []
    assert "data-capi-on" not in html
    assert all(" src=" in tag or 'type="application/json"' in tag for tag in re.findall(r"<script\b[^>]*>", html))
    assert not re.search(r"<style\b|\sstyle=|\son[a-z]+=[\"']|javascript:", html)


@pytest.mark.parametrize("name", [*FORMS, "sign_in", "sign_out"])
def test_forms__are_refused_without_a_token(name):
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(url(name), FORMS.get(name, {})).status_code == 403


@pytest.mark.parametrize("name", FORMS)
def test_address__stands_in_no_url_log_or_page_that_follows(client, name, caplog):
    caplog.set_level(logging.DEBUG)
    send(client, name, email="nobody@")
    answer = send(client, name)
    page = client.get(answer.url)
    shown = [answer.url, json.dumps(told(page)), "".join(record.getMessage() for record in caplog.records)]
    if name != "sign_up":  # the account shows its owner's
        shown.append(page.content.decode())
    assert not [text for text in shown if EMAIL in text or "nobody@" in text]


@pytest.mark.parametrize("name", FORMS)
def test_hostile_text__is_shown_as_text(client, name):
    field = "first_name" if name == "sign_up" else "email" if name == "newsletter" else "name"
    page = send(client, name, **{field: HOSTILE, "email": HOSTILE if name == "newsletter" else "nobody"})
    assert HOSTILE not in page.content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7 }}{% now %}" in page.content.decode()


@pytest.mark.parametrize("name", OPEN)
def test_trap__thanks_a_robot_keeps_nothing_and_tells_nothing(client, name):
    answer = send(client, name, homepage="https://buy.example")
    assert answer.url == url(THANKS[name])
    assert (told(client.get(answer.url)), kept()) == ([], [0, 0, 0, 0])


# Accounts


@pytest.mark.parametrize("password", ["short", "1234567890", "qwertyuiop", "wilhelmine", EMAIL, "", " " * 9])
def test_sign_up__refuses_a_weak_password(client, password):
    page = send(client, "sign_up", password=password)
    assert (page.status_code, get_user_model().objects.count()) == (200, 0)
    assert "_auth_user_id" not in client.session


def test_sign_up__keeps_the_password_hashed_and_signs_in(client):
    send(client, "sign_up", password=f" {PASSWORD} ")
    user = get_user_model().objects.get()
    assert user.password != PASSWORD
    assert user.check_password(f" {PASSWORD} ")
    assert (user.username, user.email, user.first_name) == (EMAIL, EMAIL, "Wilhelmine")
    assert (user.is_staff, user.is_superuser) == (False, False)
    assert client.session["_auth_user_id"] == str(user.pk)


def test_sign_up__takes_no_more_than_it_asks_for(client):
    send(client, "sign_up", is_staff="on", is_superuser="on", username="admin")
    user = get_user_model().objects.get()
    assert (user.username, user.is_staff, user.is_superuser) == (EMAIL, False, False)


@pytest.mark.parametrize("again", [EMAIL, "GUSTY@Example.ORG", "gusty@\uff45xample.org"])
def test_sign_up__gives_one_account_for_an_address(client, again):
    told(send(client, "sign_up"))
    other = Client(headers={"user-agent": "Safari"})
    page = send(other, "sign_up", email=again, password="another-long-password")
    assert (page.status_code, told(page), get_user_model().objects.count()) == (200, [], 1)
    assert "_auth_user_id" not in other.session
    assert get_user_model().objects.get().check_password(PASSWORD)


def test_sign_up__never_sends_the_password_back(client):
    assert PASSWORD not in send(client, "sign_up", email="nobody").content.decode()


def test_sign_up__leads_a_customer_to_the_account_without_a_word(client, customer):
    answer = client.post(url("sign_up"), filled("sign_up", email="second@example.org"))
    assert (answer.url, get_user_model().objects.count()) == (url("account"), 1)
    assert told(client.get(answer.url)) == []


@pytest.mark.parametrize("typed", [EMAIL, " GUSTY@Example.ORG "])
def test_sign_in__takes_the_address_in_any_case(client, customer, typed):
    client.logout()
    assert client.post(url("sign_in"), {"username": typed, "password": PASSWORD}).url == url("account")
    assert told(client.get(url("account"))) == []


def test_sign_in__says_the_same_of_a_wrong_password_and_a_stranger(client, customer):
    client.logout()
    texts = []
    for email in (EMAIL, "stranger@example.org"):
        page = client.post(url("sign_in"), {"username": email, "password": "wrong"})
        texts.append(re.findall(r'role="alert".*?</div>', page.content.decode(), re.DOTALL))
    assert texts[0] == texts[1] != []
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    ("target", "lands"),
    [
        ("https://evil.example/", "/account/"),
        ("//evil.example/", "/account/"),
        ("/\\evil.example/", "/account/"),
        ("javascript:alert(1)", "/account/"),
        ("/cart/", "/cart/"),
    ],
)
def test_sign_in__leads_only_to_pages_of_the_shop(client, customer, target, lands):
    client.logout()
    assert client.post(url("sign_in"), {"username": EMAIL, "password": PASSWORD, "next": target}).url == lands


def test_sign_out__is_a_post(client, customer):
    assert client.get(url("sign_out")).status_code == 405
    assert "_auth_user_id" in client.session
    assert client.post(url("sign_out")).url == reverse("shop:products")
    assert "_auth_user_id" not in client.session


def test_account__is_for_who_is_signed_in(client):
    assert client.get(url("account")).url == f"{url('sign_in')}?next={url('account')}"


def test_account__shows_nobody_elses_orders(client, customer):
    other = get_user_model().objects.create_user("other@example.org")
    own = Order.objects.create(**BUYER, user=customer, total=1)
    foreign = [Order.objects.create(**BUYER | {"email": EMAIL}, user=user, total=1) for user in (other, None)]
    html = client.get(url("account")).content.decode()
    assert own.number in html
    assert not [order for order in foreign if order.number in html or order.token in html]


def test_account__shows_the_newest_orders_in_as_many_queries_as_one(client, customer):
    def numbers():
        with CaptureQueriesContext(connection) as queries:
            html = client.get(url("account")).content.decode()
        return re.findall(r">(G-\w{8})<", html), len(queries)

    orders = [Order.objects.create(**BUYER, user=customer, total=1)]
    _, queries_for_one = numbers()
    orders += [Order.objects.create(**BUYER, user=customer, total=1) for _ in range(MAX_ORDERS)]
    shown, queries_for_many = numbers()
    assert shown == [order.number for order in reversed(orders)][:MAX_ORDERS]
    assert queries_for_many == queries_for_one


# Newsletter


@pytest.mark.parametrize("again", [EMAIL, "GUSTY@Example.ORG"])
def test_newsletter__says_the_same_of_an_address_that_it_knows(again):
    pages = []
    for email in (EMAIL, again):
        visitor = Client()
        answer = send(visitor, "newsletter", email=email)
        pages.append((answer.status_code, answer.url, visitor.get(answer.url).content))
    assert pages[0] == pages[1]
    assert Subscriber.objects.count() == 1


def test_newsletter__tells_once_of_a_visitor(client):
    client.get(send(client, "newsletter").url)
    for email in (EMAIL, "second@example.org"):
        assert told(client.get(send(client, "newsletter", email=email).url)) == []
    assert Subscriber.objects.count() == 2


def test_subscriber__is_one_however_it_is_written():
    Subscriber.objects.create(email=EMAIL)
    with pytest.raises(IntegrityError), transaction.atomic():
        Subscriber.objects.create(email=EMAIL.upper())
    assert Subscriber.objects.get(email="Gusty@EXAMPLE.org").email == EMAIL


# Enquiries


def test_contact__takes_the_same_words_twice_as_one(client):
    told(client.get(send(client, "contact").url))
    assert told(client.get(send(client, "contact", email=EMAIL.upper()).url)) == []
    assert told(client.get(send(client, "contact", message="Another spar.").url)) == [EVENTS["contact"]]
    assert Enquiry.objects.count() == 2


def test_contact__measures_lines_as_the_visitor_saw_them(client):
    send(client, "contact", message="m\r\n" * (MAX_MESSAGE // 2))
    assert Enquiry.objects.get().message.count("\n") == MAX_MESSAGE // 2 - 1


# Trials


def test_trial__is_one_at_a_time(client):
    told(client.get(send(client, "trial").url))
    page = send(client, "trial", email=EMAIL.upper())
    assert (page.status_code, told(page), Trial.objects.count()) == (200, [], 1)
    assert told(client.get(url("trial_thanks"))) == []


def test_trial__may_begin_again_when_the_kite_is_back(client, admin_client):
    told(client.get(send(client, "trial").url))
    action = {"action": "bring_back", "_selected_action": [Trial.objects.get().pk]}
    admin_client.post(reverse("admin:people_trial_changelist"), action)
    assert told(client.get(send(client, "trial").url)) == [EVENTS["trial"]]
    assert list(Trial.objects.order_by("pk").values_list("is_open", flat=True)) == [None, True]


def test_trial__is_one_at_a_time_for_the_database_too():
    wish = {"name": "Wilhelmine", "wind": "steady", "weekend": weekends()[0]}
    Trial.objects.create(email=EMAIL, **wish, is_open=None)
    Trial.objects.create(email=EMAIL, **wish, is_open=None)
    Trial.objects.create(email=EMAIL, **wish)
    with pytest.raises(IntegrityError), transaction.atomic():
        Trial.objects.create(email=EMAIL.upper(), **wish)


def test_weekends__are_fridays_that_the_post_can_reach():
    today = timezone.localdate()
    assert {friday.isoweekday() for friday in weekends()} == {5}
    assert all(today + timedelta(days=3) <= friday < today + timedelta(days=32) for friday in weekends())


# Staff


@pytest.mark.parametrize("name", ["subscriber", "enquiry", "trial"])
def test_admin__lists_and_shows_what_people_left(admin_client, client, name):
    for form in OPEN:
        send(client, form)
    model = {"subscriber": Subscriber, "enquiry": Enquiry, "trial": Trial}[name]
    assert EMAIL in admin_client.get(reverse(f"admin:people_{name}_changelist")).content.decode()
    detail = reverse(f"admin:people_{name}_change", args=[model.objects.get().pk])
    assert admin_client.get(detail).status_code == 200


@pytest.mark.parametrize("name", ["subscriber", "enquiry", "trial"])
def test_admin__has_no_search_that_would_put_an_address_into_a_url(admin_client, name):
    assert 'name="q"' not in admin_client.get(reverse(f"admin:people_{name}_changelist")).content.decode()
