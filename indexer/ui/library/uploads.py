"""Files from a browser -> plans in the library, one after another, each whole or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory

from indexer.errors import LibraryError, SourceError
from indexer.library import Library
from indexer.library.originals import drop_unused, find_original, keep_original, safe_name
from indexer.reading.files import SourceFile, plan_files
from indexer.reading.loading import plan_id_of
from indexer.types import PlanInfo, Stage
from indexer.ui.library.jobs import Report, Work
from indexer.wording import counted

_LEFT_OUT = "not added; the library is as it was"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as the browser sent it."""

    name: str
    data: bytes


def plan_of_name(name: str, plans: Sequence[PlanInfo]) -> PlanInfo | None:
    """The plan in whose place a file of this name would go; None for a new one."""
    wanted = plan_id_of(safe_name(name))
    return next((info for info in plans if info.id == wanted), None)


def add_uploads(
    library: Library, uploads: list[Upload], work: Work, *, into: str | None = None, replaces: bool = True
) -> Iterator[Report]:
    """Add each file, and those in archives; a report each. Cancelled, what the batch has changed is taken back.

    A file named like a plan takes its place, unless not ``replaces`` or it was added along with it: then it
    stands beside it under a name of its own. A plan that is there already gets its original back where that
    was missing. ``into`` names the plan that one file is the new version of.
    ``uploads`` is emptied, so that large files do not stay in memory. Raises LibraryError and ModelError.
    """
    with TemporaryDirectory(prefix="plancite-") as folder:
        files = _unpack(Path(folder), uploads)
        work.names = [name for name, _ in files]
        batch = _Batch(library, work, into, replaces, set())
        done: list[Report] = []
        for name, file in files:
            report = batch.add(name, file)
            done.append(report)
            yield report
            if report.status == "cancelled":
                yield from _take_out(library, done, work)
                return


def settled(reports: Sequence[Report]) -> list[Report]:
    """``reports`` without those that a cancel has overtaken: a plan taken out again is reported as that alone."""
    taken = {(report.name, report.plan) for report in reports if report.status == "cancelled"}
    return [r for r in reports if r.status == "cancelled" or (r.name, r.plan) not in taken]


def _take_out(library: Library, done: Sequence[Report], work: Work) -> Iterator[Report]:
    """Leave the library as it was before ``done``: unlike ``take_back``, what is new is not kept at all."""
    for report in done:
        if report.status == "added":
            # a plan removed long before can still be restored: its earlier versions stay
            library.remove([report.plan], purge=len(library.versions(report.plan)) == 1)
            yield Report(report.name, "cancelled", "taken out again", report.plan)
        elif report.status == "replaced" and report.earlier:
            library.restore(report.plan, report.earlier, work.progress(report.name))
            yield Report(report.name, "cancelled", "the plan says what it said before", report.plan)


def take_back(library: Library, reports: Sequence[Report], work: Work) -> Iterator[Report]:
    """Undo what ``reports`` tell: plans added are removed, and the version that each replaced one had is put back.

    Raises IndexerError.
    """
    added = [report for report in reports if report.status == "added"]
    if added:
        library.remove([report.plan for report in added])
        yield from (Report(report.plan, "done", "removed again; it can be restored") for report in added)
    for report in reports:
        if report.status == "replaced" and report.earlier:
            library.restore(report.plan, report.earlier, work.progress(report.plan))
            yield Report(report.plan, "done", "is what it was before")


def undoable(reports: Sequence[Report]) -> bool:
    """Whether ``take_back`` would do anything."""
    return any(report.status == "added" or report.earlier for report in reports)


def _unpack(folder: Path, uploads: list[Upload]) -> list[tuple[str, SourceFile]]:
    """The files to read, by the names that the person knows them by; ``uploads`` are put on the disk for it."""
    found = []
    for i in range(len(uploads)):
        upload = uploads.pop(0)
        place = folder / str(i) / safe_name(upload.name)
        try:
            place.parent.mkdir()
            place.write_bytes(upload.data)
        except OSError as error:
            raise LibraryError(
                f"{upload.name} cannot be put on the disk ({error.strerror or error}), and nothing was added. "
                "Make room on it and drop the files again."
            ) from error
        for file in plan_files([place]):
            found.append(("/".join([upload.name, *file.path.relative_to(place).parts]), file))
    return found


@dataclass(frozen=True, slots=True)
class _Batch:
    """Files that are added together; ``written`` are the plans that they have become so far."""

    library: Library
    work: Work
    into: str | None
    replaces: bool
    written: set[str]

    def add(self, name: str, file: SourceFile) -> Report:
        """Add one file. Of what was written on the way, nothing is left when it is not added."""
        self.work.progress(name)(file.path, Stage.READING, 0, 0)
        if self.work.cancelled():
            return Report(name, "cancelled", _LEFT_OUT)
        try:
            if self.into and file.archive:
                raise SourceError(f"{name} lies in an archive. Unpack it and give the file itself.")
            return self._store(name, file.path, file.read())
        except SourceError as error:
            return Report(name, "failed", str(error).replace(str(file.path), name))

    def _store(self, name: str, read: Path, data: bytes) -> Report:
        digest = hashlib.sha256(data).hexdigest()
        present = {info.id: info for info in self.library.plans()}
        same = [info for info in present.values() if info.sha256 == digest and self.into in (None, info.id)]
        if same:
            kept = "; its original file was missing and is kept now" if self._keep_missing(same, data) else ""
            return Report(name, "same", f"same as {same[0].id}{kept}", same[0].id)
        plan_id = self.into or plan_id_of(safe_name(read.name))
        before = present.get(plan_id)
        if before and not self.into and (not self.replaces or plan_id in self.written):
            plan_id, before = _free(plan_id, present), None
        versions = len(self.library.versions(plan_id)) if before else 0
        path = keep_original(self.library.backend, read.name, data)
        progress = self.work.progress(name)
        try:
            (added,) = self.library.add_iter(
                [path],
                plan_id=plan_id,
                replace=before is not None,
                progress=progress,
                cancelled=self.work.cancelled,
            )
        finally:
            drop_unused(self.library.backend, [digest, *([before.sha256] if before else [])])
        if added.status not in ("added", "replaced"):
            detail = _LEFT_OUT if added.status == "cancelled" else added.detail.replace(str(path), name)
            return Report(name, added.status, detail, added.plan or "")
        self.written.add(plan_id)
        if before and len(self.library.versions(plan_id)) == versions:
            return Report(name, added.status, "its text is the one it had", plan_id)
        kept = f"in the place of {before.title}, whose text is kept; " if before else ""
        return Report(name, added.status, kept + counted(added.passages, "passage"), plan_id, versions)

    def _keep_missing(self, plans: Sequence[PlanInfo], data: bytes) -> bool:
        """Keep ``data`` for those of ``plans`` whose file is not found: unpacked from an archive, or moved since."""
        missing = [info for info in plans if not find_original(self.library.backend, info)]
        for info in missing:  # under the name that it is looked for by, whatever it is called now
            keep_original(self.library.backend, PurePath(info.source).name, data)
        return bool(missing)


def _free(plan_id: str, taken: Collection[str]) -> str:
    """``plan_id`` with the first number behind it that makes it another than all those ``taken``."""
    return next(named for n in range(2, len(taken) + 3) if (named := f"{plan_id}-{n}") not in taken)
