"""The demo shop's own rules, and the processes that ``manage.py demo`` looks after."""

import json
import re
import socket
import subprocess
import sys
import time
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models.signals import post_save
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from kombu import Connection

from capi_tracking.delivery import deliver_due
from demo_project import broker, csp
from demo_project import settings as demo_settings
from demo_project.shop import carts, catalogue, checkout, gateway, payments
from demo_project.shop.demo import Plan, only_one
from demo_project.shop.management.commands import demo as command
from demo_project.shop.models import MAX_QUANTITY, Cart, Order, OrderLine, Product
from demo_project.shop.processes import Child, Children, DemoFailed
from tests.outbox_rows import make_row, statuses

BUYER = {
    "email": "kite@example.org",
    "phone": "+49 171 2345678",
    "first_name": "Wilhelmine",
    "last_name": "Sturm",
    "street": "Deich 4",
    "postal_code": "26757",
    "city": "Borkum",
    "country": "DE",
}


@pytest.fixture
def products(db):
    catalogue.seed()
    return list(Product.objects.all())


@pytest.fixture
def cart(products):
    cart = Cart.objects.create()
    carts.add(cart, products[0], 2)
    carts.add(cart, products[1])
    return cart


@pytest.fixture
def saves():
    """Every save of an order or line: class, whether the order was paid, whether in a transaction of its own."""
    seen = []

    def receive(sender, instance, **kwargs):
        if sender in (Order, OrderLine):
            order = instance if sender is Order else instance.order
            seen.append((sender, order.is_paid, transaction.get_connection().in_atomic_block))

    post_save.connect(receive)
    yield seen
    post_save.disconnect(receive)


# Checkout


@pytest.mark.django_db(transaction=True)
def test_place__saves_the_order_paid_before_its_lines_in_one_transaction(cart, saves):
    checkout.place(cart, BUYER, paid=True)
    assert saves == [(Order, True, True), (OrderLine, True, True), (OrderLine, True, True)]


def test_place__copies_what_the_lines_cost_on_that_day(cart, products):
    order = checkout.place(cart, BUYER, paid=True)
    Product.objects.update(price=1)
    assert order.total == Decimal("107.00") == sum(line.amount for line in order.lines.all())


@pytest.mark.django_db(transaction=True)
def test_place__leaves_order_and_cart_as_they_were_when_a_line_fails(cart):
    def refuse(**kwargs):
        raise RuntimeError("disk full")

    post_save.connect(refuse, sender=OrderLine)
    try:
        with pytest.raises(RuntimeError, match="disk full"):
            checkout.place(cart, BUYER, paid=True)
    finally:
        post_save.disconnect(refuse, sender=OrderLine)
    assert (Order.objects.count(), cart.lines.count()) == (0, 2)


def test_place__orders_a_cart_once(cart):
    checkout.place(cart, BUYER, paid=True)
    with pytest.raises(checkout.EmptyCart):
        checkout.place(cart, BUYER, paid=True)


@pytest.mark.parametrize(("payment", "status"), [("now", Order.Status.PAID), ("later", Order.Status.PENDING)])
def test_cart_page__pays_now_or_later(client, products, payment, status):
    client.post(reverse("shop:add", args=["meadow"]), {"quantity": 1})
    response = client.post(reverse("shop:cart"), BUYER | {"payment": payment})
    order = Order.objects.get()
    assert (order.status, order.paid_at is not None) == (status, status == Order.Status.PAID)
    assert response.url == order.get_absolute_url()
    assert str(order.pk) not in response.url.strip("/").split("/")


@pytest.mark.parametrize("wrong", [{"email": "nobody"}, {"country": "Atlantis"}, {"payment": "never"}, {"city": ""}])
def test_cart_page__keeps_the_cart_when_a_field_is_wrong(client, products, wrong):
    client.post(reverse("shop:add", args=["meadow"]), {"quantity": 1})
    response = client.post(reverse("shop:cart"), BUYER | {"payment": "now"} | wrong)
    assert response.status_code == 200
    assert (Order.objects.count(), carts.count(client.session)) == (0, 1)


def test_cart__holds_no_more_than_the_limit(cart, products):
    assert carts.add(cart, products[0], MAX_QUANTITY).quantity == MAX_QUANTITY


@pytest.mark.parametrize("quantity", ["0", "-1", "9999", "many", ""])
def test_add_to_cart__takes_only_a_sane_number(client, products, quantity):
    client.post(reverse("shop:add", args=["meadow"]), {"quantity": quantity})
    assert carts.count(client.session) == 0


def test_change_line__leaves_other_visitors_carts_alone(client, cart, products):
    client.post(reverse("shop:add", args=["meadow"]), {"quantity": 1})
    line = cart.lines.first()
    assert client.post(reverse("shop:line", args=[line.pk]), {"quantity": 0}).status_code == 404
    assert cart.lines.filter(pk=line.pk).exists()


def test_order_page__tells_nobody_who_bought(client, cart):
    for paid in (True, False):
        order = checkout.place(cart, BUYER, paid=paid) if paid else Order.objects.create(**BUYER, total=1)
        page = client.get(order.get_absolute_url()).content.decode()
        assert order.number in page
        assert not [value for value in BUYER.values() if len(value) > 2 and value in page]


def test_order_page__survives_a_deleted_product(client, cart):
    order = checkout.place(cart, BUYER, paid=True)
    Product.objects.all().delete()
    assert "Meadow" in client.get(order.get_absolute_url()).content.decode()


@pytest.mark.parametrize(("payment", "is_paid"), [("now", True), ("later", False)])
def test_order_page__hands_a_purchase_to_the_browser_only_once_paid(client, products, payment, is_paid):
    client.cookies["capi_consent"] = f"granted.1.{int(time.time())}"
    client.post(reverse("shop:add", args=["meadow"]), {"quantity": 1})
    page = client.post(reverse("shop:cart"), BUYER | {"payment": payment}, follow=True).content.decode()
    assert ('"Purchase"' in page) == is_paid
    assert ("data-paid hidden" in page) != is_paid


# Webhook


@pytest.fixture
def pending(cart):
    return checkout.place(cart, BUYER, paid=False)


def notify(body, signature=None, at=None):
    """POST to the webhook as the gateway does: no cookies, no CSRF token."""
    signature = payments.sign(body, int(at or time.time())) if signature is None else signature
    return Client(enforce_csrf_checks=True).post(
        reverse("shop:webhook"), body, content_type="application/json", headers={payments.SIGNATURE_HEADER: signature}
    )


def notice(order):
    return json.dumps({"order": order.number}).encode()


def test_webhook__marks_the_order_paid_once(pending):
    assert notify(notice(pending)).status_code == 204
    first = Order.objects.get(pk=pending.pk)
    assert notify(notice(pending)).status_code == 204
    pending.refresh_from_db()
    assert pending.is_paid
    assert pending.paid_at == first.paid_at


@pytest.mark.parametrize(
    "forge", [lambda now: f"{now}:00", lambda now: payments.sign(b"{}", now), lambda now: str(now)]
)
def test_webhook__refuses_a_fresh_forgery(pending, forge):
    assert notify(notice(pending), forge(int(time.time()))).status_code == 403
    pending.refresh_from_db()
    assert not pending.is_paid


@pytest.mark.parametrize("signature", ["", "x", ":", "1e9:00", "²:00", f"{10**30}:00", payments.sign(b"{}", 1)])
def test_webhook__refuses_what_the_gateway_did_not_sign(pending, signature):
    assert notify(notice(pending), signature).status_code == 403
    pending.refresh_from_db()
    assert not pending.is_paid


@pytest.mark.parametrize("off", [-payments.SIGNATURE_SECONDS - 5, payments.SIGNATURE_SECONDS + 5])
def test_webhook__refuses_an_old_or_future_notice(pending, off):
    assert notify(notice(pending), at=time.time() + off).status_code == 403


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"[]", 400),
        (b"\xff", 400),
        (b'{"order": 5}', 400),
        (b'{"order": ""}', 400),
        (b"[" * 1900, 400),
        (b'{"order": "G-NOBODY"}', 404),
        (b" " * 2001, 413),
    ],
)
def test_webhook__answers_clearly_to_bad_notices(db, body, status):
    assert notify(body).status_code == status


def age(order, seconds):
    Order.objects.filter(pk=order.pk).update(created_at=timezone.now() - timedelta(seconds=seconds))


@pytest.mark.parametrize(("seconds", "due"), [(2, False), (9, True), (100_000, False)])
def test_gateway__pays_some_seconds_after_checkout(pending, seconds, due):
    age(pending, seconds)
    assert gateway.waiting_orders() == ([pending.number] if due else [])


@pytest.mark.django_db(transaction=True)
def test_gateway__calls_the_webhook_over_http(pending, live_server, settings):
    settings.SHOP_URL = live_server.url
    age(pending, 9)
    assert gateway.confirm_waiting_orders() == 1
    pending.refresh_from_db()
    assert pending.is_paid
    assert gateway.waiting_orders() == []


def test_gateway__asks_again_when_the_shop_is_down(pending, settings, free_port):
    settings.SHOP_URL = f"http://127.0.0.1:{free_port}"
    age(pending, 9)
    assert gateway.confirm_waiting_orders() == 0
    assert gateway.waiting_orders() == [pending.number]


# Pages


@pytest.fixture
def pages(client, products):
    client.post(reverse("shop:add", args=["meadow"]), {"quantity": 1})
    paid, waiting = (Order.objects.create(**BUYER, status=status, total=1) for status in ("paid", "pending"))
    addresses = ["/", "/kites/meadow/", "/cart/", paid.get_absolute_url(), waiting.get_absolute_url()]
    return [client.get(address).content.decode() for address in addresses]


def test_pages__hold_no_inline_script_or_style(pages):
    for page in pages:
        scripts = re.findall(r"<script\b[^>]*>", page)
        assert all(" src=" in tag or 'type="application/json"' in tag for tag in scripts), scripts
        assert not re.search(r"<style\b|\sstyle=|\son[a-z]+=[\"']|javascript:", page)


def test_pages__ask_for_consent_only_by_script(pages):
    for page in pages:
        assert re.search(r"data-consent-banner hidden>", page)
        assert page.count('data-capi-consent="granted"') == page.count('data-capi-consent="denied"') == 1


def test_csp__allows_the_pixel_wherever_the_real_one_needs_it():
    rules = dict(rule.split(" ", 1) for rule in csp.policy(["https://pixel.example"]).split("; "))
    needs = ["script-src", "img-src", "connect-src", "frame-src", "form-action"]
    assert all("https://pixel.example" in rules[name].split() for name in needs)
    assert "unsafe" not in csp.policy([])


# Settings and seed


def test_settings__give_sqlite_what_it_needs_beside_a_worker(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "sqlite:////srv/x.sqlite3")
    options = demo_settings.database()["OPTIONS"]
    assert (options["transaction_mode"], options["timeout"]) == ("IMMEDIATE", 20)
    assert "journal_mode=WAL" in options["init_command"]


def test_settings__leave_another_database_its_own_options(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://me:secret@127.0.0.1/shop")
    assert "OPTIONS" not in demo_settings.database()


def test_settings__send_nothing_to_the_real_meta_with_debug_on_and_no_test_code(db, settings):
    settings.DEBUG = True
    settings.CAPI_TRACKING = demo_settings.CAPI_TRACKING | {"GRAPH_URL": "https://graph.invalid"}
    make_row()
    assert command.sends_nothing()
    assert deliver_due().requests == 0
    assert statuses() == {"e1": "pending"}


def test_seed__adds_only_what_is_missing(db):
    assert catalogue.seed() == len(catalogue.ITEMS)
    Product.objects.filter(sku="GL-101").update(price=Decimal("31.00"))
    Product.objects.filter(sku="GL-204").delete()
    assert catalogue.seed() == 1
    assert Product.objects.get(sku="GL-101").price == Decimal("31.00")


def test_seed__names_drawings_that_exist(products):
    static = Path(carts.__file__).parent / "static"
    assert all((static / product.drawing).is_file() for product in products)


def test_create_staff__leaves_an_existing_admin_alone(django_user_model, db):
    command.create_staff()
    admin = django_user_model.objects.get(username="admin")
    admin.set_password("changed")
    admin.save()
    command.create_staff()
    admin.refresh_from_db()
    assert admin.check_password("changed")


# The command


@pytest.fixture
def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def taken_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


@pytest.mark.parametrize("option", ["port", "sandbox_port"])
def test_demo__refuses_a_taken_port_before_it_touches_anything(settings, tmp_path, free_port, taken_port, option):
    settings.DEMO_DIR = tmp_path / "demo"
    ports = {"port": free_port, "sandbox_port": free_port + 1} | {option: taken_port}
    with pytest.raises(CommandError, match=f"Port {taken_port} is taken.*--{option.replace('_', '-')}"):
        call_command("demo", **ports, reset=True)
    assert not settings.DEMO_DIR.exists()


def test_demo__refuses_one_port_for_two(settings, tmp_path, free_port):
    settings.DEMO_DIR = tmp_path / "demo"
    with pytest.raises(CommandError, match="both"):
        call_command("demo", port=free_port, sandbox_port=free_port)


@pytest.mark.parametrize("text", ["0", "-1", "70000", "eight"])
def test_demo__refuses_what_is_no_port(text):
    with pytest.raises(CommandError, match="--port"):
        call_command("demo", f"--port={text}")


def test_reset__leaves_a_database_that_is_not_the_demos(tmp_path):
    foreign = tmp_path / "foreign.sqlite3"
    foreign.touch()
    with pytest.raises(CommandError, match="--reset"):
        command.forget(tmp_path / "demo", foreign)
    assert foreign.exists()


def test_reset__forgets_database_queue_and_timetable(tmp_path):
    for name in ("shop.sqlite3", "shop.sqlite3-wal", "beat-schedule", "broker/queue/1.celery.msg"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    command.forget(tmp_path, tmp_path / "shop.sqlite3")
    assert list(tmp_path.iterdir()) == []


def test_only_one__demo_runs_in_a_folder(tmp_path):
    with only_one(tmp_path), pytest.raises(DemoFailed, match="Another demo"), only_one(tmp_path):
        pass
    with only_one(tmp_path):
        pass


def test_only_one__says_that_a_folder_cannot_be_used(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(DemoFailed, match="DEMO_DIR"), only_one(tmp_path / "file"):
        pass


def test_plan__makes_the_children_agree_on_ports_and_folder(tmp_path):
    plan = Plan(folder=tmp_path, port=8123, sandbox_port=8124, with_sandbox=True)
    environment = plan.environment()
    assert (environment["DEMO_PORT"], environment["DEMO_SANDBOX_PORT"]) == ("8123", "8124")
    assert environment["DEMO_DIR"] == str(tmp_path)
    assert [child.name for child in plan.children(debug=True)] == ["sandbox", "worker", "web server"]


def test_plan__starts_no_sandbox_when_the_graph_is_elsewhere(tmp_path):
    plan = Plan(folder=tmp_path, port=8123, sandbox_port=8124, with_sandbox=False)
    assert [child.name for child in plan.children(debug=True)] == ["worker", "web server"]
    assert plan.ports == [8123]


# Processes

STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", {stubborn!r}], stdout=subprocess.PIPE)
child.stdout.readline()
print(child.pid, flush=True)
time.sleep(60)
"""


@pytest.fixture
def make_child(tmp_path):
    def make(code, *, name="child", answers=None):
        log = tmp_path / f"{name}.log"
        return Child(name, [sys.executable, "-c", code], log, answers or (lambda: b"\n" in log.read_bytes()))

    return make


@pytest.fixture
def children(tmp_path):
    return Children(cwd=tmp_path, env={})


def run(children, plan):
    with children:
        children.start(plan)
        children.watch()


def is_alive(pid):
    """A zombie that only waits for init is not alive."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(state.strip()) and not state.startswith("Z")


def poll(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


def test_children__leave_no_grandchild_behind(children, make_child):
    child = make_child(PARENT.format(stubborn=STUBBORN))
    with children:
        children.start([child])
        grandchild = int(child.log.read_text())
        assert is_alive(grandchild)
    assert child.process.poll() is not None
    assert poll(lambda: not is_alive(grandchild))


def test_children__tell_the_last_words_of_one_that_died(children, make_child):
    dying = make_child("print('no space left on device'); raise SystemExit(3)", answers=lambda: False)
    with pytest.raises(DemoFailed, match=r"(?s)child ended by itself \(exit code 3\).*no space left"), children:
        children.start([dying])


def test_children__stop_the_others_when_one_dies(children, make_child):
    healthy = make_child("import time; print('up', flush=True); time.sleep(60)", name="healthy")
    dying = make_child("import sys; print('up', flush=True); sys.exit(1)", name="dying")
    with pytest.raises(DemoFailed, match="dying"):
        run(children, [healthy, dying])
    assert healthy.process.poll() is not None


def test_child__that_never_answers_is_reported(make_child, tmp_path):
    silent = make_child("import time; print('thinking', flush=True); time.sleep(60)", answers=lambda: False)
    silent.start(cwd=tmp_path, env={})
    try:
        assert poll(lambda: b"thinking" in silent.log.read_bytes())
        with pytest.raises(DemoFailed, match=r"(?s)did not answer.*thinking"):
            silent.wait(time.monotonic())
    finally:
        silent.stop()


# Broker


@pytest.fixture
def channel(tmp_path):
    options = {"data_folder_in": str(tmp_path), "data_folder_out": str(tmp_path)}
    with Connection("filesystem://localhost", transport_options=options) as connection:
        yield connection.default_channel


def test_broker__is_ours_for_filesystem_urls(channel):
    assert isinstance(channel, broker.Channel)


def test_broker__gives_a_message_back_once(channel, tmp_path):
    channel._put("celery", {"body": "x"})
    assert [path.suffix for path in tmp_path.iterdir()] == [".msg"]
    assert channel._get("celery") == {"body": "x"}
    assert list(tmp_path.iterdir()) == []


def test_broker__shows_no_message_before_it_is_whole(channel, tmp_path):
    with pytest.raises(TypeError):
        channel._put("celery", {"body": object()})
    assert list(tmp_path.glob("*.msg")) == []
