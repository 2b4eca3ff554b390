"""A file -> a plan in the library, with its progress, and a stop at any moment before it is stored."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias

from indexer.asking.question import plan_names
from indexer.encoding import Encoder
from indexer.errors import SourceError
from indexer.storage import Backend, PlanContent
from indexer.types import Added, Plan, Stage

if TYPE_CHECKING:
    from indexer.reading.files import SourceFile

#: Asked now and then whether the work shall stop.
Cancelled: TypeAlias = Callable[[], bool]


class Progress(Protocol):
    """Told how far the work on one file is: its stage, and passages embedded of how many."""

    def __call__(self, path: Path, stage: Stage, done: int, total: int) -> None: ...


class Stopped(Exception):
    """Ends the work on a file that was cancelled; never leaves this package and the library."""


def no_progress(path: Path, stage: Stage, done: int, total: int) -> None:
    return None


def never() -> bool:
    return False


def add_file(
    backend: Backend,
    encoder: Callable[[], Encoder],
    file: SourceFile,
    plan_id: str | None = None,
    *,
    replaces: bool = False,
    progress: Progress = no_progress,
    cancelled: Cancelled = never,
) -> Added:
    """Add one file, whole or not at all; ``encoder`` gives the model when it is needed.

    Without ``plan_id`` the plan keeps its name, and a new one is called by the file's.
    What is there already is "same"; what has changed since it was added is "replaced", and another
    file of the same id only when ``replaces``. Raises SourceError for what concerns the file, Stopped when
    ``cancelled``.
    """
    if cancelled():
        raise Stopped
    progress(file.path, Stage.READING, 0, 0)
    wanted = look_at(backend, file, plan_id, replaces=replaces)
    if isinstance(wanted, Added):
        return wanted
    plan = read_wanted(wanted)
    model = encoder()
    content = embed_plan(plan, model, file.path, progress, cancelled)
    progress(file.path, Stage.STORING, len(content.passages), len(content.passages))
    return store(backend, wanted, content, (model.source, model.fingerprint))


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file that is to become the plan ``plan_id``, seen at the generation ``seen``.

    ``old`` is the plan in whose place it comes, without its text, or None.
    """

    path: Path
    data: bytes
    plan_id: str
    seen: int
    old: Plan | None


def look_at(
    backend: Backend, file: SourceFile, plan_id: str | None = None, *, replaces: bool = False
) -> Added | Wanted:
    """What ``add_file`` would do with a file: the report that it is there already, or what to make of it.

    Raises SourceError for a file that cannot be read, or whose name is taken.
    """
    from indexer.reading.loading import plan_id_of

    path = file.path
    data = file.read()
    digest = hashlib.sha256(data).hexdigest()
    seen = backend.generation
    present = {info.id: info for info in backend.plans()}
    if plan_id is None:  # a plan that was renamed keeps its name when its file changes
        own = (i.id for i in present.values() if not replaces and _is_from(i.source, path))
        plan_id = next(own, None) or plan_id_of(path.name)
    for info in present.values():
        if info.sha256 == digest and (info.id == plan_id or not replaces):
            return Added(str(path), "same", info.id, info.passages, f"same as {info.id}")
    taken = present.get(plan_id)
    if taken and not replaces and not _is_from(taken.source, path):
        raise SourceError(
            f"{path}: there is a plan {plan_id!r} already, from {taken.source}. "
            "Give this one another name with `plan_id`, or put it in the other's place with `replace`."
        )
    old = replace(backend.plan(plan_id), text="", sections=(), pages=(), asides=(), records=()) if taken else None
    return Wanted(path, data, plan_id, seen, old)


def _is_from(source: str, path: Path) -> bool:
    """Whether ``source`` names the file ``path``, through whatever links; another file name settles it at once."""
    other = Path(source)
    return other.name == path.name and other.resolve() == path.resolve()


def read_wanted(wanted: Wanted) -> Plan:
    """The plan in a file, with what a person has set in the one before. Raises SourceError."""
    from indexer.reading.loading import load_plan

    plan = load_plan(wanted.path, wanted.plan_id, wanted.data)
    return keep_edits(wanted.old, plan) if wanted.old else plan


def store(backend: Backend, wanted: Wanted, content: PlanContent, model: tuple[str, str]) -> Added:
    """Put a plan that was read and embedded into the library; the report. Raises LibraryError, ModelError."""
    backend.add(content, model, seen=wanted.seen, there=wanted.old is not None)
    status = "replaced" if wanted.old else "added"
    return Added(str(wanted.path), status, wanted.plan_id, len(content.passages))


def embed_plan(
    plan: Plan, encoder: Encoder, path: Path, progress: Progress = no_progress, cancelled: Cancelled = never
) -> PlanContent:
    """All that is stored of ``plan``; its targets are found while its passages are embedded, which leaves gaps.

    Raises Stopped when ``cancelled`` between two batches.
    """
    import numpy as np

    from indexer.encoding.word_vectors import pack_words
    from indexer.reading.passages import indexed_context
    from indexer.targets.extracting import find_targets

    content = cut_plan(plan)
    texts = content.indexed
    done = 0

    def advance(count: int) -> None:
        nonlocal done
        done += count
        progress(path, Stage.EMBEDDING, done, len(texts))
        if cancelled():
            raise Stopped

    advance(0)
    vectors = np.zeros((len(texts), encoder.dimension), np.float32)
    packed = [b""] * len(texts)
    with ThreadPoolExecutor(1) as beside:
        targets = beside.submit(find_targets, plan)
        for index, vector, tokens in encoder.embed_with_tokens(texts):
            vectors[index] = vector
            packed[index] = pack_words(texts[index], len(indexed_context(content.passages[index])), tokens)
            advance(1)
    return replace(content, vectors=vectors, word_vectors=packed, targets=targets.result())


def cut_plan(plan: Plan) -> PlanContent:
    """All that is stored of ``plan`` but its vectors, its words' and its targets, of which there are none yet."""
    import numpy as np

    from indexer.reading.passages import chunk_plan, indexed_text

    passages = chunk_plan(plan)
    names = plan_names(plan.id, plan.title, plan.text)
    texts = [indexed_text(p) for p in passages]
    return PlanContent(plan, passages, texts, np.zeros((0, 0), np.float32), names)


def embed_all(backend: Backend, encoder: Encoder, progress: Progress = no_progress) -> None:
    """Chunk and embed every plan again from its text, in one transaction.

    What others change meanwhile is embedded too before all is put in place: no change of theirs is lost.
    """
    done: dict[str, PlanContent] = {}
    while True:
        seen = backend.generation
        plans = [backend.plan(info.id) for info in backend.plans()]
        for plan in plans:
            if plan.id not in done or done[plan.id].plan != plan:
                done[plan.id] = embed_plan(plan, encoder, Path(plan.source), progress)
        contents = [done[plan.id] for plan in plans]
        if backend.replace_all(contents, (encoder.source, encoder.fingerprint), seen=seen):
            return


def keep_edits(old: Plan, new: Plan) -> Plan:
    """``new`` with what a person has set in ``old``."""
    metadata = {name: getattr(old.metadata, name) for name in old.edited if name != "title"}
    title = old.title if "title" in old.edited else new.title
    return replace(new, title=title, metadata=replace(new.metadata, **metadata), edited=old.edited)
