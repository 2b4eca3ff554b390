"""The audit log as CSV."""

from __future__ import annotations

from collections.abc import Iterable

from indexer.exporting.tables import csv_text
from indexer.library.audit import Entry

_HEADS = ("When (UTC)", "Who", "What", "On", "Outcome")


def audit_csv(entries: Iterable[Entry]) -> str:
    """One change a line, the oldest first."""
    return csv_text(_HEADS, ([e.at, e.who, e.action, e.on, e.outcome] for e in entries))
