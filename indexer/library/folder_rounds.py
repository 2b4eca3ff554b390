"""While a server runs: its watched folders are looked through, and their files added or held for review.

Files are added as a job on the library's queue, which every page shows. What is held is known again after a restart,
since it is what rests in the folder and is neither a plan nor settled (``library/folders.py``).
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from time import monotonic
from typing import TypeAlias
from weakref import WeakKeyDictionary

from indexer.errors import IndexerError, LibraryError
from indexer.library.audit import actor
from indexer.library.facade import Library
from indexer.library.folders import Folder, read_folders, settle
from indexer.library.jobs import Job, Report, job_queue
from indexer.library.watching import EVERY, REST, WatchedFolder, add_watched, content_hash
from indexer.reading.loading import plan_id_of
from indexer.types import Added
from indexer.wording import counted

#: Seconds before a folder whose files could not be added, as the disk was full, is tried again.
AGAIN = 30.0
#: Who adds what a folder's files become, in the audit log.
ACTOR = "watched folder"
#: Path -> hash of its content.
Files: TypeAlias = Mapping[Path, str]


@dataclass(frozen=True, slots=True)
class Held:
    """A file that waits to be reviewed; ``name`` is its place in the folder, ``changed`` seconds since 1970."""

    path: Path
    name: str
    size: int
    changed: float
    content: str


@dataclass(slots=True)
class _Seen:
    """What a server has seen of a folder; ``failed`` says why files were not added, ``problem`` why none is."""

    watched: WatchedFolder
    looked: bool = False
    problem: str = ""
    held: tuple[Held, ...] = ()
    failed: dict[Path, str] = field(default_factory=dict)
    pause: float = 0.0
    hashes: dict[Path, tuple[tuple[int, int], str]] = field(default_factory=dict)

    def content(self, path: Path) -> str:
        """The hash of the file's content, read again when the file has changed. Raises OSError."""
        found = path.stat()
        state = found.st_size, found.st_mtime_ns
        if path not in self.hashes or self.hashes[path][0] != state:
            self.hashes[path] = state, content_hash(path)
        return self.hashes[path][1]


@dataclass(frozen=True, slots=True)
class FolderState:
    """What a page shows of a watched folder; ``looked`` says whether a server has looked through it yet."""

    folder: Folder
    looked: bool
    problem: str
    held: tuple[Held, ...]
    failed: tuple[tuple[str, str], ...]


class Watching:
    """The rounds through the watched folders of one library."""

    def __init__(self, rest: float = REST) -> None:
        self._rest = rest
        self._seen: dict[str, _Seen] = {}

    def states(self, library: Library) -> list[FolderState]:
        """The folders that are set, as the last round found them. Raises LibraryError."""
        known = {info.sha256 for info in library.whole.plans()}
        return [self._state(folder, known) for folder in sorted(read_folders(library.backend), key=lambda f: f.path)]

    def _state(self, folder: Folder, known: set[str]) -> FolderState:
        seen = self._seen.get(folder.path)
        if seen is None:
            return FolderState(folder, False, "", (), ())
        held = seen.held if folder.review else ()
        waiting = tuple(h for h in held if h.content not in known and not folder.is_settled(h.path, h.content))
        failed = tuple((_name(path, folder), reason) for path, reason in sorted(seen.failed.items()))
        return FolderState(folder, seen.looked, seen.problem, waiting, failed)

    def look(self, library: Library, now: float) -> None:
        """Look through each folder once, and begin to add what rests in it; returns when that is done."""
        folders = read_folders(library.backend)
        self._seen = {
            folder.path: self._seen.get(folder.path) or _Seen(WatchedFolder(Path(folder.path), self._rest))
            for folder in folders
        }
        for folder in folders:
            seen = self._seen[folder.path]
            try:
                self._look(library, folder, seen, now)
            except LibraryError as error:
                seen.problem, seen.pause = str(error), now + AGAIN
            seen.looked = True

    def _look(self, library: Library, folder: Folder, seen: _Seen, now: float) -> None:
        problem = _unreadable(Path(folder.path))
        ready = None if problem else seen.watched.ready(now)
        if ready is None:
            seen.problem, seen.held = problem or f"The folder {folder.path} is not there.", ()
            return
        if now < seen.pause:
            return
        seen.problem = ""
        seen.failed = {path: reason for path, reason in seen.failed.items() if path.exists()}
        found = self._unsettled(library, folder, seen, ready)
        if folder.review:
            seen.held = tuple(held for path, content in found.items() for held in _held(path, content, folder))
        elif found:
            seen.held = ()
            self._add(library, folder, seen, found)

    def _unsettled(self, library: Library, folder: Folder, seen: _Seen, ready: Sequence[Path]) -> Files:
        """The files that are no plan's and were not settled; the path of a plan's file that was renamed is noted."""
        plans = {info.sha256 for info in library.plans()} if ready else set()
        found: dict[Path, str] = {}
        known: dict[Path, str] = {}
        for path in ready:
            try:
                if not path.is_file():  # a folder that cannot be read
                    continue
                content = seen.content(path)
            except OSError as error:
                seen.failed[path] = f"{path} cannot be read ({error.strerror or error})."
                continue
            if folder.settled.get(str(path)) == content:
                continue
            if content in plans:
                list(add_watched(library, path, Path(folder.path)))
            if content in plans or folder.is_settled(path, content):
                known[path] = content
            else:
                found[path] = content
        if known:
            settle(library.backend, folder.path, known)
        return found

    def _add(self, library: Library, folder: Folder, seen: _Seen, files: Files) -> None:
        title = f"Adding files from {folder.path}"
        job = Job(title, partial(self._added, library, folder, seen, files))
        if not job_queue(library).begin(job):
            return  # the next round tries again
        while job.task.running:
            job.look(wait=1.0)
        if job.task.error:
            raise job.task.error

    def _added(self, library: Library, folder: Folder, seen: _Seen, files: Files, job: Job) -> Iterator[Report]:
        """Add the files until the folder is set no more, or otherwise. Raises LibraryError."""
        actor.set(ACTOR)
        done: dict[Path, str] = {}
        job.names = [_name(path, folder) for path in files]
        try:
            for path, content in files.items():
                if not any(each.path == folder.path and not each.review for each in read_folders(library.backend)):
                    return
                failed = ""
                for report in _reports(library, folder, path, job):
                    failed = report.detail if report.status == "failed" else failed
                    yield report
                seen.watched.take(path)
                if failed:
                    seen.failed[path] = failed
                else:
                    seen.failed.pop(path, None)
                    done[path] = content
        finally:
            if done:
                settle(library.backend, folder.path, done)


def add_held(library: Library, folder: Folder, files: Sequence[Held], job: Job) -> Iterator[Report]:
    """Add files that are held, as they were when somebody saw them; a report of each. Raises LibraryError."""
    job.names = [held.name for held in files]
    for held in files:
        try:
            same = held.path.is_file() and content_hash(held.path) == held.content
        except OSError:
            same = False
        if not same:
            yield Report(held.name, "failed", f"{held.name} has changed or is gone. Look at it again.")
            continue
        failed = False
        for report in _reports(library, folder, held.path, job):
            failed |= report.status == "failed"
            yield report
        if not failed:
            settle(library.backend, folder.path, {held.path: held.content})


def _reports(library: Library, folder: Folder, path: Path, job: Job) -> Iterator[Report]:
    """Add one file, as a job reports it. Raises LibraryError."""
    name = _name(path, folder)
    sources = {info.source: info.id for info in library.plans()}
    plan = sources.get(str(path), plan_id_of(path.name))
    before = len(library.versions(plan)) if plan in sources.values() else 0
    for added in add_watched(library, path, Path(folder.path), job.progress(name)):
        earlier = 0
        if added.status == "replaced" and added.plan == plan and len(library.versions(plan)) > before:
            earlier = before
        yield _report(added, name if added.path == str(path) else _name(Path(added.path), folder), earlier)


def _report(added: Added, name: str, earlier: int) -> Report:
    detail = added.detail.replace(added.path, name) or counted(added.passages, "passage")
    return Report(name, added.status, detail, added.plan or "", earlier)


def run_folder_rounds(open_library: Callable[[], Library], stopped: threading.Event, *, every: float = EVERY) -> None:
    """Look through the watched folders until ``stopped``. A library that is not there yet is tried again."""
    log = logging.getLogger(__name__)
    while not stopped.wait(every):
        try:
            with suppress(IndexerError):
                library = open_library()
                watching_of(library).look(library, monotonic())
        except Exception:  # a defect must not end the rounds of a server that goes on
            log.exception("Watched folders could not be looked through; the next round tries again.")


def watching_of(library: Library, rest: float = REST) -> Watching:
    """The rounds of ``library`` in this process."""
    with _lock:
        return _watching.setdefault(library.whole, Watching(rest))


_watching: WeakKeyDictionary[Library, Watching] = WeakKeyDictionary()
_lock = threading.Lock()


def _held(path: Path, content: str, folder: Folder) -> Iterator[Held]:
    with suppress(OSError):  # gone meanwhile
        found = path.stat()
        yield Held(path, _name(path, folder), found.st_size, found.st_mtime, content)


def _unreadable(folder: Path) -> str:
    """Why the folder cannot be looked through; "" where it can."""
    try:
        with os.scandir(folder) as entries:
            next(entries, None)
    except (FileNotFoundError, NotADirectoryError):
        return f"The folder {folder} is not there."
    except OSError as error:
        return f"The folder {folder} cannot be read ({error.strerror or error}). Let the server's user read it."
    return ""


def _name(path: Path, folder: Folder) -> str:
    return str(path.relative_to(folder.path)) if path.is_relative_to(folder.path) else path.name
