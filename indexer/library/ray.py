"""Many files into a library, read and embedded by the machines of a Ray cluster.

Workers do what one machine does, file by file for reading and passage by passage for embedding; a text has one
vector whatever batch it is in, so the vectors are the same. Ray Data repeats the work of a worker that died; here
each passage is taken exactly once, and a plan is stored whole.
"""

from __future__ import annotations

import logging
import pickle
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from indexer.encoding import Encoder
from indexer.encoding.loading import load_encoder
from indexer.encoding.word_vectors import pack_words
from indexer.errors import LibraryError, ModelError, SourceError, model_mismatch
from indexer.library.adding import (
    ChunkedPlan,
    PendingImport,
    Progress,
    chunk,
    no_progress,
    plan_import,
    read_plan,
    store,
)
from indexer.reading.passages import indexed_context
from indexer.storage import Backend, PlanContent
from indexer.targets.extracting import find_targets
from indexer.types import Added, Stage, Target

if TYPE_CHECKING:
    from indexer.reading.files import SourceFile

#: Bytes of files in flight at once: what the driver holds and, at most, repeats.
WINDOW = 64_000_000
#: Passages that a worker embeds at a time: a second's work, lost when it dies.
BATCH = 128
#: Share of a core reserved for reading. Embedders live as long as there is work: if they held every core when a machine
#: is lost, its files could not be read again, and the embedders would wait for them forever.
_READING = 0.25

Row = dict[str, Any]


def add_on_ray(
    backend: Backend,
    encoder: Encoder,
    files: Iterable[SourceFile],
    address: str,
    workers: int | None = None,
    progress: Progress = no_progress,
) -> Iterator[Added]:
    """Add files as ``Library.add`` does, embedded on the Ray cluster at ``address``; one report each.

    ``workers`` embed at once, each on one core; by default as many as the cluster has cores, less one for
    reading. Plans that were added stay when it is interrupted, and are skipped when it is repeated.
    Raises LibraryError when the cluster cannot be reached or fails, ModelError when it has another model.
    """
    _connect(address)
    model = (encoder.source, encoder.fingerprint)
    known = backend.model if backend.plans() else None
    if known and known[1] != model[1]:
        raise model_mismatch(known[1], model[1])
    for window in _windows(backend, files):
        pending = [entry for entry in window if isinstance(entry, PendingImport)]
        yield from (entry for entry in window if isinstance(entry, Added))
        for entry, content in _embedded(pending, model, workers, progress):
            if isinstance(content, PlanContent):
                yield store(backend, entry, content, model)
            else:
                yield Added(str(entry.path), "failed", detail=content)


def _connect(address: str) -> None:
    try:
        import ray
    except ImportError as error:
        raise LibraryError(
            "Embedding on many machines needs Ray, which is not installed. Run: pip install 'plancite[scale]'"
        ) from error
    if ray.is_initialized():
        return
    try:
        ray.init(address=address, log_to_driver=False, logging_level="ERROR")
    except Exception as error:  # ConnectionError, ValueError, RuntimeError and gRPC's own
        raise LibraryError(
            f"There is no Ray cluster at {address} that can be reached ({str(error).splitlines()[0]}). Start one with: "
            "ray start --head, and give its address."
        ) from error


def _windows(backend: Backend, files: Iterable[SourceFile]) -> Iterator[list[Added | PendingImport]]:
    """What to do with the files, some at a time."""
    window: list[Added | PendingImport] = []
    size = 0
    taken: set[str | bytes] = set()  # names and contents in the window
    for file in files:
        try:
            entry = plan_import(backend, file)
            if isinstance(entry, PendingImport) and taken & {entry.plan_id, entry.data}:
                # one of its name or content is in the window: it must be stored before this one is planned
                yield window
                window, size, taken = [], 0, set()
                entry = plan_import(backend, file)
        except SourceError as error:
            entry = Added(str(file.path), "failed", detail=str(error))
        window.append(entry)
        if isinstance(entry, PendingImport):
            taken |= {entry.plan_id, entry.data}
            size += len(entry.data)
        if size > WINDOW:
            yield window
            window, size, taken = [], 0, set()
    if window:
        yield window


def _embedded(
    pending: Sequence[PendingImport], model: tuple[str, str], workers: int | None, progress: Progress
) -> Iterator[tuple[PendingImport, PlanContent | str]]:
    """Each file's content once it is complete, or why it has none."""
    if not pending:
        return
    arriving = [_Arriving() for _ in pending]
    for row in _rows(pending, model, workers):
        entry, whole = pending[row["file"]], arriving[row["file"]]
        whole.take(row)
        progress(entry.path, Stage.EMBEDDING, len(whole.vectors), whole.expected or 0)
        if whole.complete:
            yield entry, row["problem"] or whole.content()
    if missing := [str(entry.path) for entry, whole in zip(pending, arriving, strict=True) if not whole.complete]:
        raise LibraryError(f"The Ray cluster did not embed all of {', '.join(missing[:5])}. Do it again.")


class _Arriving:
    """The passages of one file as they arrive, in any order."""

    def __init__(self) -> None:
        self.vectors: dict[int, Any] = {}
        self.words: dict[int, bytes] = {}
        self.expected: int | None = None
        self._read: tuple[ChunkedPlan, Sequence[Target]] | None = None

    def take(self, row: Row) -> None:
        self.expected = row["passages"]
        if row["plan"]:
            self._read = pickle.loads(row["plan"])
        if row["passage"] >= 0:
            if row["problem"]:
                raise ModelError(row["problem"])
            if row["passage"] in self.vectors:
                raise LibraryError("The Ray cluster gave a passage twice. Nothing of its plan was stored. Do it again.")
            self.vectors[row["passage"]] = row["vector"]
            self.words[row["passage"]] = row["words"]

    @property
    def complete(self) -> bool:
        return self.expected is not None and len(self.vectors) == self.expected

    def content(self) -> PlanContent:
        assert self._read is not None
        chunked, targets = self._read
        order = range(len(self.vectors))
        vectors = np.array([self.vectors[n] for n in order], np.float32).reshape(len(order), -1)
        words = [self.words[n] for n in order]
        return PlanContent(
            chunked.plan, chunked.passages, chunked.indexed, vectors, chunked.names, targets, word_vectors=words
        )


def _rows(pending: Sequence[PendingImport], model: tuple[str, str], workers: int | None) -> Iterator[Row]:
    import ray

    cores = int(ray.cluster_resources().get("CPU", 1))
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.execution_options.verbose_progress = False
    logging.getLogger("ray.data").setLevel(logging.CRITICAL)  # errors are raised
    items = [{"file": n, "pending": pickle.dumps(entry)} for n, entry in enumerate(pending)]
    read = ray.data.from_items(items, override_num_blocks=len(items)).flat_map(read_file, num_cpus=_READING)
    embedded = read.map_batches(
        Embedder,
        fn_constructor_args=model,
        batch_size=BATCH,
        batch_format="numpy",
        num_cpus=1 - _READING,
        concurrency=workers or max(1, cores - 1),
    )
    try:
        yield from embedded.iter_rows()
    except Exception as error:  # RayError, and errors that Ray wraps
        last = (str(error).strip().splitlines() or ["no reason given"])[-1]
        raise LibraryError(
            f"The Ray cluster failed ({last[:200]}). Plans that were added stay; do it again for the rest."
        ) from error


# -- in the workers -------------------------------------------------------------------------------


def read_file(item: Row) -> list[Row]:
    """Rows of one file's passages, the plan pickled in the first; or one row with the file's problem."""
    pending: PendingImport = pickle.loads(item["pending"])
    row = {"file": item["file"], "passages": 0, "passage": -1, "text": "", "before": 0, "plan": b"", "problem": ""}
    try:
        plan = read_plan(pending)
        chunked, targets = chunk(plan), find_targets(plan)
    except SourceError as error:
        return [{**row, "problem": str(error)}]
    whole = {**row, "passages": len(chunked.passages), "plan": pickle.dumps((chunked, targets))}
    if not chunked.passages:
        return [whole]
    rows = [
        {**whole, "passage": n, "text": text, "before": len(indexed_context(passage))}
        for n, (text, passage) in enumerate(zip(chunked.indexed, chunked.passages, strict=True))
    ]
    return [rows[0], *({**each, "plan": b""} for each in rows[1:])]


class Embedder:
    """Embeds batches of passages in one worker, with the driver's model."""

    def __init__(self, source: str, fingerprint: str) -> None:
        self._source = source
        self._fingerprint = fingerprint

    @cached_property
    def _encoder(self) -> Encoder:
        encoder = load_encoder(self._source, self._fingerprint)
        if encoder.fingerprint != self._fingerprint:
            raise ModelError(
                f"A worker has the model {encoder.fingerprint}, not {self._fingerprint}. Install the same version of "
                "Plancite and of the model on every machine."
            )
        return encoder

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        texts = [str(text) for text in batch.pop("text")]
        there = [n for n, passage in enumerate(batch["passage"]) if passage >= 0]
        words = np.full(len(texts), b"", dtype=object)  # objects: numpy's bytes type drops zeros at the end
        try:
            vectors = np.zeros((len(texts), self._encoder.dimension), np.float32)
            for n, vector, tokens in self._encoder.embed_with_tokens([texts[n] for n in there]):
                vectors[there[n]] = vector
                words[there[n]] = pack_words(texts[there[n]], int(batch["before"][there[n]]), tokens)
        except ModelError as error:  # raised in the driver: Ray would wrap it
            problems = np.array([str(error)] * len(texts))
            return {**batch, "problem": problems, "vector": np.zeros((len(texts), 1)), "words": words}
        return {**batch, "vector": vectors, "words": words}
