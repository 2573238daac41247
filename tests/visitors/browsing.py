"""A browser that has granted: the beacons that it sends, and what it is told by cookies."""

import json

from django.test import Client
from django.urls import reverse

GRANTED = "capi_consent=granted.1.1767225600; _fbp=fb.1.1767225600000.123456789"
BROWSER = {"origin": "http://testserver", "sec-fetch-site": "same-origin", "user-agent": "Mozilla/5.0 Safari/605"}
VIEW = {"events": [{"pixel": "default", "name": "PageView", "id": "0123456789abcdef"}]}


def beacon(user=None, *, cookies=GRANTED, said=VIEW, **headers):
    client = Client(headers=BROWSER | {name.replace("_", "-"): value for name, value in headers.items()})
    if user:
        client.force_login(user)
        cookies = f"{cookies}; sessionid={client.cookies['sessionid'].value}"
    client.cookies.clear()
    return client.post(
        reverse("capi_tracking:collect"), json.dumps(said), "text/plain", HTTP_COOKIE=cookies, REMOTE_ADDR="8.8.8.8"
    )


def told(response):
    """Cookie by cookie: "1", or "" for one that is taken away."""
    return {name: morsel.value for name, morsel in response.cookies.items()}
