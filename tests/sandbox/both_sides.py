"""A shop that sends the two copies of an event over HTTP, and reads what Graph says of them."""

import hashlib

import requests

PIXEL = "1234567890"
FBP = "fb.1.1764000000000.1000000001"


def hashed(text):
    return hashlib.sha256(text.encode()).hexdigest()


class BothSides:
    """Talks to one sandbox."""

    def __init__(self, sandbox, clock):
        self.sandbox, self.clock = sandbox, clock
        self.http = requests.Session()
        self.http.trust_env = False

    def browser(self, name, event_id="", *, pixel=PIXEL, **params):
        """One hit of the pixel."""
        query = {"id": pixel, "ev": name, "eid": event_id, "fbp": FBP} | params
        return self.http.get(
            f"{self.sandbox.url}/tr/", params={key: one for key, one in query.items() if one}, timeout=30
        )

    def event(self, name, event_id="", *, delay=0, user_data=None, **more):
        """One good server event."""
        found = {"fbp": FBP, "client_user_agent": "Firefox"} if user_data is None else user_data
        event = {"event_name": name, "event_id": event_id, "event_time": int(self.clock.now) - delay}
        event |= {"action_source": "website", "event_source_url": "https://kites.example/delta/?secret=1"}
        if name == "Purchase":
            event["custom_data"] = {"value": 9.9, "currency": "EUR"}
        return event | {"user_data": found} | more

    def server(self, name, event_id="", *, agent="django-shop", pixel=PIXEL, **more):
        """One event of the Conversions API."""
        body = {
            "data": [self.event(name, event_id, **more)],
            "access_token": self.sandbox.token,
            "partner_agent": agent,
        }
        answer = self.http.post(f"{self.sandbox.url}/v26.0/{pixel}/events", json=body, timeout=30)
        assert answer.status_code == 200, answer.text

    def pair(self, name, event_id, **more):
        """Both copies, the browser's first."""
        self.browser(name, event_id)
        self.server(name, event_id, **more)

    def read(self, tail, **query):
        """A GET below the version."""
        query = {"access_token": self.sandbox.token} | query
        return self.http.get(f"{self.sandbox.url}/v26.0/{tail}", params=query, timeout=30)

    def quality(self, fields="web", **query):
        """The entries of ``dataset_quality``, by event name."""
        answer = self.read("dataset_quality", dataset_id=PIXEL, fields=f"{fields}", **query)
        assert answer.status_code == 200, answer.text
        return {entry["event_name"]: entry for entry in answer.json()["web"]}

    def page(self, path="/", **query):
        """The page for people."""
        answer = self.http.get(self.sandbox.url + path, params=query, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.text


class Clock:
    """A clock that a test can set."""

    def __init__(self, now):
        self.now = float(int(now))

    def __call__(self):
        return self.now
