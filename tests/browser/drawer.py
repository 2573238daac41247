"""A visitor's tab on the live demo, with the drawer "Under the hood" in it."""

from django.http import HttpRequest, HttpResponse
from playwright.sync_api import expect

from capi_tracking.delivery import deliver_due
from capi_tracking.models import OutboxEvent
from demo_project.shop.models import Product
from tests.browser import pages
from tests.browser.pages import alone, until

SECONDS = 10


class OneAtATime:
    """In memory, all connections share the test database's locks; and a late beacon must not meet emptied tables."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with pages.one_at_a_time:
            return self.get_response(request) if pages.is_open.is_set() else HttpResponse(status=503)


class Visit:
    """One visitor's tab on the live demo."""

    def __init__(self, url, sandbox, context):
        self.url, self.sandbox, self.context = url, sandbox, context
        self.asked, self.complaints = [], []
        context.set_default_timeout(SECONDS * 1000)
        context.on("request", lambda request: self.asked.append(request))
        context.add_init_script(
            "document.addEventListener('securitypolicyviolation', event => console.error('CSP', event.blockedURI))"
        )
        self.page = context.new_page()
        self.page.on("console", lambda said: said.type == "error" and self.complaints.append(said.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.hood, self.handle = self.page.locator("#hood"), self.page.locator("#hood [data-hood-toggle]")
        self.product = alone(Product.objects.first).get_absolute_url()

    def answer(self, cookie):
        self.context.add_cookies([{"name": "capi_consent", "value": cookie, "url": self.url}])

    def go(self, path="/", *, is_open=True):
        self.page.goto(self.url + path, wait_until="domcontentloaded")
        expect(self.handle).to_be_visible()
        if is_open and self.handle.get_attribute("aria-expanded") == "false":
            self.handle.click()

    def line(self, name):
        return self.hood.locator(".hood-event").filter(has_text=name).first

    def tick(self, name, side):
        return self.line(name).locator(f"[data-hood-{side}]")

    def row(self, name):
        return until(OutboxEvent.objects.filter(event_name=name).last, f"the beacon's {name} arrived")

    def deliver(self, name):
        """Play the worker, once the event is in the outbox."""
        row = self.row(name)
        alone(lambda: deliver_due("default"))
        return row

    def to(self, part):
        """The requests whose address holds this."""
        self.page.evaluate("0")  # Playwright tells of requests only while it is asked something
        return [request for request in self.asked if part in request.url]
