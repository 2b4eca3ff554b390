"""How plans, passages and targets are written in rows, and read back: what both homes have in common."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, astuple, fields
from difflib import get_close_matches
from typing import Any

import numpy as np

from indexer.errors import LibraryBusyError, UnknownPlanError
from indexer.storage import PlanContent
from indexer.types import (
    Binding,
    Comparator,
    Metadata,
    Page,
    Passage,
    Plan,
    PlanInfo,
    RecognizedLine,
    Record,
    Role,
    Section,
    Target,
    TargetKind,
    Trend,
)

#: What describes a plan, live or kept; its text and parts come last, so that a list does not read them.
DESCRIPTION_COLUMNS = "id, title, source, sha256, warnings, metadata, edited"
INFO_COLUMNS = f"{DESCRIPTION_COLUMNS}, pages, passages, words"
PASSAGE_COLUMNS = 'plans.id, title, start, "end", p.text, path, page, role, cut_off, record'
#: Asked of every passage that a question meets, for which an enum's own look-up is slow.
_ROLES = {role.value: role for role in Role}


def description(plan: Plan) -> tuple[str, ...]:
    """Values of ``DESCRIPTION_COLUMNS``."""
    lists = (as_json(part) for part in (plan.warnings, asdict(plan.metadata), plan.edited))
    return (plan.id, plan.title, plan.source, plan.sha256, *lists)


def parts_of(plan: Plan) -> str:
    """Where the parts of a plan stand in its text, as stored beside it."""
    return as_json(
        {
            "pages": [astuple(p) for p in plan.pages],
            "sections": [astuple(s) for s in plan.sections],
            "asides": plan.asides,
            "records": [(r.id, r.start, r.end, r.section) for r in plan.records],
        }
    )


def page_count(plan: Plan) -> int | None:
    """How many pages a plan has, of which records may share one; None where its format has none."""
    return len({page.number for page in plan.pages}) or None


def read_plan(row: Sequence[Any]) -> Plan:
    """The plan in a row of ``DESCRIPTION_COLUMNS``, text and parts."""
    plan_id, title, source, sha256, warnings, metadata, edited, text, stored = row
    parts = json.loads(stored)
    return Plan(
        plan_id,
        title,
        text,
        source,
        sha256,
        pages=tuple(_read_page(*p) for p in parts["pages"]),
        sections=tuple(Section(*s) for s in parts["sections"]),
        asides=tuple((a, b, Role(role)) for a, b, role in parts["asides"]),
        records=tuple(Record(i, a, b, tuple(section)) for i, a, b, section in parts["records"]),
        warnings=tuple(json.loads(warnings)),
        metadata=Metadata(**json.loads(metadata)),
        edited=tuple(json.loads(edited)),
    )


def _read_page(
    number: int, start: int, end: int, confidence: float | None = None, lines: Sequence[Sequence[Any]] = ()
) -> Page:
    seen = (RecognizedLine(at, bottom, top, tuple(edges)) for at, bottom, top, edges in lines)
    return Page(number, start, end, confidence, tuple(seen))


def read_info(row: Sequence[Any]) -> PlanInfo:
    """What is told of the plan in a row of ``INFO_COLUMNS``."""
    plan_id, title, source, sha256, warnings, metadata, _, pages, passages, words = row
    told = Metadata(**json.loads(metadata))
    return PlanInfo(plan_id, title, source, pages, passages, words, sha256, tuple(json.loads(warnings)), told)


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
    return Passage(plan, title, start, end, text, section, page, _ROLES[role], bool(cut_off), record)


def targets_text(targets: Sequence[Target]) -> str:
    """Targets of one plan as stored with it."""
    names = [field.name for field in fields(Target) if field.name != "plan"]
    return as_json([{name: getattr(target, name) for name in names} for target in targets])


def read_targets(plan_id: str, stored: str) -> list[Target]:
    """The targets of a plan that ``targets_text`` wrote."""
    return [_read_target(plan_id, target) for target in json.loads(stored)]


def _read_target(plan_id: str, stored: dict[str, Any]) -> Target:
    kinds = {
        "kind": TargetKind(stored["kind"]),
        "comparator": Comparator(stored["comparator"]),
        "binding": Binding(stored["binding"]),
        "change": Trend(stored["change"]) if stored["change"] else None,
        "section": tuple(stored["section"]),
        "span": tuple(stored["span"]),
    }
    return Target(**{**stored, **kinds, "plan": plan_id})


def content_hash(content: PlanContent) -> str:
    """What tells one plan's content from another's, the same in every home: plan, passages, vectors as halves."""
    whole = hashlib.sha256("\n".join((*description(content.plan), content.plan.text, parts_of(content.plan))).encode())
    targets = None if content.targets is None else targets_text(content.targets)
    whole.update(as_json([list(content.names), targets, list(content.indexed)]).encode())
    whole.update(as_json([astuple(p)[2:] for p in content.passages]).encode())
    whole.update(np.ascontiguousarray(content.vectors.astype(np.float16)).tobytes())
    return whole.hexdigest()


def unknown_plan(plan_id: str, known: Sequence[str]) -> UnknownPlanError:
    """The error for a plan that is not there, naming those that are, the ones with a similar name first."""
    if len(known) > 8:
        known = list(dict.fromkeys([*get_close_matches(plan_id, known), *known]))
    shown = ", ".join(known[:8]) + (", …" if len(known) > 8 else "")
    return UnknownPlanError(f"There is no plan {plan_id!r} in this library. It holds: {shown or 'no plans'}.")


def overtaken(plan_id: str) -> LibraryBusyError:
    """The error for a plan that somebody else changed in between."""
    return LibraryBusyError(f"The plan {plan_id!r} was changed meanwhile by another process. Do it again.")


def as_json(value: object) -> str:
    """``value`` as it is stored; Chinese stays readable."""
    return json.dumps(value, ensure_ascii=False)
