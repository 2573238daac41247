"""The outbox: one row per event and pixel. What may happen to a row stands in ``verbs``."""

from django.db import models
from django.db.models import Case, F, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..consent import ConsentState
from .exact import ExactCharField
from .indexes import SparseIndex
from .states import SHORT_ACK, UNSENT, UNSETTLED, Priority, Source, Status
from .verbs.outbox import OutboxQuerySet


def _sparse_index(field: str, *, name: str) -> models.Index:
    return SparseIndex(fields=[field], sparse=field, name=name)


class OutboxEvent(models.Model):
    """The server's copy of one event for one pixel. ``payload`` is the JSON text that Meta gets, byte for byte."""

    Status = Status

    key = models.CharField(_("key"), max_length=64, editable=False)
    pixel = ExactCharField(_("pixel"), max_length=64, help_text=_("Its alias in the settings."))
    event_name = ExactCharField(_("event"), max_length=100)
    event_id = ExactCharField(_("event id"), max_length=100)
    event_time = models.DateTimeField(_("time of the event"))
    action_source = models.CharField(_("action source"), max_length=32)
    source = models.CharField(_("recorded by"), max_length=16, choices=Source, default=Source.SERVER)
    environment = models.CharField(_("environment"), max_length=64, blank=True, default="")

    status = models.CharField(_("status"), max_length=16, choices=Status, default=Status.PENDING)
    reason = models.CharField(_("reason"), max_length=64, blank=True, default="")
    priority = models.PositiveSmallIntegerField(_("class"), choices=Priority, default=Priority.NORMAL)
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    deadline_at = models.DateTimeField(_("deadline"))
    lease_token = models.CharField(max_length=32, blank=True, default="", editable=False)
    leases = models.PositiveSmallIntegerField(_("leases without an answer"), default=0)
    strikes = models.PositiveSmallIntegerField(_("answers that spoke against it"), default=0)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    last_attempt = models.ForeignKey(
        "capi_tracking.DeliveryAttempt",
        verbose_name=_("last attempt"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
        db_constraint=False,  # checked a thousand times a batch, and nothing depends on it
    )
    short_ack = models.BooleanField(_("odd answer"), default=False)
    is_test = models.BooleanField(_("test event"), default=False)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    browser_at = models.DateTimeField(_("handed over in the browser"), null=True, blank=True)
    redacted_at = models.DateTimeField(_("redacted"), null=True, blank=True)

    payload = models.TextField(_("payload"), blank=True, default="")
    value = models.DecimalField(_("value"), max_digits=19, decimal_places=4, null=True, blank=True)
    refunded = models.DecimalField(
        _("given back"), max_digits=19, decimal_places=4, null=True, blank=True, help_text=_("Of the value, by now.")
    )
    currency = models.CharField(_("currency"), max_length=3, blank=True, default="")
    match_keys = models.CharField(_("match keys"), max_length=255, blank=True, default="")
    match_score = models.PositiveSmallIntegerField(_("match keys, percent"), null=True, blank=True)
    key_bits = models.IntegerField(null=True, blank=True, editable=False)  # readiness tells what they mean
    refused_bits = models.IntegerField(null=True, blank=True, editable=False)
    campaign = ExactCharField(
        _("campaign"), max_length=200, blank=True, default="", help_text=_("Source, campaign and content, by its page.")
    )
    click_days = models.PositiveSmallIntegerField(_("days since the click on an ad"), null=True, blank=True)
    notes = models.TextField(_("left out"), blank=True, default="")

    order_key = ExactCharField(_("order"), max_length=128, null=True, blank=True)
    part = ExactCharField(_("part of the order"), max_length=32, null=True, blank=True)

    consent_state = models.CharField(_("consent"), max_length=8, choices=ConsentState)
    consent_policy = models.CharField(_("consent policy"), max_length=64, blank=True, default="")
    consent_source = models.CharField(_("consent from"), max_length=64, blank=True, default="")
    consent_at = models.DateTimeField(_("consent given"), null=True, blank=True)

    visitor_key = models.CharField(max_length=16, null=True, blank=True)  # noqa: DJ001
    email_key = models.CharField(max_length=16, null=True, blank=True)  # noqa: DJ001
    phone_key = models.CharField(max_length=16, null=True, blank=True)  # noqa: DJ001
    external_key = models.CharField(max_length=16, null=True, blank=True)  # noqa: DJ001

    # Two of a kind, for the indexes alone: made by the database, and what a lease writes does not change them.
    queue = models.GeneratedField(
        expression=Case(When(due_at__isnull=False, then=F("priority"))),
        output_field=models.PositiveSmallIntegerField(null=True),
        db_persist=True,
    )
    set_apart = models.GeneratedField(
        expression=Case(When(status__in=UNSENT, then=F("status")), When(short_ack=True, then=Value(SHORT_ACK))),
        output_field=models.CharField(max_length=16, null=True),
        db_persist=True,
    )

    created_at = models.DateTimeField(_("recorded"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("changed"), default=timezone.now, editable=False)

    objects = OutboxQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        permissions = [("export_outboxevent", "Can export events")]
        # An answer writes a row's entry in every index anew, hence partial ones, and none by db_index or unique=True: on
        # PostgreSQL those make a second one for LIKE. A lease writes none there, as long as no index, nor an index's
        # condition, has a column that it changes: status, due_at, lease_token, leases.
        constraints = [
            models.UniqueConstraint(fields=["key"], name="capi_one_row_per_key"),
            models.UniqueConstraint(
                fields=["order_key", "pixel", "event_name", "part"], name="capi_one_event_per_order_and_part"
            ),
        ]
        indexes = [
            SparseIndex(fields=["pixel", "queue", "id"], sparse="queue", name="capi_claim"),
            models.Index(fields=["redacted_at", "settled_at", "deadline_at"], name="capi_settled"),
            SparseIndex(fields=["set_apart", "deadline_at"], sparse="set_apart", name="capi_set_apart"),
            models.Index(fields=["event_time"], name="capi_event_time"),
            models.Index(fields=["event_id"], name="capi_event_id"),
            _sparse_index("visitor_key", name="capi_visitor_key"),
            _sparse_index("email_key", name="capi_email_key"),
            _sparse_index("phone_key", name="capi_phone_key"),
            _sparse_index("external_key", name="capi_external_key"),
        ]

    def __str__(self) -> str:
        return f"{self.event_name} {self.event_id}"

    @property
    def is_settled(self) -> bool:
        return self.status not in UNSETTLED
