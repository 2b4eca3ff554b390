"""Changes to plans in the library: what is known of them, their short name, their version."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TypeAlias

from indexer.asking.naming import proper_names
from indexer.encoding import Encoder
from indexer.errors import EditError, LibraryError
from indexer.library.adding import Progress, embed_plan, extract_targets, no_progress
from indexer.library.alerts import rename_in_alerts
from indexer.library.collections import change_members
from indexer.storage import Backend, PlanContent
from indexer.storage.disk import write_whole
from indexer.storage.rows import as_json, read_json, unknown_plan
from indexer.types import Edit, Plan, PlanInfo, Stage, Target, TargetKind

_DATE = re.compile(r"(?:\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?)?")
_LANGUAGE = re.compile(r"(?:[a-z]{2,3})?")
_LONGEST = 300
_LAST_EDIT = "last-edit.json"
#: What a field of a plan is set to.
Value: TypeAlias = str | bool | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KeptContent:
    """All that was stored of a plan before it was replaced, and the library's model then."""

    content: PlanContent
    model: tuple[str, str]


def edit_plans(
    backend: Backend,
    encoder: Callable[[], Encoder],
    plan_ids: Sequence[str],
    given: Mapping[str, Value],
    *,
    add_tags: Iterable[str] = (),
    remove_tags: Iterable[str] = (),
    join: Iterable[str] = (),
    leave: Iterable[str] = (),
    progress: Progress = no_progress,
) -> Edit:
    """Set fields of plans, "title" or of ``Metadata``; then put them into collections, and take them out of others.

    Fields are set in all plans or in none; a new title is embedded with every passage of its plan. Returns what
    was changed, for ``undo_edit``. Raises UnknownPlanError, and EditError for a value that cannot be.
    """
    seen = backend.generation
    present = {info.id: info for info in backend.plans()}
    for plan in plan_ids:
        if plan not in present:
            raise unknown_plan(plan, list(present))
    changed = []
    for plan in dict.fromkeys(plan_ids):
        old = present[plan]
        new = with_edits(old, {**given, **_tags(old, add_tags, remove_tags)})
        if new != old:
            changed.append((old, new))
    _describe(backend, encoder, changed, seen, progress)
    joined = ((name, change_members(backend, name, add=plan_ids)[0]) for name in join)
    left = ((name, change_members(backend, name, remove=plan_ids)[1]) for name in leave)
    return Edit(tuple(changed), tuple(joined), tuple(left))


def undo_edit(
    backend: Backend, encoder: Callable[[], Encoder], edit: Edit, progress: Progress = no_progress
) -> list[str]:
    """Take an edit back, except in plans that were removed or edited since; the ids of those it left as they are."""
    seen = backend.generation
    present = {info.id: info for info in backend.plans()}
    back = [(new, old) for old, new in edit.plans if present.get(new.id) == new]
    _describe(backend, encoder, back, seen, progress)
    known = backend.collections()
    for name, plans in edit.joined:
        if name in known:
            change_members(backend, name, remove=plans)
    for name, plans in edit.left:
        change_members(backend, name, add=[plan for plan in plans if plan in present])
    return [new.id for _, new in edit.plans if new.id not in {old.id for old, _ in back}]


def record_edit(backend: Backend, edit: Edit) -> None:
    """Keep ``edit`` as the last one, for another process to undo; nothing where no file can be written."""
    with suppress(OSError):
        backend.folder.mkdir(parents=True, exist_ok=True)
        write_whole(backend.folder / _LAST_EDIT, as_json(asdict(edit)))


def last_edit(backend: Backend) -> Edit:
    """The edit that was recorded last. Raises LibraryError where there is none."""
    try:
        return read_json((backend.folder / _LAST_EDIT).read_text("utf-8"), Edit, "the last edit")
    except (OSError, UnicodeDecodeError):
        raise LibraryError("There is no edit to undo in this library.") from None


def _describe(
    backend: Backend,
    encoder: Callable[[], Encoder],
    changed: Sequence[tuple[PlanInfo, PlanInfo]],
    seen: int,
    progress: Progress,
) -> None:
    """Store what is known of plans from now on; a new title by itself, all else in one transaction."""
    # targets depend on the plan's date
    dated = [new for old, new in changed if new.metadata.date != old.metadata.date and new.title == old.title]
    targets = {new.id: _targets_as_dated(backend, encoder, new) for new in dated}
    if same := [new for old, new in changed if new.title == old.title]:
        backend.describe(same, targets, seen=seen)
    for old, new in changed:
        if new.title != old.title:
            plan = replace(backend.plan(new.id), title=new.title, metadata=new.metadata, edited=new.edited)
            _store(backend, encoder, plan, seen, progress, there=True)


def _targets_as_dated(backend: Backend, encoder: Callable[[], Encoder], info: PlanInfo) -> list[Target]:
    """The targets of a plan that has another date, with the vectors of those that it had before."""
    from indexer.targets.aligning import with_vectors

    content = backend.content(info.id)
    known = {(t.span, t.indicator, t.scope): t.vectors for t in content.targets or ()}
    found = extract_targets(replace(content.plan, metadata=info.metadata, edited=info.edited))
    targets = [replace(t, vectors=known.get((t.span, t.indicator, t.scope), "")) for t in found]
    if any(t.kind is TargetKind.TARGET and not t.vectors for t in targets):
        return with_vectors(targets, content.passages, content.vectors, encoder())
    return targets


def _tags(old: PlanInfo, add: Iterable[str], remove: Iterable[str]) -> dict[str, Value]:
    """The tags of a plan with some more and without others, as fields to set; nothing where none are named."""
    gone, come = {tag.strip().casefold() for tag in remove}, tuple(add)
    if not gone and not come:
        return {}
    return {"tags": (*(tag for tag in old.metadata.tags if tag.casefold() not in gone), *come)}


def rename_plan(backend: Backend, plan_id: str, new_id: str) -> None:
    """Give a plan another short name, its versions, saved questions and alerts with it.

    Raises UnknownPlanError, EditError for what is no name, and LibraryError for a name that is taken.
    """
    seen = backend.generation
    wanted = new_id.strip()
    if not wanted or len(wanted) > _LONGEST or not wanted.isprintable():
        raise EditError(f"{new_id!r} is not a name for a plan. Give 1 to {_LONGEST} letters and digits.")
    plan = replace(backend.plan(plan_id), id=wanted)
    backend.amend(plan_id, plan, proper_names(plan.id, plan.title, plan.text), seen=seen)
    rename_in_alerts(backend, plan_id, wanted)


def restore_plan(
    backend: Backend,
    encoder: Callable[[], Encoder],
    plan_id: str,
    n: int | None,
    progress: Progress = no_progress,
    kept: KeptContent | None = None,
) -> None:
    """Put a removed plan back, or the ``n``-th version of one in its place.

    ``kept`` is stored as it is, where it is of that version and of the library's model; else the text is embedded
    anew. Raises UnknownPlanError, and LibraryError for a plan that is there when no version is named.
    """
    seen = backend.generation
    known = backend.versions(plan_id)
    if n is None and not known[-1].until:
        raise LibraryError(
            f"The plan {plan_id!r} is in the library. Say with `version` which of its {len(known)} to put in its place."
        )
    plan, there = backend.version(plan_id, n or len(known)), not known[-1].until
    if kept and (kept.content.plan, kept.model) == (plan, backend.model):
        progress(Path(plan.source), Stage.STORING, len(kept.content.passages), len(kept.content.passages))
        backend.add(replace(kept.content, since=""), kept.model, seen=seen, there=there)
    else:
        _store(backend, encoder, plan, seen, progress, there=there)


def with_edits(info: PlanInfo, given: Mapping[str, Value]) -> PlanInfo:
    """``info`` with the fields ``given``, "title" or of ``Metadata``, set and noted as set by a person.

    Raises EditError for a value that cannot be.
    """
    values = {name: _tidy(name, value) for name, value in given.items()}
    if not values.get("title", True):
        raise EditError("A plan needs a title. Give some words.")
    if not _DATE.fullmatch(str(values.get("date", ""))):
        raise EditError(f"{values['date']!r} is not a date. Give a year, month or day: 2022, 2022-08 or 2022-08-05.")
    if not _LANGUAGE.fullmatch(str(values.get("language", ""))):
        raise EditError(f"{values['language']!r} is not a language. Give its code of two letters, such as en or zh.")
    edited = tuple(sorted({*info.edited, *values}))
    title = str(values.pop("title", info.title))
    found = replace(info.metadata.found, **{name: "person" for name in ("title", "issuer", "date") if name in given})
    metadata = replace(info.metadata, found=found, **values)  # type: ignore[arg-type]
    return replace(info, title=title, metadata=metadata, edited=edited)


def _tidy(name: str, value: Value) -> Value:
    """``value`` without blanks around it; of tags, each once. Raises EditError for one that is too long."""
    if isinstance(value, bool):
        return value
    texts = [value.strip()] if isinstance(value, str) else [tag.strip() for tag in value]
    if any(len(text) > _LONGEST or "\n" in text for text in texts):
        raise EditError(f"The {name} is too long. Give one line of at most {_LONGEST} characters.")
    if isinstance(value, str):
        return texts[0]
    first: dict[str, str] = {}
    for tag in filter(None, texts):
        first.setdefault(tag.casefold(), tag)
    return tuple(first.values())


def _store(
    backend: Backend, encoder: Callable[[], Encoder], plan: Plan, seen: int, progress: Progress, *, there: bool
) -> None:
    model = encoder()
    content = embed_plan(plan, model, progress)
    backend.add(content, (model.source, model.fingerprint), seen=seen, there=there)
