"""A file -> a plan in the library, with its progress, and a stop at any moment before it is stored.

Reading a file, cutting its text into passages and finding its targets run in the reading process
(``indexer.library.process``), embedding and storing in this one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from indexer.errors import LibraryError, SourceError
from indexer.library import process
from indexer.types import Added, Passage, Plan, Stage, Target

if TYPE_CHECKING:
    from indexer.encoding import Encoder
    from indexer.reading.files import SourceFile
    from indexer.storage import Backend, PlanContent

#: Asked now and then, from other threads too, whether the work is to stop.
Cancelled: TypeAlias = Callable[[], bool]


#: Seconds of processor time that a page adds to the limit when its text is recognized in its image.
RECOGNITION = 60.0


class Progress(Protocol):
    """Called with the stage of the work on one file, and the texts embedded of how many: passages, then targets'."""

    def __call__(self, path: Path, stage: Stage, done: int, total: int) -> None: ...


class Stopped(Exception):
    """Ends the work on a file that was cancelled; never leaves this package and the library."""


@dataclass(frozen=True, slots=True)
class PendingImport:
    """A file that is to become the plan ``plan_id``, planned at the library's generation ``seen``.

    ``path`` is the file as it was named, ``source`` in full. ``old`` is the plan that it replaces, without
    its text, or None.
    """

    path: Path
    source: str
    data: bytes
    plan_id: str
    seen: int
    old: Plan | None


@dataclass(frozen=True, slots=True)
class ChunkedPlan:
    """A plan in passages, with the text of each that is indexed, and the names by which a question may call it."""

    plan: Plan
    passages: Sequence[Passage]
    indexed: Sequence[str]
    names: Sequence[str]


def no_progress(path: Path, stage: Stage, done: int, total: int) -> None:
    return None


def never() -> bool:
    return False


# -- in this process -----------------------------------------------------------------------------


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

    Without ``plan_id`` the plan keeps its name, and a new one is called by the file's. A file that is there
    already is "same"; one that has changed since it was added is "replaced", another file of the same id
    only when ``replaces``. Raises SourceError for what concerns the file, Stopped when ``cancelled``.
    """
    if cancelled():
        raise Stopped
    progress(file.path, Stage.READING, 0, 0)
    pending = plan_import(backend, file, plan_id, replaces=replaces)
    if isinstance(pending, Added):
        return pending
    with _in_process(read_pending, pending, path=file.path, size=len(pending.data), cancelled=cancelled) as results:
        chunked = next(results)
        model = encoder()
        content = _embed(chunked, results, model, file.path, progress, cancelled)
    progress(file.path, Stage.STORING, len(content.passages), len(content.passages))
    return store(backend, pending, content, (model.source, model.fingerprint))


def plan_import(
    backend: Backend, file: SourceFile, plan_id: str | None = None, *, replaces: bool = False
) -> Added | PendingImport:
    """What ``add_file`` would do with a file: the report that it is there already, or what to read.

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
        same = info.sha256 == digest and (info.id == plan_id or not replaces)
        if same and not (replaces and _stored(backend, info.id) is None):
            return Added(str(path), "same", info.id, info.passages, f"same as {info.id}")
    taken = present.get(plan_id)
    if taken and not replaces and not _is_from(taken.source, path):
        raise SourceError(
            f"{path}: there is a plan {plan_id!r} already, from {taken.source}. "
            "Give this one another name with `plan_id`, or put it in the other's place with `replace`."
        )
    old = _stored(backend, plan_id) if taken else None
    return PendingImport(path, str(path.absolute()), data, plan_id, seen, old)


def _stored(backend: Backend, plan_id: str) -> Plan | None:
    """A plan of the library without its text; None when that changed on disk, so that its file may be added again."""
    try:
        return replace(backend.plan(plan_id), text="", sections=(), pages=(), asides=(), records=())
    except LibraryError:
        return None


def _is_from(source: str, path: Path) -> bool:
    """Whether ``source`` names the file ``path``, through whatever links; another file name settles it at once."""
    other = Path(source)
    return other.name == path.name and other.resolve() == path.resolve()


def store(backend: Backend, pending: PendingImport, content: PlanContent, model: tuple[str, str]) -> Added:
    """Store a plan that was read and embedded; the report. Raises LibraryError, ModelError."""
    backend.add(content, model, seen=pending.seen, there=pending.old is not None)
    status = "replaced" if pending.old else "added"
    return Added(str(pending.path), status, pending.plan_id, len(content.passages))


def embed_plan(
    plan: Plan, encoder: Encoder, progress: Progress = no_progress, cancelled: Cancelled = never
) -> PlanContent:
    """All that is stored of ``plan``, made from its text. Raises SourceError, and Stopped when ``cancelled``."""
    path = Path(plan.source)
    with _in_process(chunk_and_extract, plan, path=path, size=len(plan.text), cancelled=cancelled) as results:
        return _embed(next(results), results, encoder, path, progress, cancelled)


def extract_targets(plan: Plan) -> Sequence[Target]:
    """The targets of ``plan``, found in the reading process. Raises SourceError."""
    with _in_process(_extract, plan, path=Path(plan.source), size=len(plan.text)) as results:
        (targets,) = results
    found: Sequence[Target] = targets
    return found


@contextmanager
def _in_process(
    function: Callable[..., Iterator[Any]], *arguments: object, path: Path, size: int, cancelled: Cancelled = never
) -> Iterator[Iterator[Any]]:
    """What ``function`` yields in the reading process. Raises SourceError when that is ended, and Stopped."""
    try:
        with process.run(
            function,
            *arguments,
            seconds=process.seconds_for(size),
            memory=process.memory_for(size),
            cancelled=cancelled,
        ) as results:
            yield results
    except process.Cancelled as error:
        raise Stopped from error
    except process.ProcessEnded as error:
        raise SourceError(
            f"{path} cannot be read: the work on it {error}. Split the file, or save it anew in the program it was "
            "made with, and add that."
        ) from error


def _embed(
    chunked: ChunkedPlan,
    results: Iterator[Any],
    encoder: Encoder,
    path: Path,
    progress: Progress,
    cancelled: Cancelled,
) -> PlanContent:
    """A chunked plan with its vectors and the targets that ``results`` bring, found while passages are embedded.

    Raises Stopped when ``cancelled`` between two texts.
    """
    import numpy as np

    from indexer.encoding.word_vectors import pack_words
    from indexer.reading.passages import indexed_context
    from indexer.storage import PlanContent
    from indexer.targets.aligning import with_vectors

    texts = chunked.indexed

    def tell(stage: Stage, done: int, total: int) -> None:
        progress(path, stage, done, total)
        if cancelled():
            raise Stopped

    tell(Stage.EMBEDDING, 0, len(texts))
    vectors = np.zeros((len(texts), encoder.dimension), np.float32)
    words = [b""] * len(texts)
    for done, (index, vector, tokens) in enumerate(encoder.embed_with_tokens(texts), 1):
        vectors[index] = vector
        words[index] = pack_words(texts[index], len(indexed_context(chunked.passages[index])), tokens)
        tell(Stage.EMBEDDING, done, len(texts))
    (targets,) = results
    targets = with_vectors(targets, chunked.passages, vectors, encoder, partial(tell, Stage.TARGETS))
    return PlanContent(chunked.plan, chunked.passages, texts, vectors, chunked.names, targets, word_vectors=words)


def embed_all(backend: Backend, encoder: Encoder, progress: Progress = no_progress) -> None:
    """Chunk and embed every plan again from its text, in one transaction.

    What others change before all is in place is embedded too: no change of theirs is lost.
    """
    done: dict[str, PlanContent] = {}
    while True:
        seen = backend.generation
        plans = [backend.plan(info.id) for info in backend.plans()]
        for plan in plans:
            if plan.id not in done or done[plan.id].plan != plan:
                done[plan.id] = embed_plan(plan, encoder, progress)
        contents = [done[plan.id] for plan in plans]
        if backend.replace_all(contents, (encoder.source, encoder.fingerprint), seen=seen):
            return


# -- in the reading process -----------------------------------------------------------------------


def preload() -> None:
    """Import what every file needs, while the one who sends the file gets ready."""
    import_module("indexer.reading.loading")
    import_module("indexer.reading.formats.text")
    import_module("indexer.reading.passages")
    import_module("indexer.targets.extracting")


def read_pending(pending: PendingImport) -> Iterator[Any]:
    """The chunked plan of a file, then its targets. Raises SourceError."""
    yield from chunk_and_extract(read_plan(pending))


def read_plan(pending: PendingImport) -> Plan:
    """The plan in a file, with what a person has set in the one before. Raises SourceError."""
    from indexer.reading.loading import load_plan

    if pending.path.suffix.lower() == ".pdf":
        from indexer.reading.formats import ocr

        ocr.on_page = partial(process.grant, RECOGNITION)
    plan = replace(load_plan(pending.path, pending.plan_id, pending.data), source=pending.source)
    return keep_edits(pending.old, plan) if pending.old else plan


def chunk_and_extract(plan: Plan) -> Iterator[Any]:
    """``plan`` chunked, then its targets."""
    yield chunk(plan)
    yield from _extract(plan)


def chunk(plan: Plan) -> ChunkedPlan:
    """``plan`` in passages."""
    from indexer.asking.naming import proper_names
    from indexer.reading.passages import chunk_plan, indexed_text

    passages, names = chunk_plan(plan), proper_names(plan.id, plan.title, plan.text)
    return ChunkedPlan(plan, passages, [indexed_text(p) for p in passages], names)


def _extract(plan: Plan) -> Iterator[Sequence[Target]]:
    from indexer.targets.extracting import find_targets

    yield find_targets(plan)


def keep_edits(old: Plan, new: Plan) -> Plan:
    """``new`` with what a person has set in ``old``."""
    metadata = {name: getattr(old.metadata, name) for name in old.edited if name != "title"}
    title = old.title if "title" in old.edited else new.title
    by_person = {name: "person" for name in ("title", "issuer", "date") if name in old.edited}
    found = replace(new.metadata.found, **by_person)
    return replace(new, title=title, metadata=replace(new.metadata, found=found, **metadata), edited=old.edited)
