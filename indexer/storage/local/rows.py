"""How plans and passages are written in rows of the database, and read back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from indexer.errors import ModelError, UnknownPlanError
from indexer.storage import PlanContent
from indexer.types import Page, Passage, Plan, Record, Role, Section

#: Raised when the tables change; an older library says which command renews it.
SCHEMA_VERSION = 2
SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE plans (
    key INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, title TEXT NOT NULL,
    source TEXT NOT NULL, sha256 TEXT NOT NULL, text TEXT NOT NULL, words INTEGER NOT NULL,
    parts TEXT NOT NULL, warnings TEXT NOT NULL, names TEXT NOT NULL, generation INTEGER NOT NULL
);
CREATE TABLE sections (
    plan INTEGER NOT NULL REFERENCES plans(key) ON DELETE CASCADE, n INTEGER NOT NULL,
    path TEXT NOT NULL, PRIMARY KEY (plan, n)
) WITHOUT ROWID;
CREATE TABLE passages (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    plan INTEGER NOT NULL REFERENCES plans(key) ON DELETE CASCADE,
    section INTEGER, start INTEGER NOT NULL, "end" INTEGER NOT NULL, page INTEGER, role TEXT NOT NULL,
    cut_off INTEGER NOT NULL, record TEXT, text TEXT NOT NULL, indexed TEXT NOT NULL, vector BLOB NOT NULL
);
CREATE INDEX passages_plan ON passages(plan, key);
CREATE TABLE removals (plan INTEGER NOT NULL, first INTEGER, last INTEGER, generation INTEGER NOT NULL);
"""
PLAN_COLUMNS = "id, title, text, source, sha256, parts, warnings"
PASSAGE_COLUMNS = 'plans.id, title, start, "end", p.text, path, page, role, cut_off, record'


def plan_row(content: PlanContent, generation: int) -> tuple[Any, ...]:
    """Values of a row of ``plans``, without its key."""
    plan = content.plan
    parts = {
        "pages": [(p.number, p.start, p.end) for p in plan.pages],
        "sections": [(s.start, s.body, s.end, s.level, s.number, s.title, s.parent) for s in plan.sections],
        "asides": plan.asides,
        "records": [(r.id, r.start, r.end, r.section) for r in plan.records],
    }
    lists = (json.dumps(part, ensure_ascii=False) for part in (parts, plan.warnings, list(content.names)))
    words = len(plan.text.split())
    return (plan.id, plan.title, plan.source, plan.sha256, plan.text, words, *lists, generation)


def read_plan(row: Sequence[Any]) -> Plan:
    """The plan in a row of ``PLAN_COLUMNS``."""
    plan_id, title, text, source, sha256, stored, warnings = row
    parts = json.loads(stored)
    return Plan(
        plan_id,
        title,
        text,
        source,
        sha256,
        pages=tuple(Page(*p) for p in parts["pages"]),
        sections=tuple(Section(*s) for s in parts["sections"]),
        asides=tuple((a, b, Role(role)) for a, b, role in parts["asides"]),
        records=tuple(Record(i, a, b, tuple(section)) for i, a, b, section in parts["records"]),
        warnings=tuple(json.loads(warnings)),
    )


def passage_rows(content: PlanContent, plan: int, sections: dict[tuple[str, ...], int]) -> Iterator[tuple[Any, ...]]:
    """Values of rows of ``passages``, without their keys; ``sections`` numbers the section paths."""
    halves = content.vectors.astype(np.float16)
    for p, indexed, half in zip(content.passages, content.indexed, halves, strict=True):
        place = (plan, sections.get(p.section), p.start, p.end, p.page)
        yield (*place, p.role.value, p.cut_off, p.record, p.text, indexed, half.tobytes())


def read_passage(row: Sequence[Any]) -> Passage:
    """The passage in a row of ``PASSAGE_COLUMNS``."""
    plan, title, start, end, text, path, page, role, cut_off, record = row
    section = tuple(json.loads(path)) if path else ()
    return Passage(plan, title, start, end, text, section, page, Role(role), bool(cut_off), record)


def unknown_plan(plan_id: str, known: Sequence[str]) -> UnknownPlanError:
    """The error for a plan that is not there, naming those that are."""
    shown = ", ".join(known[:8]) + (", …" if len(known) > 8 else "")
    return UnknownPlanError(f"There is no plan {plan_id!r} in this library. It holds: {shown or 'no plans'}.")


def model_mismatch(stored: str, given: str) -> ModelError:
    """The error for vectors of another model than the library's."""
    return ModelError(
        f"This library was indexed with the model {stored}, not {given}. Leave --model out to use the "
        "library's own, or run: planlens rebuild --model NAME_OR_FOLDER, which embeds every plan again."
    )
