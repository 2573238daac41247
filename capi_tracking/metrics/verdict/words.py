"""What each trouble is called, and what a person does about it."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

Values = Mapping[str, object]
# By kind, or by kind and what is told apart of it.
_TITLES: dict[str, Promise] = {
    "paused": _("Pixel “%(pixel)s” is paused since %(since)s: %(reason)s."),
    "paused bare": _("Pixel “%(pixel)s” is paused."),
    "gone": _("Pixel “%(pixel)s” is not in the settings any more, and events wait for it."),
    "held": _("Events of pixel “%(pixel)s” are held for a person to look at."),
    "silent worker": _("No worker has shown itself since %(since)s, so nothing is sent."),
    "silent beat": _("The timetable (Celery beat) has not shown itself since %(since)s."),
    "deadline": _("Some events reach their deadline within a day."),
    "unreached": _("Meta cannot be reached for pixel “%(pixel)s”; the next try is at %(until)s (%(reason)s)."),
    "unreached bare": _("Meta cannot be reached for pixel “%(pixel)s”; the next try is at %(until)s."),
    "unreached throttled": _(
        "Meta asked to slow down for pixel “%(pixel)s”; the next try is at %(until)s (%(reason)s)."
    ),
    "overdue": _("Events have waited since %(since)s: is the worker running?"),
    "lost": ngettext_lazy(
        "%(count)d order event was lost (%(percent)s\N{NO-BREAK SPACE}%%)%(worth)s.",
        "%(count)d order events were lost (%(percent)s\N{NO-BREAK SPACE}%%)%(worth)s.",
        "count",
    ),
    "unrecorded": ngettext_lazy(
        "%(count)d paid order has no event%(worth)s.", "%(count)d paid orders have no event%(worth)s.", "count"
    ),
    "unreadable": ngettext_lazy(
        "The adapter fails on %(count)d order.", "The adapter fails on %(count)d orders.", "count"
    ),
    "drift": ngettext_lazy(
        "%(count)d order is worth something else by now than Meta was told%(worth)s.",
        "%(count)d orders are worth something else by now than Meta was told%(worth)s.",
        "count",
    ),
    "overlap": _("Only %(percent)s\N{NO-BREAK SPACE}%% of the orders that browsers reported could be paired."),
    "blocked": ngettext_lazy(
        "Since %(since)s browsers blocked the pixel at %(count)d sale, %(percent)s\N{NO-BREAK SPACE}%% of them and "
        "%(before)s\N{NO-BREAK SPACE}%% before%(worth)s.",
        "Since %(since)s browsers blocked the pixel at %(count)d sales, %(percent)s\N{NO-BREAK SPACE}%% of them and "
        "%(before)s\N{NO-BREAK SPACE}%% before%(worth)s.",
        "count",
    ),
    "shut_out": _(
        "Nearly every browser blocks the pixel since %(since)s: those of %(count)s visitors, %(percent)s\N{NO-BREAK SPACE}%% "
        "of all that came."
    ),
    "shut_out bare": _(
        "Nearly every browser blocks the pixel: those of the latest %(count)s visitors, %(percent)s\N{NO-BREAK SPACE}%% of all "
        "that came."
    ),
    "robots": _(
        "Robots have sent %(count)s page events since %(since)s: of the latest %(percent)s\N{NO-BREAK SPACE}%% are theirs."
    ),
    "reused": ngettext_lazy(
        "%(count)d event had an id that another visitor's browser had told of before.",
        "%(count)d events had an id that another visitor's browser had told of before.",
        "count",
    ),
    "late": ngettext_lazy(
        "%(count)d sale reached Meta so late that it was left to the browser's copy, or counts twice%(worth)s.",
        "%(count)d sales reached Meta so late that they were left to the browser's copies, or count twice%(worth)s.",
        "count",
    ),
    "volume": _("Events fell to %(count)s in a day, from %(before)s a week before."),
    "volume more": _("Events rose to %(count)s in a day, from %(before)s a week before."),
    "volume named": _("%(name)s fell to %(count)s in a day, from %(before)s a week before."),
    "volume named more": _("%(name)s rose to %(count)s in a day, from %(before)s a week before."),
    "policy": ngettext_lazy(
        "The security policy of your pages blocked %(name)s in %(subject)s %(count)d time",
        "The security policy of your pages blocked %(name)s in %(subject)s %(count)d times",
        "count",
    ),
    "foreign": ngettext_lazy(
        "A script that is not ours called pixel %(subject)s %(count)d time",
        "A script that is not ours called pixel %(subject)s %(count)d times",
        "count",
    ),
    "foreign own": ngettext_lazy(
        "A script that is not ours called pixel %(subject)s (“%(pixel)s”) %(count)d time",
        "A script that is not ours called pixel %(subject)s (“%(pixel)s”) %(count)d times",
        "count",
    ),
    "short": ngettext_lazy(
        "Meta took %(count)d event with an answer that does not say so.",
        "Meta took %(count)d events with answers that do not say so.",
        "count",
    ),
    "test_code": _("Pixel “%(pixel)s” has had a test code since %(since)s."),
    "version": _("Version %(subject)s of the Graph API ends on %(until)s."),
    "version over": _("Version %(subject)s of the Graph API ended on %(until)s."),
    "more_at_meta": _(
        "Somebody else sends %(name)s from a server: since %(since)s Meta counts %(count)s, and we sent %(before)s."
    ),
    "coverage": _(
        "%(name)s: Meta's own event coverage is %(percent)s\N{NO-BREAK SPACE}%% (goal 75\N{NO-BREAK SPACE}%%)."
    ),
}
_ADVICE: dict[str, Promise] = {
    "paused": _("Look at the pixel, then resume it. New events are recorded and wait; deadlines run on."),
    "paused denied": _(
        "Make a new access token in Events Manager (Settings) and put it into PIXELS: the pixel then resumes by itself."
    ),
    "gone": _("Put it back into PIXELS, and they are sent; or cancel them: else their deadline comes."),
    "held": _("Look at one of them, then release or cancel them."),
    "silent worker": _("Start the worker, or the service that runs capi_deliver --watch; then look into its log."),
    "silent beat": _("Start Celery beat: events go when a sale wakes a worker, and nothing is tried again."),
    "deadline": _("See that a worker runs and that Meta takes what it sends: what is too late can't be sent any more."),
    "unreached": _("Nothing is lost: it is tried again by itself. Look at the network and at Meta's status."),
    "overdue": _("Look into the worker's log, and at the latest delivery attempts."),
    "lost": _("Meta refused them, their deadline passed, or nobody recorded them. Look at the reason of each."),
    "unrecorded": _(
        "They were written without a signal, by bulk_create(), update() or SQL. capi_reconcile --fix records those that "
        "Meta still takes."
    ),
    "unreadable": _("The log says where. Once it is mended, the next comparison reads them again."),
    "drift": _(
        "Meta takes no correction. Look whether they were edited, or whether the adapter reads another total than what "
        "is paid."
    ),
    "overlap": _("Meta counts the others from one side alone, or twice. Look at those that do not pair."),
    "blocked": _(
        "Meta knows them from the server alone, so nothing is lost. A browser's update, or a release of yours?"
    ),
    "shut_out": _(
        "Blockers never do that to all, a mistake does. Look at the pages' security policy, at the consent tool and at your "
        "last release; capi_doctor looks at the templates. Sales reach Meta from the server meanwhile."
    ),
    "robots": _(
        "Nothing to do for Meta: none of it is sent, and no other number here counts it. If it slows the shop, let "
        "robots.txt, a firewall or your host keep them away."
    ),
    "reused": _(
        "Pages are cached with their event ids, so that Meta drops visitors' events. Keep the cache from pages with "
        "hand-written ids; those of pixel_event are made in the browser."
    ),
    "late": _("See that a worker runs at weekends too, and that a refused token is replaced within two days."),
    "volume": _(
        "Compare with the shop's sales: it may be a template without its tags, a new consent banner, or a real change."
    ),
    "volume more": _("Compare with the shop's sales: it may be a tag that fires twice, robots, or a real change."),
    "policy": _("The browsers' copies of those events were lost. Let capi_tracking.csp extend the policy."),
    "foreign refuse": _("Those calls are refused. Take the old snippet, or the tag in your tag manager, out."),
    "foreign adopt": _(
        "Those calls are adopted, but for those made before capi.js ran. Take the old snippet, or the tag in your tag "
        "manager, out in the end."
    ),
    "foreign": _(
        "Those events carry no id, so Meta can't pair them with the server's. Take the old snippet, or the tag in your "
        "tag manager, out, or set FOREIGN_PIXELS."
    ),
    "short": _("They are not sent again, since Meta would count them twice. Compare them with Events Manager."),
    "test_code": _("Take TEST_EVENT_CODE out of PIXELS: with it, every event counts as a test as well."),
    "version": _("Set GRAPH_VERSION to a newer one, try it with capi_send_test, and read Meta's changelog."),
    "more_at_meta": _(
        "An old integration, a tag manager's server, a partner, or a copy of this shop. Unless it uses our event ids, Meta "
        "counts them twice. Events Manager shows under Settings who is connected."
    ),
    "coverage": _(
        "Browsers tell Meta of events that the server does not, by another id or not at all: look for pages without the "
        "tags of capi_tracking, for an old snippet, and for a relay that is blocked."
    ),
}


def title(kind: str, values: Values) -> str:
    """The sentence; of "policy" and "foreign" without its full stop, since pages may follow."""
    said = {**values, "worth": f": {values['money']}" if values["money"] else ""}
    return str(_TITLES[_of_title(kind, values)] % said)


def advice(kind: str, values: Values) -> str:
    specific = {
        "paused": "denied" if str(values["reason"]).startswith("denied") else "",
        "silent": values["subject"],
        "foreign": values["reason"],
        "volume": "more" if _grew(values) else "",
    }.get(kind, "")
    return str(_ADVICE.get(f"{kind} {specific}") or _ADVICE[kind])


def _of_title(kind: str, values: Values) -> str:
    specific = {
        "paused": "" if values["since"] and values["reason"] else "bare",
        "unreached": _why_unreached(str(values["reason"])),
        "silent": values["subject"],
        "shut_out": "" if values["since"] else "bare",
        "foreign": "own" if values["pixel"] else "",
        "version": "over" if values["reason"] == "over" else "",
        "volume": " ".join(filter(None, ("named" if values["name"] else "", "more" if _grew(values) else ""))),
    }.get(kind, "")
    return f"{kind} {specific}".strip()


def _grew(values: Mapping[str, Any]) -> bool:
    return bool(values["count"] > values["before"])


def _why_unreached(reason: str) -> str:
    if not reason:
        return "bare"
    return "throttled" if reason.startswith("throttled") or "Meta" in reason else ""
