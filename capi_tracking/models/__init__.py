"""What is stored. One file per model; every change of status is a verb of its QuerySet."""

from .alert import Alert
from .apikey import ApiKey
from .attempt import DeliveryAttempt
from .checkout import CheckoutContext
from .dashboard import Dashboard
from .difference import DifferenceKind, OrderDifference
from .erasure import Erasure
from .heartbeat import Heartbeat
from .matchquality import MatchQuality
from .omission import Omission
from .outbox import OutboxEvent
from .pagereport import PageReport
from .pixel import Pixel
from .quality import FetchProblem, QualityFetch, QualitySnapshot
from .receipt import BrowserReceipt, BrowserState
from .reconciliation import Reconciliation
from .robots import RobotCount
from .rollup import Rollup, RollupLine, StaleHour, mark_stale
from .settingschange import SettingsChange
from .skipcount import SkipCount
from .states import LEASE_LIMIT, MAX_AGE, PAIR_WINDOW, TAKEN_BACK, Priority, Source, Status, deadline, outbox_key
from .verbs.leasing import Claimed
from .verbs.sweeping import Closed
from .withdrawal import PersonKey, Withdrawal

__all__ = [
    "LEASE_LIMIT",
    "MAX_AGE",
    "PAIR_WINDOW",
    "TAKEN_BACK",
    "Alert",
    "ApiKey",
    "BrowserReceipt",
    "BrowserState",
    "CheckoutContext",
    "Claimed",
    "Closed",
    "Dashboard",
    "DeliveryAttempt",
    "DifferenceKind",
    "Erasure",
    "FetchProblem",
    "Heartbeat",
    "MatchQuality",
    "Omission",
    "OrderDifference",
    "OutboxEvent",
    "PageReport",
    "PersonKey",
    "Pixel",
    "Priority",
    "QualityFetch",
    "QualitySnapshot",
    "Reconciliation",
    "RobotCount",
    "Rollup",
    "RollupLine",
    "SettingsChange",
    "SkipCount",
    "Source",
    "StaleHour",
    "Status",
    "Withdrawal",
    "deadline",
    "mark_stale",
    "outbox_key",
]
