"""How plans, passages, targets and saved questions are stored, and read back: the same in both backends.

Everything read is checked against the types of ``indexer.types``; a row of other types raises LibraryError.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, astuple, fields, replace
from difflib import get_close_matches
from typing import Any, NamedTuple, TypeAlias, TypeVar

import msgspec
import numpy as np

from indexer.errors import LibraryBusyError, LibraryError, UnknownPlanError
from indexer.storage import Collections, PlanContent
from indexer.types import (
    Excerpt,
    ExcerptRow,
    Metadata,
    Page,
    Passage,
    Plan,
    PlanInfo,
    RecognizedLine,
    Record,
    Role,
    SavedQuestion,
    Section,
    Span,
    Table,
    TableCell,
    Target,
)

#: Columns that describe a plan or a version of one; its text and parts come last, so that a list does not read them.
DESCRIPTION_COLUMNS = "id, title, source, sha256, warnings, metadata, edited"
INFO_COLUMNS = f"{DESCRIPTION_COLUMNS}, pages, passages, words"
PASSAGE_COLUMNS = 'plans.id, title, start, "end", p.text, path, page, role, cut_off, record, excerpt'
#: Fields of ``Metadata`` that are stored also when they are empty.
_FIRST_METADATA = ("issuer", "date", "language", "machine_translated")
_T = TypeVar("_T")
_StoredCell: TypeAlias = tuple[int, int, int, int, int]


class _PlanRow(NamedTuple):
    id: str
    title: str
    source: str
    sha256: str
    warnings: str
    metadata: str
    edited: str
    text: str
    parts: str


class _InfoRow(NamedTuple):
    id: str
    title: str
    source: str
    sha256: str
    warnings: str
    metadata: str
    edited: str
    pages: int | None
    passages: int
    words: int


class _PassageRow(NamedTuple):
    plan: str
    title: str
    start: int
    end: int
    text: str
    path: str | None
    page: int | None
    role: Role
    cut_off: int
    record: str | None
    excerpt: str | None


class _StoredPage(msgspec.Struct, array_like=True):
    number: int
    start: int
    end: int
    confidence: float | None = None
    lines: tuple[tuple[int, float, float, tuple[float, ...]], ...] = ()


class _StoredExcerpt(NamedTuple):
    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[tuple[_StoredCell, ...], tuple[tuple[int, str], ...]], ...]
    heads: int


class _StoredParts(msgspec.Struct):
    pages: tuple[_StoredPage, ...]
    sections: tuple[tuple[int, int, int, int, str, str, int | None], ...]
    asides: tuple[tuple[int, int, Role], ...]
    records: tuple[tuple[str, int, int, tuple[str, ...]], ...]
    tables: tuple[tuple[tuple[tuple[_StoredCell, ...], ...], int, Span | None], ...] = ()


# -- types -------------------------------------------------------------------------------------


def read_values(values: object, kind: type[_T], what: str) -> _T:
    """``values``, which are a row or decoded JSON, as a ``kind``. Raises LibraryError, naming ``what`` was read."""
    try:
        return msgspec.convert(values, kind)
    except msgspec.ValidationError as error:
        raise damaged(what, error) from error


def read_json(stored: str, kind: type[_T], what: str) -> _T:
    """The ``kind`` in the JSON text ``stored``. Raises LibraryError, naming ``what`` was read."""
    try:
        return msgspec.json.decode(stored, type=kind)
    except (msgspec.MsgspecError, TypeError) as error:
        raise damaged(what, error) from error


def as_json(value: object) -> str:
    """``value`` as it is stored; Chinese stays readable."""
    return json.dumps(value, ensure_ascii=False)


# -- plans -------------------------------------------------------------------------------------


def description(plan: Plan) -> tuple[str, ...]:
    """Values of ``DESCRIPTION_COLUMNS``."""
    lists = (as_json(plan.warnings), metadata_text(plan.metadata), as_json(plan.edited))
    return (plan.id, plan.title, plan.source, plan.sha256, *lists)


def metadata_text(metadata: Metadata) -> str:
    """Metadata as stored. What a format added later is left out while it is empty: older checksums hold."""
    stored, empty = asdict(metadata), asdict(Metadata())
    return as_json({name: v for name, v in stored.items() if v != empty[name] or name in _FIRST_METADATA})


def parts_of(plan: Plan) -> str:
    """Pages, sections, asides, records and tables of a plan as stored with its text."""
    parts: dict[str, Any] = {
        "pages": [astuple(p) for p in plan.pages],
        "sections": [astuple(s) for s in plan.sections],
        "asides": plan.asides,
        "records": [(r.id, r.start, r.end, r.section) for r in plan.records],
    }
    # without tables as it was before plans had any: the hash of what older libraries hold stays
    return as_json(parts | ({"tables": [astuple(t) for t in plan.tables]} if plan.tables else {}))


def page_count(plan: Plan) -> int | None:
    """How many pages a plan has, of which records may share one; None where its format has none."""
    return len({page.number for page in plan.pages}) or None


def read_plan(row: Sequence[Any]) -> Plan:
    """The plan in a row of ``DESCRIPTION_COLUMNS``, text and parts. Raises LibraryError."""
    what = f"the plan {row[0]!r}"
    stored = read_values(row, _PlanRow, what)
    parts = read_json(stored.parts, _StoredParts, what)
    return Plan(
        stored.id,
        stored.title,
        stored.text,
        stored.source,
        stored.sha256,
        pages=tuple(
            Page(p.number, p.start, p.end, p.confidence, tuple(RecognizedLine(*line) for line in p.lines))
            for p in parts.pages
        ),
        sections=tuple(Section(*s) for s in parts.sections),
        asides=parts.asides,
        records=tuple(Record(*r) for r in parts.records),
        warnings=read_json(stored.warnings, tuple[str, ...], what),
        metadata=read_json(stored.metadata, Metadata, what),
        edited=read_json(stored.edited, tuple[str, ...], what),
        tables=tuple(
            Table(tuple(tuple(TableCell(*cell) for cell in row) for row in rows), heads, caption)
            for rows, heads, caption in parts.tables
        ),
    )


def read_info(row: Sequence[Any]) -> PlanInfo:
    """What a list says of the plan in a row of ``INFO_COLUMNS``. Raises LibraryError."""
    what = f"the plan {row[0]!r}"
    of = read_values(row, _InfoRow, what)
    warnings, edited = (read_json(stored, tuple[str, ...], what) for stored in (of.warnings, of.edited))
    metadata = read_json(of.metadata, Metadata, what)
    return PlanInfo(of.id, of.title, of.source, of.pages, of.passages, of.words, of.sha256, warnings, metadata, edited)


# -- passages and targets ----------------------------------------------------------------------


def passage_rows(content: PlanContent, plan: int, sections: dict[tuple[str, ...], int]) -> Iterator[tuple[Any, ...]]:
    """Values of rows of ``passages``, without their keys; ``sections`` numbers the section paths."""
    halves = content.vectors.astype(np.float16)
    for p, indexed, half in zip(content.passages, content.indexed, halves, strict=True):
        place = (plan, sections.get(p.section), p.start, p.end, p.page)
        excerpt = p.table and excerpt_text(p.table)
        yield (*place, p.role.value, p.cut_off, p.record, p.text, excerpt, indexed, half.tobytes())


def read_passage(row: Sequence[Any]) -> Passage:
    """The passage in a row of ``PASSAGE_COLUMNS``. Raises LibraryError."""
    what = f"a passage of the plan {row[0]!r}"
    plan, title, start, end, text, path, page, role, cut_off, record, excerpt = read_values(row, _PassageRow, what)
    section = read_json(path, tuple[str, ...], what) if path else ()
    table = read_excerpt(excerpt, what) if excerpt else None
    return Passage(plan, title, start, end, text, section, page, role, bool(cut_off), record, table)


def excerpt_text(excerpt: Excerpt) -> str:
    """An excerpt of a table as stored with its passage."""
    return as_json(astuple(excerpt))


def read_excerpt(stored: str, what: str) -> Excerpt:
    """The excerpt that ``excerpt_text`` wrote. Raises LibraryError, naming ``what`` was read."""
    caption, head, rows, heads = read_json(stored, _StoredExcerpt, what)
    found = (ExcerptRow(tuple(TableCell(*cell) for cell in cells), above) for cells, above in rows)
    return Excerpt(caption, head, tuple(found), heads)


#: Which rules targets are found by; what others found is found again.
TARGET_RULES = 2


def targets_text(targets: Sequence[Target]) -> str:
    """Targets of one plan as stored with it."""
    names = [field.name for field in fields(Target) if field.name != "plan"]
    return as_json([TARGET_RULES, *({name: getattr(target, name) for name in names} for target in targets)])


def read_targets(plan_id: str, stored: str) -> list[Target] | None:
    """The targets of a plan that ``targets_text`` wrote, None where older rules found them. Raises LibraryError."""
    what = f"the targets of the plan {plan_id!r}"
    rules, *rows = read_json(stored, list[Any], what) or [0]
    if rules != TARGET_RULES:
        return None
    return read_values([{**row, "plan": plan_id} for row in rows], list[Target], what)


# -- saved questions ---------------------------------------------------------------------------


def rename_in_question(saved: SavedQuestion, old: str, new: str) -> SavedQuestion:
    """A saved question with the plan ``new`` wherever it has ``old``."""
    plans = saved.plans and tuple(new if plan == old else plan for plan in saved.plans)
    return replace(saved, plans=plans, quotes=tuple((new if p == old else p, quote) for p, quote in saved.quotes))


def without_quotes_of(saved: SavedQuestion, plan_id: str) -> SavedQuestion:
    """A saved question without the quotes of a plan that is purged."""
    return replace(saved, quotes=tuple(quote for quote in saved.quotes if quote[0] != plan_id))


# -- collections -------------------------------------------------------------------------------


def collections_text(collections: Collections) -> str:
    """Collections as stored, with their checksum."""
    listed = as_json(collections)
    return as_json([listed, checksum(listed.encode())])


def read_collections(stored: str) -> Collections:
    """The collections that ``collections_text`` wrote. Raises LibraryError."""
    what = "the library's collections"
    listed, written = read_json(stored, tuple[str, int], what)
    if checksum(listed.encode()) != written:
        raise damaged(what, "they changed on disk after they were stored")
    return read_json(listed, Collections, what)


def rename_in_collections(collections: Collections, old: str, new: str) -> Collections:
    """``collections`` with the plan ``new`` in place of ``old``."""
    return {name: tuple(new if plan == old else plan for plan in plans) for name, plans in collections.items()}


def without_plan(collections: Collections, plan_id: str) -> Collections:
    """``collections`` without a plan that is purged."""
    return {name: tuple(plan for plan in plans if plan != plan_id) for name, plans in collections.items()}


# -- hashes and errors -------------------------------------------------------------------------


def content_hash(content: PlanContent) -> str:
    """SHA-256 of a plan, its passages and vectors as float16; the same in every backend."""
    whole = hashlib.sha256("\n".join((*description(content.plan), content.plan.text, parts_of(content.plan))).encode())
    targets = None if content.targets is None else targets_text(content.targets)
    whole.update(as_json([list(content.names), targets, list(content.indexed)]).encode())
    # a passage without a table as before passages had any, as in ``parts_of``
    whole.update(as_json([astuple(p)[2 : None if p.table else -1] for p in content.passages]).encode())
    whole.update(np.ascontiguousarray(content.vectors.astype(np.float16)).tobytes())
    return whole.hexdigest()


def checksum(*values: bytes | None) -> int:
    """64 bits of SHA-256 over ``values``, as a signed integer."""
    whole = hashlib.sha256()
    for value in values:
        whole.update(b"\x1e" if value is None else value)
        whole.update(b"\x1f")
    return int.from_bytes(whole.digest()[:8], "big", signed=True)


def damaged(what: str, reason: object) -> LibraryError:
    """The error for stored data that is not what was stored."""
    return LibraryError(
        f"The library is damaged: {what} cannot be read ({reason}). Run plancite check, which names each plan that is "
        "damaged and what to do."
    )


def changed_text(plan_id: str) -> str:
    """What is wrong with a plan whose text changed on disk, and the remedy."""
    return (
        f"{plan_id}: its text changed on disk after it was stored. Restore the library from a copy, or put the plan's "
        f"file in its place again: plancite add FILE --id {plan_id} --replace"
    )


def changed_description(plan_id: str) -> str:
    """What is wrong with a plan whose title or metadata changed on disk, and the remedy."""
    return (
        f"{plan_id}: its description changed on disk after it was stored. Restore the library from a copy, or remove "
        f"the plan (plancite remove {plan_id}) and add its file again."
    )


def changed_passages(plan_id: str, what: str) -> str:
    """What is wrong with a plan of which something changed on disk that is made from its text, and the remedy."""
    return f"{plan_id}: {what} changed on disk after it was stored. Run: plancite rebuild"


def changed_version(plan_id: str) -> str:
    """What is wrong with a plan of which an earlier version changed on disk, and the remedy."""
    return f"{plan_id}: an earlier version changed on disk after it was stored. Restore the library from a copy."


def damaged_note(file: str, key: str) -> str:
    """What is wrong with a note of the library's own of which the name changed on disk, and the remedy."""
    return f"{file}: a note of another name, {key!r}, is there; it changed on disk. Restore the library from a copy."


def changed_question(saved_id: int) -> str:
    """What is wrong with a saved question that was changed on disk, and the remedy."""
    return f"The saved question {saved_id} changed on disk after it was saved. Delete it, and save it again."


def unknown_plan(plan_id: str, known: Sequence[str]) -> UnknownPlanError:
    """The error for a plan that is not there, naming those that are, the ones with a similar name first."""
    if len(known) > 8:
        known = list(dict.fromkeys([*get_close_matches(plan_id, known), *known]))
    shown = ", ".join(known[:8]) + (", …" if len(known) > 8 else "")
    return UnknownPlanError(f"There is no plan {plan_id!r} in this library. It holds: {shown or 'no plans'}.")


def name_taken(plan_id: str, *, removed: bool) -> LibraryError:
    """The error for a new name that another plan has, which may be ``removed``."""
    if not removed:
        return LibraryError(f"There is a plan {plan_id!r} already. Give another name.")
    return LibraryError(
        f"A removed plan has the name {plan_id!r}. Give another name, or delete that one for good with: "
        f"plancite remove {plan_id} --purge"
    )


def conflict_error(plan_id: str) -> LibraryBusyError:
    """The error for a plan that another process has changed since it was read."""
    return LibraryBusyError(f"The plan {plan_id!r} was changed meanwhile by another process. Do it again.")
