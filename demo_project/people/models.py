"""What visitors leave with us besides orders. Accounts are Django's own users, with the e-mail as user name."""

from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256

from django.db import models
from django.utils import timezone

from demo_project.people.emails import MAX_EMAIL, EmailColumn

MAX_NAME = 100
MAX_MESSAGE = 2000
FRIDAY = 4
WEEKENDS = 4
DAYS_TO_POST = 3


class Subscriber(models.Model):
    email = EmailColumn("e-mail", max_length=MAX_EMAIL, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"Subscriber {self.pk}"


class Enquiry(models.Model):
    class Topic(models.TextChoices):
        WIND = "wind", "Which kite for my wind"
        REPAIR = "repair", "A repair"
        GROUP = "group", "Kites for a class or a club"
        OTHER = "other", "Something else"

    name = models.CharField(max_length=MAX_NAME)
    email = EmailColumn("e-mail", max_length=MAX_EMAIL)
    topic = models.CharField(max_length=16, choices=Topic)
    message = models.TextField(max_length=MAX_MESSAGE)
    fingerprint = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name_plural = "enquiries"

    def __str__(self) -> str:
        return f"Enquiry {self.pk}"

    @staticmethod
    def fingerprint_of(email: str, topic: str, message: str) -> str:
        """The same words from the same person are the same enquiry: a double click is no second lead."""
        return sha256("\n".join([email, topic, message]).encode()).hexdigest()


class Trial(models.Model):
    """A kite that somebody has for a weekend."""

    # Costs nothing now; one borrower in four buys a kite of about 60 euros.
    PREDICTED_LTV = Decimal("15.00")

    class Wind(models.TextChoices):
        LIGHT = "light", "Barely any: leaves move"
        STEADY = "steady", "Steady: flags stand out"
        STRONG = "strong", "Strong: hats fly"

    name = models.CharField(max_length=MAX_NAME)
    email = EmailColumn("e-mail", max_length=MAX_EMAIL)
    wind = models.CharField(max_length=16, choices=Wind)
    weekend = models.DateField(help_text="Its Friday.")
    # True, or NULL once the kite is back: a unique pair ignores NULL on every database, a condition works on some.
    is_open = models.BooleanField(null=True, default=True, choices=[(True, "Out"), (None, "Back")])
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["email", "is_open"], name="people_one_open_trial")]

    def __str__(self) -> str:
        return f"Trial {self.pk}"


def weekends() -> list[date]:
    """The Fridays on which a kite can be at the door: it needs some days in the post."""
    soonest = timezone.localdate() + timedelta(days=DAYS_TO_POST)
    first = soonest + timedelta(days=(FRIDAY - soonest.weekday()) % 7)
    return [first + timedelta(weeks=weeks) for weeks in range(WEEKENDS)]
