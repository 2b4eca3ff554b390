"""Changes to a plan in the library: its title, issuer, date and language, its short name, its version."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from indexer.asking.naming import proper_names
from indexer.encoding import Encoder
from indexer.errors import LibraryError
from indexer.library.adding import Progress, embed_plan, extract_targets, no_progress
from indexer.storage import Backend
from indexer.types import Plan

_DATE = re.compile(r"(?:\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?)?")
_LANGUAGE = re.compile(r"(?:[a-z]{2,3})?")
_LONGEST = 300


def edit_plan(
    backend: Backend,
    encoder: Callable[[], Encoder],
    plan_id: str,
    given: dict[str, str | bool],
    progress: Progress = no_progress,
) -> None:
    """Set fields of a plan, "title" or one of ``Metadata``; a new title is embedded with every passage.

    Raises UnknownPlanError, and LibraryError for a value that cannot be.
    """
    seen = backend.generation
    old = backend.plan(plan_id)
    new = with_edits(old, given)
    if new.title == old.title:
        # targets depend on the plan's date
        names = proper_names(new.id, new.title, new.text)
        backend.amend(plan_id, new, names, targets=extract_targets(new), seen=seen)
    else:
        _store(backend, encoder, new, seen, progress, there=True)


def rename_plan(backend: Backend, plan_id: str, new_id: str) -> None:
    """Give a plan another short name, its versions and saved questions with it.

    Raises UnknownPlanError, and LibraryError for a name that is taken or not a name.
    """
    seen = backend.generation
    wanted = new_id.strip()
    if not wanted or len(wanted) > _LONGEST or not wanted.isprintable():
        raise LibraryError(f"{new_id!r} is not a name for a plan. Give 1 to {_LONGEST} letters and digits.")
    plan = replace(backend.plan(plan_id), id=wanted)
    backend.amend(plan_id, plan, proper_names(plan.id, plan.title, plan.text), seen=seen)


def restore_plan(
    backend: Backend, encoder: Callable[[], Encoder], plan_id: str, n: int | None, progress: Progress = no_progress
) -> None:
    """Put a removed plan back, or the ``n``-th version of one in its place.

    Raises UnknownPlanError, and LibraryError for a plan that is there when no version is named.
    """
    seen = backend.generation
    known = backend.versions(plan_id)
    if n is None and not known[-1].until:
        raise LibraryError(
            f"The plan {plan_id!r} is in the library. Say with `version` which of its {len(known)} to put in its place."
        )
    _store(backend, encoder, backend.version(plan_id, n or len(known)), seen, progress, there=not known[-1].until)


def with_edits(plan: Plan, given: dict[str, str | bool]) -> Plan:
    """``plan`` with the fields ``given``, "title" or of ``Metadata``, set and noted as set by a person.

    Raises LibraryError for a value that cannot be.
    """
    values = {name: value.strip() if isinstance(value, str) else value for name, value in given.items()}
    for name, value in values.items():
        if isinstance(value, str) and (len(value) > _LONGEST or "\n" in value):
            raise LibraryError(f"The {name} is too long. Give one line of at most {_LONGEST} characters.")
    if not values.get("title", True):
        raise LibraryError("A plan needs a title. Give some words.")
    if not _DATE.fullmatch(str(values.get("date", ""))):
        raise LibraryError(f"{values['date']!r} is not a date. Give a year, month or day: 2022, 2022-08 or 2022-08-05.")
    if not _LANGUAGE.fullmatch(str(values.get("language", ""))):
        raise LibraryError(f"{values['language']!r} is not a language. Give its code of two letters, such as en or zh.")
    title = str(values.pop("title", plan.title))
    found = replace(plan.metadata.found, **{name: "person" for name in ("title", "issuer", "date") if name in given})
    metadata = replace(plan.metadata, found=found, **values)  # type: ignore[arg-type]
    return replace(plan, title=title, metadata=metadata, edited=tuple(sorted({*plan.edited, *given})))


def _store(
    backend: Backend, encoder: Callable[[], Encoder], plan: Plan, seen: int, progress: Progress, *, there: bool
) -> None:
    model = encoder()
    content = embed_plan(plan, model, progress)
    backend.add(content, (model.source, model.fingerprint), seen=seen, there=there)
