"""Who comes: numbered visitors that are nobody. Their addresses and phone numbers are reserved and reach no one."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from capi_tracking.conf import conf
from capi_tracking.consent import Consent, ConsentState

CONSENTS = ((0.70, ConsentState.GRANTED), (0.92, ConsentState.DENIED), (0.97, ConsentState.UNKNOWN))
WITH_PHONE, FROM_AD, FROM_NEWSLETTER = 0.34, 0.36, 0.12
BLOCKING, SILENT = 0.06, 0.03
PLACES = (
    ("26757", "Borkum", "DE"),
    ("20359", "Hamburg", "DE"),
    ("10115", "Berlin", "DE"),
    ("50667", "Köln", "DE"),
    ("80331", "München", "DE"),
    ("25980", "Sylt", "DE"),
    ("6020", "Innsbruck", "AT"),
    ("1012 JS", "Amsterdam", "NL"),
    ("6700", "Esbjerg", "DK"),
)
AGENTS = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 "
    "Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
    "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15",
)
CAMPAIGNS = ("autumn-wind", "first-kite", "beach-weekend")
SINKS = ("192.31.196", "192.175.48")  # two networks that belong to the name system: public, and nobody's
CLICK_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"
SYLLABLES = ("ba", "de", "fi", "go", "lu", "ma", "ne", "ri", "so", "tu")


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """``blocks``: the pixel is blocked. ``is_silent``: our own beacon is blocked as well."""

    number: int
    consent: Consent
    agent: str
    ip: str
    fbp: str
    fbc: str
    query: str
    phone: str
    place: tuple[str, str, str]
    blocks: bool
    is_silent: bool

    @property
    def has_granted(self) -> bool:
        return self.consent.state == ConsentState.GRANTED

    @property
    def buyer(self) -> dict[str, str]:
        """The fields of an order."""
        postal_code, city, country = self.place
        return {
            "email": f"buyer-{self.number:04}@example.org",
            "phone": self.phone,
            "first_name": "Guest",
            "last_name": last_name(self.number),
            "street": f"Kite Lane {self.number % 90 + 1}",
            "postal_code": postal_code,
            "city": city,
            "country": country,
        }

    @property
    def browser(self) -> dict[str, str]:
        """What their browser shows, by the names of ``UserData.of``."""
        return {"client_ip_address": self.ip, "client_user_agent": self.agent, "fbp": self.fbp, "fbc": self.fbc}


def arrive(rng: Random, number: int, at: datetime, blocking: float = BLOCKING) -> Visitor:
    """Visitor ``number``; a share of ``blocking`` blocks the pixel."""
    query, click = origin(rng)
    milliseconds = int(at.timestamp() * 1000)
    is_silent = rng.random() < SILENT
    return Visitor(
        number=number,
        consent=answer(rng, at),
        agent=rng.choice(AGENTS),
        ip=f"{rng.choice(SINKS)}.{rng.randint(1, 254)}",
        fbp="" if is_silent else f"fb.1.{milliseconds}.{rng.randrange(10**9, 10**18)}",
        fbc=f"fb.1.{milliseconds}.{click}" if click and not is_silent else "",
        query=query,
        phone=f"+49 30 23125 {rng.randint(0, 999):03}" if rng.random() < WITH_PHONE else "",
        place=rng.choice(PLACES),
        blocks=rng.random() < blocking,
        is_silent=is_silent,
    )


def answer(rng: Random, at: datetime) -> Consent:
    """What they said to the banner, some seconds before; the rest send Global Privacy Control."""
    dice = rng.random()
    state = next((state for bound, state in CONSENTS if dice < bound), ConsentState.LIMITED)
    if state == ConsentState.UNKNOWN:
        return Consent()
    source = "gpc" if state == ConsentState.LIMITED else "cookie"
    return Consent(state, policy=conf.CONSENT_POLICY, source=source, at=at - timedelta(seconds=rng.randint(2, 30)))


def origin(rng: Random) -> tuple[str, str]:
    """The query of the page they land on, and the click id in it."""
    dice = rng.random()
    if dice < FROM_AD:
        click = "".join(rng.choices(CLICK_LETTERS, k=40))
        campaign = rng.choice(CAMPAIGNS)
        return f"?utm_source=facebook&utm_medium=paid&utm_campaign={campaign}&fbclid={click}", click
    if dice < FROM_AD + FROM_NEWSLETTER:
        return "?utm_source=newsletter&utm_medium=email&utm_campaign=wind-report", ""
    return "", ""


def last_name(number: int) -> str:
    """A word for a number, since Meta takes no digits for a name."""
    return "".join(SYLLABLES[int(digit)] for digit in f"{number:04}").capitalize()
