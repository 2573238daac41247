"""What an import says: how it reads the file, how far it is, and what came of it."""

from collections import Counter
from typing import Any

from django.core.management.base import OutputWrapper

from ..importing import Layout, Refused, Tally, shown
from ..ingestion import Outcome
from ..metrics import explain

SHOWN_LINES = 10
SHOWN_REASONS = 20


class ImportPaper:
    """What is written while it runs: a bar on a terminal, else a line for each tenth; the first refused lines, then sums."""

    def __init__(self, out: OutputWrapper, layout: Layout, refused: Refused) -> None:
        self.out, self.refused = out, refused
        self.size = max(layout.path.stat().st_size, 1)
        self.is_bar = out.isatty()
        self.tenths = self.named = 0

    def refuse(self, record: Any, reason: str) -> None:
        self.refused.add(record, reason)
        self.named += 1
        if self.named <= SHOWN_LINES:
            self._clear()
            self.out.write(f"line {record.line}: {reason}")
        elif self.named == SHOWN_LINES + 1:
            self.out.write(f"More such lines are in {self.refused.path.name}.")

    def tell(self, tally: Tally, read: int) -> None:
        share = min(read / self.size, 1)
        if self.is_bar:
            self.out.write(f"\r[{'#' * int(30 * share):30}] {share:4.0%}  {_sums(tally)}", ending="")
            self.out.flush()
        elif int(10 * share) > self.tenths:
            self.tenths = int(10 * share)
            self.out.write(f"{share:.0%}, line {tally.last}: {_sums(tally)}")

    def end(self, tally: Tally, *, is_dry: bool) -> None:
        self._clear()
        self.out.write(f"{'Would be: ' if is_dry else ''}{_lines(tally.records)}: {_sums(tally)}.")
        self._reasons("Skipped", Counter({str(explain(reason)): n for reason, n in tally.skipped.items()}))
        self._reasons("Refused", tally.refused)
        self._reasons("Without a value", tally.notes)
        if self.refused.written:
            more = f" There was no room for {self.refused.left_out} more." if self.refused.left_out else ""
            self.out.write(
                f"What was refused is in {self.refused.path} as it is, customers included: only you may read it. Mend it there, "
                f"import that file, and delete it.{more}"
            )

    def _reasons(self, title: str, counts: Counter[str]) -> None:
        for reason, count in counts.most_common(SHOWN_REASONS):
            self.out.write(f"  {title} {count}: {reason}")

    def _clear(self) -> None:
        if self.is_bar:
            self.out.write(f"\r{' ' * 110}\r", ending="")


def write_layout(out: OutputWrapper, layout: Layout, policy: str) -> None:
    """How the file is read, before it begins."""
    parts = ["JSON lines" if layout.is_json else f"CSV with {_separator(layout.delimiter)}", layout.encoding.name]
    if layout.decimal:
        parts.append(f"decimal {'comma' if layout.decimal == ',' else 'point'}")
    if layout.moments.order:
        parts.append(f"dates {layout.moments.order}")
    if layout.moments.zone:
        parts.append(f"times without a zone are of {layout.moments.zone.key}")
    out.write(f"{layout.path.name}: {', '.join(parts)}.")
    for found, columns in layout.columns.used.items():
        out.write(f"  {found.name} = {' + '.join(shown(column, layout.names) for column in columns)}")
    for name, value in layout.constants.items():
        out.write(f"  {name} = {value}, where a line says nothing")
    if not layout.are_items and not layout.columns.of("event_id"):
        out.write("  event_id = order_id")
    if layout.columns.others:
        out.write(f"Left out: {', '.join(shown(column, layout.names) for column in layout.columns.others)}.")
    out.write(_consent(layout, policy))


def _consent(layout: Layout, policy: str) -> str:
    if columns := layout.columns.of("consent"):
        return f"Consent: by {shown(columns[0], layout.names)}; who did not answer is skipped."
    if policy:
        return f"Consent: all customers agreed under the policy {policy}{', unless a line says otherwise' if layout.are_items else ''}."
    if layout.are_items:
        return "Consent: what each line says; where it says nothing, it is skipped."
    return (
        "Consent: nothing says that these customers agreed, so all lines will be skipped. Say --map consent=COLUMN, or "
        "--consent-policy NAME if all of them did."
    )


def _separator(sign: str) -> str:
    return {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}.get(sign, sign)


def _lines(count: int) -> str:
    return f"{count} line{'' if count == 1 else 's'}"


def _sums(tally: Tally) -> str:
    words = {
        Outcome.RECORDED: "recorded",
        Outcome.DUPLICATE: "there already",
        Outcome.SKIPPED: "skipped",
        Outcome.REFUSED: "refused",
    }
    return (
        ", ".join(f"{tally.outcomes[each]} {word}" for each, word in words.items() if tally.outcomes[each]) or "nothing"
    )
