"""A library -> a copy in another backend: plans with their vectors, versions, saved questions, collections, kept files.

Nothing is embedded again. What is there already is skipped, so that an interrupted copy is resumed; at the end
every plan is read from both backends and compared.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

from indexer.asking.glossary import FILE as GLOSSARY
from indexer.errors import LibraryError, UnknownPlanError, model_mismatch
from indexer.library.people import FILE as PEOPLE
from indexer.library.people import keep_closed, read_people
from indexer.storage import Backend, Collections
from indexer.storage.disk import write_whole
from indexer.storage.rows import content_hash
from indexer.types import Version


@dataclass(frozen=True, slots=True)
class Copied:
    """What both libraries hold now; ``added`` plans are new with this copy."""

    plans: int
    passages: int
    versions: int
    questions: int
    added: int


#: Called with what is done ("copying" or "comparing"), and the passages done of how many.
CopyProgress = Callable[[str, int, int], None]


def copy_library(source: Backend, target: Backend, progress: CopyProgress = lambda doing, done, total: None) -> Copied:
    """Copy ``source`` into ``target``, which is empty or holds an earlier copy of it, whole or in part.

    Raises LibraryError when ``target`` holds something else, or the copy differs from ``source``;
    LibraryBusyError; ModelError when ``target`` has plans of another model.
    """
    generation = source.generation
    _refuse(source, target)
    plans = {info.id: info for info in source.plans()}
    total = sum(info.passages for info in plans.values())
    present = {info.id: info for info in target.plans()}
    done = added = past = 0
    model = source.model
    held = target.collections()
    if (source.folder / PEOPLE).exists():
        keep_closed(target, read_people(source))
    _close(source, target, held)
    for plan_id in _all_plans(source):
        if plan_id in present and present[plan_id] != plans.get(plan_id):
            target.remove([plan_id], purge=True)  # replaced, removed or amended since: its versions differ
            _close(source, target, held)  # it is in no collection now
        past += _copy_past(source, target, plan_id)
        if plan_id not in plans or model is None:
            continue
        if present.get(plan_id) != plans[plan_id]:
            target.add(source.content(plan_id), model)
            added += 1
        done += plans[plan_id].passages
        progress("copying", done, total)
    if not _same_questions(source, target):
        for saved in target.saved():
            target.forget_question(saved.id)
        for saved in source.saved():
            target.save_question(saved)
    target.change_collections(lambda _: source.collections())
    _copy_files(source, target)
    wrong = list(_differences(source, target, progress, total))
    if source.generation != generation:
        raise LibraryError(
            f"{source.location} was changed while it was copied. Copy again: what has been copied is kept."
        )
    if wrong:
        raise LibraryError(
            f"{'; '.join(wrong[:5])}. Remove what differs from {target.location} for good, with `remove` and "
            "`purge`, and copy again."
        )
    return Copied(len(plans), total, past, len(source.saved()), added)


def _refuse(source: Backend, target: Backend) -> None:
    """Raise when ``target`` holds what ``source`` does not."""
    if source.location == target.location:
        raise LibraryError(f"{source.location} cannot be copied to itself. Give another place.")
    if foreign := sorted(set(_all_plans(target)) - set(_all_plans(source))):
        raise LibraryError(
            f"{target.location} holds plans that {source.location} does not: {', '.join(foreign[:5])}. "
            "Copy to a place where there is no library."
        )
    if target.plans() and source.model and target.model and source.model[1] != target.model[1]:
        raise model_mismatch(target.model[1], source.model[1])


def _close(source: Backend, target: Backend, held: Collections) -> None:
    """Put each plan into all collections that it is in in ``source``, and was in in ``target``, which ``held`` says.

    So a plan is closed before it is copied, and stays so when the copy is broken off.
    """
    wanted = held, source.collections()

    def both(now: Collections) -> Collections:
        names = dict.fromkeys(name for each in (now, *wanted) for name in each)
        return {
            name: tuple(dict.fromkeys(plan for each in (now, *wanted) for plan in each.get(name, ()))) for name in names
        }

    target.change_collections(both)


def _all_plans(backend: Backend) -> list[str]:
    """Ids of all plans, there or removed."""
    return [*(info.id for info in backend.plans()), *(version.plan for version in backend.removed())]


def _versions(backend: Backend, plan_id: str) -> list[Version]:
    with suppress(UnknownPlanError):
        return backend.versions(plan_id)
    return []


def _copy_past(source: Backend, target: Backend, plan_id: str) -> int:
    """Copy the past versions of a plan that ``target`` lacks; the number of past versions."""
    past = [version for version in _versions(source, plan_id) if version.until]
    there = sum(bool(version.until) for version in _versions(target, plan_id))
    for version in past[there:]:
        target.keep_version(source.version(plan_id, version.n), version.since, version.until)
    return len(past)


def _copy_files(source: Backend, target: Backend) -> None:
    """Copy the files kept in the library's folder on this machine: the originals, the glossary and who reads what."""
    for kept in (path for name in ("originals", GLOSSARY, PEOPLE) for path in source.folder.glob(name)):
        try:
            if kept.is_dir():
                shutil.copytree(kept, target.folder / kept.name, dirs_exist_ok=True)
            else:  # whole at each moment: who reads what is looked at with each request
                target.folder.mkdir(parents=True, exist_ok=True)
                write_whole(target.folder / kept.name, kept.read_bytes())
        except OSError as error:
            raise LibraryError(
                f"The files kept in {source.location} cannot be copied to {target.folder} ({error}). "
                "Check the disk's free space and the folder's permissions, and copy again."
            ) from error


def _differences(source: Backend, target: Backend, progress: CopyProgress, total: int) -> Iterator[str]:
    """What differs between both, one clause each."""
    done = 0
    for info in source.plans():
        ours, theirs = source.content(info.id), target.content(info.id)
        if len(ours.passages) != len(theirs.passages):
            yield f"of the plan {info.id!r} {len(theirs.passages)} passages of {len(ours.passages)} were copied"
        elif content_hash(ours) != content_hash(theirs):
            yield f"the plan {info.id!r} differs from the original"
        done += info.passages
        progress("comparing", done, total)
    for plan_id in _all_plans(source):
        if _versions(source, plan_id) != _versions(target, plan_id):
            yield f"the versions of {plan_id!r} are not the same"
    if not _same_questions(source, target):
        yield "the saved questions are not the same"
    if source.collections() != target.collections():
        yield "the collections are not the same"


def _same_questions(source: Backend, target: Backend) -> bool:
    """Whether both hold the same saved questions in the same order; each backend numbers them itself."""
    ours, theirs = ([replace(saved, id=0) for saved in backend.saved()] for backend in (source, target))
    return ours == theirs
