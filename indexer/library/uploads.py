"""Files that were handed in, by a browser or a program, and archives of them -> plans, as a job."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory

from indexer.errors import LibraryError, SourceError
from indexer.library.audit import recorded
from indexer.library.editing import KeptContent, restore_plan
from indexer.library.facade import Library
from indexer.library.jobs import Job, Report
from indexer.library.originals import drop_unused, find_original, keep_original, safe_name
from indexer.library.rights import Action
from indexer.reading.files import SourceFile, plan_files
from indexer.reading.loading import plan_id_of
from indexer.types import PlanInfo, Stage
from indexer.wording import counted

_LEFT_OUT = "not added"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent."""

    name: str
    data: bytes


def add_uploads(
    library: Library, uploads: list[Upload], job: Job, *, into: str | None = None, replaces: bool = True
) -> Iterator[Report]:
    """Add each file, and those in archives; a report each. Cancelled, what the batch has changed is taken back.

    A file named like a plan takes its place, unless not ``replaces`` or it was added along with it: then it
    gets a name of its own. A plan that is already there gets its original back where that was missing.
    ``into`` names the plan that one file is the new version of.
    ``uploads`` is emptied, so that large files do not stay in memory. Raises LibraryError, ModelError and RightsError.
    """
    library.person.require(Action.EDIT)
    with TemporaryDirectory(prefix="plancite-") as folder:
        files = _unpack(Path(folder), uploads)
        job.names = [name for name, _ in files]
        batch = _Batch(library, job, into, replaces, set(), Path(folder))
        done: list[Report] = []
        for name, file in files:
            report = batch.add(name, file)
            done.append(report)
            yield report
            if report.status == "cancelled":
                yield from _remove_again(batch, done)
                return


def _remove_again(batch: _Batch, done: Sequence[Report]) -> Iterator[Report]:
    """Leave the library as it was before ``done``: unlike ``undo``, new plans are not kept for restoring."""
    library = batch.library
    for report in done:
        if report.status == "added":
            # a plan removed long before can still be restored: its earlier versions stay
            library.remove([report.plan], purge=len(library.versions(report.plan)) == 1)
            yield Report(report.name, "cancelled", "removed again", report.plan)
        elif report.status == "replaced" and report.earlier:
            batch.restore(report)
            yield Report(report.name, "cancelled", "the earlier version is back", report.plan)


def _unpack(folder: Path, uploads: list[Upload]) -> list[tuple[str, SourceFile]]:
    """The files to read, by the names that people know; ``uploads`` are written to disk for it."""
    found = []
    for i in range(len(uploads)):
        upload = uploads.pop(0)
        place = folder / str(i) / safe_name(upload.name)
        try:
            place.parent.mkdir()
            place.write_bytes(upload.data)
        except OSError as error:
            raise LibraryError(
                f"{upload.name} cannot be saved to disk ({error.strerror or error}), so nothing was added. "
                "Free some space and drop the files again."
            ) from error
        for file in plan_files([place]):
            found.append(("/".join([upload.name, *file.path.relative_to(place).parts]), file))
    return found


@dataclass(frozen=True, slots=True)
class _Batch:
    """Files that are added together; ``written`` are the plans that they have become so far.

    What is stored of a plan that one replaces is kept in ``folder``, so that it can be put back at once.
    """

    library: Library
    job: Job
    into: str | None
    replaces: bool
    written: set[str]
    folder: Path

    def add(self, name: str, file: SourceFile) -> Report:
        """Add one file. When it is not added, nothing of it is left."""
        self.job.progress(name)(file.path, Stage.READING, 0, 0)
        if self.job.cancelled():
            return Report(name, "cancelled", _LEFT_OUT)
        try:
            if self.into and file.archive:
                raise SourceError(f"{name} is inside an archive. Unpack it and drop the file itself.")
            return self._store(name, file.path, file.read())
        except SourceError as error:
            return Report(name, "failed", str(error).replace(str(file.path), name))

    def _store(self, name: str, read: Path, data: bytes) -> Report:
        digest = hashlib.sha256(data).hexdigest()
        present = {info.id: info for info in self.library.plans()}
        same = [info for info in present.values() if info.sha256 == digest and self.into in (None, info.id)]
        if same:
            kept = "; its original file was missing and is there again" if self._keep_missing(same, data) else ""
            return Report(name, "same", f"same as {same[0].id}{kept}", same[0].id)
        plan_id = self.into or plan_id_of(safe_name(read.name))
        before = present.get(plan_id)
        if before and not self.into and (not self.replaces or plan_id in self.written):
            plan_id, before = _free(plan_id, present), None
        versions = len(self.library.versions(plan_id)) if before else 0
        if before and name != self.job.names[-1]:
            self._keep(plan_id)
        path = keep_original(self.library.backend, read.name, data)
        progress = self.job.progress(name)
        try:
            (added,) = self.library.add_iter(
                [path],
                plan_id=plan_id,
                replace=before is not None,
                progress=progress,
                cancelled=self.job.cancelled,
            )
        finally:
            drop_unused(self.library.backend, [digest, *([before.sha256] if before else [])])
        if added.status not in ("added", "replaced"):
            detail = _LEFT_OUT if added.status == "cancelled" else added.detail.replace(str(path), name)
            return Report(name, added.status, detail, added.plan or "")
        self.written.add(plan_id)
        if before and len(self.library.versions(plan_id)) == versions:
            return Report(name, added.status, "the text is the same as before", plan_id)
        kept = f"replaces {before.title}, whose text is kept; " if before else ""
        return Report(name, added.status, kept + counted(added.passages, "passage"), plan_id, versions)

    def _keep(self, plan_id: str) -> None:
        """Keep all that is stored of a plan; not what cannot be read or written."""
        backend = self.library.backend
        with suppress(LibraryError, OSError):
            if model := backend.model:
                self._kept(plan_id).write_bytes(pickle.dumps(KeptContent(backend.content(plan_id), model)))

    def _kept(self, plan_id: str) -> Path:
        return self.folder / f"{hashlib.sha256(plan_id.encode()).hexdigest()}.kept"

    def restore(self, report: Report) -> None:
        """Put the version back that a file has replaced. Raises UnknownPlanError, LibraryError."""
        backend, file = self.library.backend, self._kept(report.plan)
        kept: KeptContent | None = pickle.loads(file.read_bytes()) if file.is_file() else None
        progress = self.job.progress(report.name)
        with recorded(backend, "restore", report.plan):
            restore_plan(backend, lambda: self.library.encoder, report.plan, report.earlier, progress, kept)

    def _keep_missing(self, plans: Sequence[PlanInfo], data: bytes) -> bool:
        """Keep ``data`` for those of ``plans`` whose file is not found: unpacked from an archive, or moved since."""
        missing = [info for info in plans if not find_original(self.library.backend, info)]
        for info in missing:  # under the name that it is looked for by, whatever it is called now
            keep_original(self.library.backend, PurePath(info.source).name, data)
        return bool(missing)


def _free(plan_id: str, taken: Collection[str]) -> str:
    """``plan_id`` with the first number appended that is not ``taken``."""
    return next(named for n in range(2, len(taken) + 3) if (named := f"{plan_id}-{n}") not in taken)
