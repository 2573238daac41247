"""Who somebody is in our tables, and which rows are theirs: by keyed hashes, which stay when a payload is gone."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from ..events import UserData
from ..keyed_hashes import identity_keys
from ..models import BrowserReceipt, CheckoutContext, OutboxEvent, PersonKey
from ..models.database.parts import AT_ONCE, in_parts

KINDS = {"email": "em", "phone": "ph", "external": "external_id"}
NAMELESS = {"email_key": None, "phone_key": None, "external_key": None}

Keys = frozenset[str]
NONE: Keys = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """The keys of one person, under ``SECRET_KEY`` and each of ``SECRET_KEY_FALLBACKS``.

    ``unread`` says which of the values could not be read, and why; never the value itself.
    """

    email: Keys = NONE
    phone: Keys = NONE
    external: Keys = NONE
    visitor: Keys = NONE
    unread: tuple[str, ...] = ()

    @classmethod
    def of(cls, *, fbp: str | Collection[str] = "", **plain: Any) -> "Person":
        """Whom these describe: ``email``, ``phone``, ``external_id``, ``fbp``, the browser's own cookie (values or lists
        of them), and ``country`` for phones without a country code.
        """
        known = UserData.of(**plain)
        found = {name: _keys(kind, getattr(known, kind)) for name, kind in KINDS.items()}
        return cls(**found, visitor=_keys("fbp", [fbp] if isinstance(fbp, str) else fbp), unread=known.notes)

    @property
    def kinds(self) -> list[str]:
        """What the person is known by, without telling what it is."""
        return [name for name in (*KINDS, "visitor") if getattr(self, name)]

    @property
    def keys(self) -> frozenset[tuple[str, str]]:
        """Each key with its kind, as a :class:`Withdrawal` notes it."""
        return frozenset((kind.value, key) for kind in PersonKey for key in getattr(self, kind))

    def __bool__(self) -> bool:
        return bool(self.kinds)


def named(person: Person, using: str) -> QuerySet[OutboxEvent]:
    """The events that carry one of the person's own keys."""
    return OutboxEvent.objects.using(using).filter(_carries(person))


def seen_in(browsers: Collection[str], using: str) -> QuerySet[OutboxEvent]:
    """The events of these browsers (at most ``AT_ONCE``) that name nobody: what names another is that one's."""
    return OutboxEvent.objects.using(using).filter(visitor_key__in=browsers, **NAMELESS)


def own_events(person: Person, using: str) -> QuerySet[OutboxEvent]:
    """The events that carry one of the person's keys, and those of the browser in their hands that name nobody."""
    of_browser = Q(visitor_key__in=person.visitor, **NAMELESS)
    return OutboxEvent.objects.using(using).filter(_carries(person) | of_browser)


def events_of(person: Person, browsers: Iterable[str], using: str) -> Iterator[QuerySet[OutboxEvent]]:
    """Both, a bounded number of browsers at a time."""
    yield named(person, using)
    for part in in_parts(browsers):
        yield seen_in(part, using)


def browsers_of(person: Person, using: str) -> list[str]:
    """The keys of the browsers that the person was seen with."""
    rows = named(person, using).exclude(visitor_key=None).order_by()
    contexts = CheckoutContext.objects.using(using).filter(_is_buyer(person)).exclude(fbp="")
    found = set(rows.values_list("visitor_key", flat=True).distinct())
    found |= {key for fbp in contexts.values_list("fbp", flat=True) for key in identity_keys("fbp", fbp)}
    return sorted({key for key in found if key} | person.visitor)


def contexts_of(person: Person, browsers: Iterable[str], using: str) -> Iterator[QuerySet[CheckoutContext]]:
    """The person's checkout contexts, a bounded number at a time: by key, by order, and by browser.

    What a browser said for somebody else's order is that one's.
    """
    contexts = CheckoutContext.objects.using(using)
    yield contexts.filter(_is_buyer(person))
    orders = named(person, using).exclude(order_key=None).order_by()
    for keys in in_parts(orders.values_list("order_key", flat=True).distinct().iterator(AT_ONCE)):
        yield contexts.filter(key__in=keys)
    for some in in_parts(browsers):
        seen = contexts.filter(visitor_key__in=some, email_key=None, external_key=None)
        for keys in in_parts(seen.order_by().values_list("key", flat=True).iterator(AT_ONCE)):
            yield contexts.filter(key__in=set(keys) - _orders_of_others(keys, person, using))


def receipts_of(person: Person, browsers: Collection[str], using: str) -> QuerySet[BrowserReceipt]:
    """What these browsers (at most ``AT_ONCE``) said of their copies, but for those of somebody else's events."""
    others = OutboxEvent.objects.using(using).filter(key=OuterRef("key")).exclude(**NAMELESS).exclude(_carries(person))
    return BrowserReceipt.objects.using(using).filter(~Exists(others), visitor_key__in=browsers)


def _keys(kind: str, values: Iterable[str]) -> Keys:
    return frozenset(key for value in values for key in identity_keys(kind, value))


def _carries(person: Person) -> Q:
    return Q(email_key__in=person.email) | Q(phone_key__in=person.phone) | Q(external_key__in=person.external)


def _is_buyer(person: Person) -> Q:
    return Q(email_key__in=person.email) | Q(external_key__in=person.external)


def _orders_of_others(keys: Collection[str], person: Person, using: str) -> set[str]:
    rows = OutboxEvent.objects.using(using).filter(order_key__in=keys).exclude(**NAMELESS)
    mine = set(named(person, using).filter(order_key__in=keys).values_list("order_key", flat=True))
    return {str(key) for key in rows.values_list("order_key", flat=True)} - mine
