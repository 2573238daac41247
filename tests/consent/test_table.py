"""What happens to an order under which consent: the design's table, row by row, with the proof that each row keeps."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from capi_tracking import context, privacy
from capi_tracking.consent import Consent
from capi_tracking.events import ActionSource, UserData
from capi_tracking.keyed_hashes import identity_key
from capi_tracking.models import CheckoutContext, OutboxEvent
from capi_tracking.tracking import track
from demo_project.shop.models import Order
from tests.factories import OutboxEventFactory, an_event
from tests.sales import FBP, new_order

pytestmark = pytest.mark.django_db

BROWSER = {"fbp", "fbc", "client_ip_address", "client_user_agent"}
FBC = "fb.1.1700000000000.AbC-dEf"
BUYER = {"email": "jo@shop.example", "external_id": "jo-1", "country": "DE"}
CALIFORNIAN = BUYER | {"country": "US", "state": "California"}
TEXAN = BUYER | {"country": "US", "state": "TX"}
GUEST = {"email": "jo@shop.example", "country": "DE"}
EXTERNAL = identity_key("external_id", UserData.of(external_id="jo-1").external_id[0])
EMAIL = identity_key("em", UserData.of(email="jo@shop.example").em[0])
LDU = {"data_processing_options": ["LDU"], "data_processing_options_country": 1}
RENEWAL = {"action_source": ActionSource.SYSTEM_GENERATED}


@dataclass(frozen=True)
class Case:
    """``checkout``: the cookie's state at checkout (None: nobody was there); ``proof``: state, policy and source."""

    name: str
    status: str
    proof: tuple[str, str, str]
    reason: str = ""
    checkout: str | None = "granted"
    buyer: dict[str, Any] = field(default_factory=lambda: BUYER)
    headers: dict[str, str] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    adapter: dict[str, Any] = field(default_factory=dict)
    before: Callable[[], Any] = lambda: None
    keys: bool = True  # the browser's
    limits: dict[str, Any] = field(default_factory=dict)


def withdrawn():
    privacy.withdraw(privacy.Person.of(fbp=FBP), using="default")


def account_withdrew():
    privacy.withdraw(privacy.Person.of(external_id="jo-1"), using="default")


def earlier(state, *, days, **more):
    """An order of the same person some days ago, and what was said at it."""
    at = timezone.now() - timedelta(days=days)
    values = {"external_key": EXTERNAL, "email_key": EMAIL, "consent_policy": "0", "event_time": at, "consent_at": at}
    OutboxEventFactory(sent=True, order_key=f"earlier:{days}", consent_state=state, **(values | more))


def granted_and_withdrawn():
    earlier("granted", days=90)
    account_withdrew()


def withdrawn_and_granted_anew():
    earlier("granted", days=90)
    privacy.withdraw(privacy.Person.of(external_id="jo-1"), using="default", at=timezone.now() - timedelta(days=60))
    earlier("granted", days=30)


def granted_and_then_denied():
    earlier("granted", days=90)
    earlier("denied", days=30)


def denied_and_then_granted():
    earlier("denied", days=90)
    earlier("granted", days=30)


US = {"OPT_OUT_REGIONS": ["US"]}
TX = {"OPT_OUT_REGIONS": ["US-TX"]}
UNKNOWN, DENIED = "consent_unknown", "consent_denied"
GIVEN, REFUSED = ("granted", "1", "cookie"), ("denied", "1", "cookie")
OPTED = ("granted", "opt_out_region", "opt_out_region")
NOBODY_ASKED = ("unknown", "", "no_context")
LAST = ("granted", "0", "last_decision")
WITHDRAWN_SINCE = ("denied", "1", "withdrawn")

CASES = [
    Case("granted", "pending", GIVEN),
    Case("granted, withdrawn since", "skipped", WITHDRAWN_SINCE, DENIED, before=withdrawn),
    Case("granted, withdrawn since by the account", "skipped", WITHDRAWN_SINCE, DENIED, before=account_withdrew),
    Case("limited, on offer", "pending", ("limited", "1", "cookie"), checkout="limited", buyer=CALIFORNIAN,
         limits=LDU | {"data_processing_options_state": 1000}),
    Case("limited, on offer elsewhere", "skipped", ("limited", "1", "cookie"), "consent_limited", checkout="limited"),
    Case("granted, limited by GPC, on offer", "pending", ("limited", "1", "gpc"), buyer=TEXAN, headers={"sec-gpc": "1"},
         limits=LDU | {"data_processing_options_state": 1005}),
    Case("granted, limited by GPC", "skipped", ("limited", "1", "gpc"), "consent_limited", headers={"sec-gpc": "1"}),
    Case("denied", "skipped", REFUSED, DENIED, checkout="denied"),
    Case("denied, in an opt-out region", "skipped", REFUSED, DENIED, checkout="denied", buyer=TEXAN, settings=US),
    Case("no context", "skipped", NOBODY_ASKED, UNKNOWN, checkout=None),
    Case("unknown", "skipped", ("unknown", "", ""), UNKNOWN, checkout=""),
    Case("no context, in an opt-out country", "pending", OPTED, checkout=None, buyer=TEXAN, settings=US, keys=False),
    Case("no context, in an opt-out state", "pending", OPTED, checkout=None, buyer=TEXAN, settings=TX, keys=False),
    Case("no context, beside it", "skipped", NOBODY_ASKED, UNKNOWN, checkout=None, buyer=CALIFORNIAN, settings=TX),
    Case("no context, outside", "skipped", NOBODY_ASKED, UNKNOWN, checkout=None, settings=US),
    Case("unknown, in an opt-out region", "pending", OPTED, checkout="", buyer=TEXAN, settings=US, keys=False),
    Case("unknown with GPC, in an opt-out region", "skipped", ("unknown", "", "gpc"), UNKNOWN, checkout="", buyer=TEXAN,
         settings=US, headers={"sec-gpc": "1"}),
    Case("no context, in an opt-out region, withdrawn", "skipped", ("denied", "", "withdrawn"), DENIED, checkout=None,
         buyer=TEXAN, settings=US, before=account_withdrew),
    Case("no context, in an opt-out region, denied earlier", "skipped", ("denied", "0", "last_decision"), DENIED,
         checkout=None, buyer=TEXAN, settings=US, before=lambda: earlier("denied", days=9)),
    Case("renewal of who granted", "pending", LAST, checkout=None, adapter=RENEWAL, keys=False,
         before=lambda: earlier("granted", days=30)),
    Case("renewal of who denied", "skipped", ("denied", "0", "last_decision"), DENIED, checkout=None, adapter=RENEWAL,
         before=granted_and_then_denied),
    Case("renewal of who granted in the end", "pending", LAST, checkout=None, adapter=RENEWAL, keys=False,
         before=denied_and_then_granted),
    Case("renewal of who withdrew", "skipped", ("denied", "0", "withdrawn"), DENIED, checkout=None, adapter=RENEWAL,
         before=granted_and_withdrawn),
    Case("renewal of who granted anew", "pending", LAST, checkout=None, adapter=RENEWAL, keys=False,
         before=withdrawn_and_granted_anew),
    Case("renewal of who limited, on offer", "pending", ("limited", "0", "last_decision"), checkout=None, keys=False,
         adapter=RENEWAL, buyer=TEXAN, before=lambda: earlier("limited", days=9),
         limits=LDU | {"data_processing_options_state": 1005}),
    Case("renewal of a guest, by e-mail", "pending", LAST, checkout=None, adapter=RENEWAL, buyer=GUEST, keys=False,
         before=lambda: earlier("granted", days=30, external_key=None)),
    Case("renewal, the id goes before the e-mail", "skipped", ("denied", "0", "last_decision"), DENIED, checkout=None,
         adapter=RENEWAL, before=lambda: (earlier("denied", days=9, email_key=None),
                                          earlier("granted", days=3, external_key=None))),
    Case("renewal, nothing known", "skipped", ("unknown", "", "no_decision"), UNKNOWN, checkout=None, adapter=RENEWAL),
    Case("renewal in an opt-out region, nothing known", "skipped", ("unknown", "", "no_decision"), UNKNOWN,
         checkout=None, adapter=RENEWAL, buyer=TEXAN, settings=US),
    Case("renewal, what a region allowed is no decision", "skipped", ("unknown", "", "no_decision"), UNKNOWN,
         checkout=None, adapter=RENEWAL, before=lambda: earlier("granted", days=9, consent_policy="opt_out_region")),
    Case("renewal, somebody else's decision", "skipped", ("unknown", "", "no_decision"), UNKNOWN, checkout=None,
         adapter=RENEWAL, before=lambda: earlier("granted", days=9, external_key="f" * 16, email_key="f" * 16)),
    Case("renewal that the buyer asks for", "skipped", REFUSED, DENIED, checkout="denied", adapter=RENEWAL,
         before=lambda: earlier("granted", days=9)),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_order__at_payment(case, visitor, product, adapter, capi):
    capi(**case.settings)
    adapter(user_data=lambda self, order: case.buyer, **case.adapter)
    order = new_order(status=Order.Status.PENDING, paid_at=None)
    if case.checkout is not None:
        with visitor(**case.headers):
            answer(case)
            order.save()
    case.before()
    order.status, order.paid_at = Order.Status.PAID, timezone.now()
    order.save()
    row = OutboxEvent.objects.get(order_key=f"shop.order:{order.pk}")
    assert (row.status, row.reason) == (case.status, case.reason)
    assert (row.consent_state, row.consent_policy, row.consent_source) == case.proof
    check_proof(row, case)
    check_payload(row, case)


def answer(case):
    """A visitor of whom nothing is known has cookies all the same."""
    request = context.current_request()
    cookie = {"capi_consent": f"{case.checkout}.1.{int(time.time())}"} if case.checkout else {"sessionid": "of-a-visit"}
    request.COOKIES.clear()
    request.COOKIES.update({"_fbp": FBP, "_fbc": FBC} | cookie)


def check_proof(row, case):
    """The time of the decision, where there was one; a context keeps what its visitor said, and a refusal nothing else."""
    assert (row.consent_at is not None) is (case.proof[0] != "unknown" and case.proof != OPTED)
    kept = CheckoutContext.objects.first()
    assert (kept is not None) is (case.checkout is not None)
    if kept and kept.consent_state in {"denied", "unknown"}:
        held = {kept.fbp, kept.fbc, kept.user_agent, kept.url, kept.referrer, kept.client_ip, kept.visitor_key}
        assert held | {kept.external_key, kept.email_key} == {"", None}


def check_payload(row, case):
    """What is sent has the browser's keys if the browser agreed; what is skipped has nothing but one key of the person."""
    if case.status == "skipped":
        assert (row.payload, row.visitor_key, row.phone_key) == ("", None, None)
        assert row.external_key or row.email_key
        return
    payload = json.loads(row.payload)
    assert (payload["user_data"].keys() & BROWSER == BROWSER) is case.keys
    assert case.keys or not payload["user_data"].keys() & BROWSER
    assert payload.get("event_source_url", "").startswith("http") is case.keys
    assert {name: value for name, value in payload.items() if name.startswith("data_processing")} == case.limits


# -- till, CRM, API: nobody's browser, and the caller knows ----------------------------------------------------------


@pytest.mark.parametrize(
    ("consent", "status", "reason", "proof"),
    [
        (Consent("granted", policy="till-2026", source="till"), "pending", "", ("granted", "till-2026", "till")),
        (Consent("denied", policy="crm-3", source="crm"), "skipped", DENIED, ("denied", "crm-3", "crm")),
        (Consent(), "skipped", UNKNOWN, ("unknown", "", "")),
        (Consent("limited", source="crm"), "skipped", "consent_limited", ("limited", "", "crm")),
        (None, "pending", "", ("granted", "caller", "caller")),
    ],
)
def test_track__goes_by_what_the_caller_says(consent, status, reason, proof):
    event = an_event(action_source="physical_store", event_source_url="")
    track(event, consent=consent, order_key="till:1")
    row = OutboxEvent.objects.get()
    assert (row.status, row.reason) == (status, reason)
    assert (row.consent_state, row.consent_policy, row.consent_source) == proof


# -- the shop's own word ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "days_ago", "status", "source"),
    [
        (lambda: None, 5, "pending", "shop"),
        (account_withdrew, 5, "skipped", "withdrawn"),
        (
            lambda: privacy.withdraw(
                privacy.Person.of(email="jo@shop.example"), using="default", at=timezone.now() - timedelta(9)
            ),
            5,
            "pending",
            "shop",
        ),
    ],
)
def test_order__goes_by_the_shops_word_unless_it_was_taken_back_since(
    product, adapter, before, days_ago, status, source
):
    word = Consent("granted", policy="shop", source="shop", at=timezone.now() - timedelta(days=days_ago))
    adapter(user_data=lambda self, order: BUYER, consent=lambda self, order: word)
    before()
    new_order().save()
    row = OutboxEvent.objects.get()
    assert (row.status, row.consent_policy, row.consent_source) == (status, "shop", source)


def test_order__of_an_opt_out_region_keeps_no_browser_key_that_the_adapter_gives(product, adapter, capi):
    capi(**US)
    adapter(user_data=lambda self, order: TEXAN | {"fbp": FBP, "client_ip_address": "8.8.8.8"})
    new_order().save()
    row = OutboxEvent.objects.get()
    assert not json.loads(row.payload)["user_data"].keys() & BROWSER
    assert row.visitor_key is None
