import json
from collections.abc import Mapping
from datetime import timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .database.inserts import insert_once

OVERLAPS_FOR = timedelta(minutes=10)  # workers of the old release that still run beside those of the new one
KEPT = timedelta(days=400)
MOST = 300  # characters of names
OF_PIXELS = "PIXELS."
CANARY = ""  # the mark of nothing: where that changed, all marks did, and none tells of a setting


class SettingsQuerySet(models.QuerySet["SettingsChange"]):
    def note(self, marks: Mapping[str, str]) -> None:
        """Keep these marks if they are not those that were kept last, with the names of what differs. One look, most often.

        What was kept just before is no change: two releases that work beside each other would take turns.
        """
        rows = list(self.order_by("-pk")[:2])
        if any(row.marks == marks for row in rows[: 2 if rows and rows[0].is_young else 1]):
            return
        last = rows[0] if rows else None
        names = _differing(last.marks, marks) if last else []
        row = SettingsChange(after=last.pk if last else 0, names=_listed(names), told=json.dumps(dict(marks)))
        insert_once(self, row, same="after")
        self.filter(at__lt=timezone.now() - KEPT).delete()


class SettingsChange(models.Model):
    """That settings or the release changed: ``names`` of what did, and a keyed hash of each value, never one itself.

    ``after``: the row that this one follows, so that of two workers who see a change one tells of it.
    """

    at = models.DateTimeField(_("at"), default=timezone.now, db_index=True)
    after = models.PositiveBigIntegerField(_("after"), unique=True)
    names = models.CharField(_("changed"), max_length=MOST, blank=True, default="")
    told = models.TextField(_("marks"))

    objects = SettingsQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of the settings")
        verbose_name_plural = _("changes of the settings")

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.names}"

    @property
    def marks(self) -> dict[str, str]:
        return dict(json.loads(self.told))

    @property
    def is_young(self) -> bool:
        return self.at > timezone.now() - OVERLAPS_FOR


def _differing(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    if before.get(CANARY) != now.get(CANARY):
        return []
    changed = {name for name in before.keys() | now.keys() if before.get(name) != now.get(name)}
    # what only one release knows is no setting that somebody changed
    return sorted(name for name in changed if (name in before and name in now) or name.startswith(OF_PIXELS))


def _listed(names: list[str]) -> str:
    text = ", ".join(names)
    return text if len(text) <= MOST else f"{text[: MOST - 1]}\N{HORIZONTAL ELLIPSIS}"
