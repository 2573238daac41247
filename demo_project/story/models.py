"""What the demo's story remembers: bad days that were told, and troubles that can be caused."""

from django.db import models
from django.utils import timezone


class Incident(models.Model):
    """A trouble that staff can cause and mend. What bots did while they were on is counted here."""

    class Name(models.TextChoices):
        TOKEN = "token", "Break the token"
        THROTTLED = "throttled", "Throttle"
        BLOCKED = "blocked", "Block the pixel"
        BOTS = "bots", "Bot traffic"
        WORKER = "worker", "Stop the worker"

    name = models.CharField(max_length=16, unique=True, choices=Name)
    is_on = models.BooleanField(default=False)
    since = models.DateTimeField(null=True, blank=True)
    pages = models.PositiveIntegerField(default=0, help_text="Pages that bots fetched.")
    beacons = models.PositiveIntegerField(default=0, help_text="Beacons that bots sent, all in vain.")

    class Meta:
        verbose_name = "incident"
        verbose_name_plural = "Demo: cause an incident"

    def __str__(self) -> str:
        return self.get_name_display()

    def turn(self, on: bool) -> bool:
        """Remember that it is on or off, since now. False if it was so already."""
        if self.is_on == on:
            return False
        self.is_on, self.since = on, timezone.now()
        if on:
            self.pages = self.beacons = 0
        self.save()
        return True


class Chapter(models.Model):
    """One of the three bad days of the seeded story, with its money. ``ended_at`` is empty while it goes on."""

    class Name(models.TextChoices):
        CACHED_IDS = "cached_ids", "A cached page"
        DEAD_TOKEN = "dead_token", "A weekend without a token"
        AD_BLOCKERS = "ad_blockers", "The ad-blocker wave"

    name = models.CharField(max_length=16, unique=True, choices=Name)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    events = models.PositiveIntegerField(default=0)
    sales = models.PositiveIntegerField(default=0)
    missed = models.PositiveIntegerField(default=0)
    money = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    currency = models.CharField(max_length=3)
    event_id = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering = ["began_at"]

    def __str__(self) -> str:
        return self.get_name_display()
