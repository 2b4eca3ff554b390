"""A folder that is watched: each file in it that has come to rest is added, once for each content that it has.

The folder is looked through again and again rather than asked to tell of changes, which network drives do not. What is
in the library already is "same", so that a watch that was killed goes on where it was.
"""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from time import monotonic, sleep
from typing import TypeAlias

from indexer.errors import LibraryBusyError, LibraryError, LimitError
from indexer.library.adding import Progress, no_progress
from indexer.library.facade import Library
from indexer.reading.files import plan_files
from indexer.reading.loading import plan_id_of
from indexer.storage import Notify
from indexer.types import Added

#: Seconds between two looks, and those for which a file must not have changed.
EVERY, REST = 2.0, 5.0
#: Size and time of a file's last change.
_State: TypeAlias = tuple[int, int]


class WatchedFolder:
    """Reports which files of ``folder`` have come to rest and were not taken in this state."""

    def __init__(self, folder: Path, rest: float = REST) -> None:
        self.folder = folder
        self._rest = rest
        self._seen: dict[Path, tuple[_State, float]] = {}
        self._taken: dict[Path, _State] = {}

    def ready(self, now: float) -> list[Path] | None:
        """The files that have not changed for ``rest`` seconds until ``now``; None when the folder is not there."""
        if not self.folder.is_dir():
            return None
        states = dict(self._states())
        self._seen = {
            path: self._seen[path] if path in self._seen and self._seen[path][0] == state else (state, now)
            for path, state in states.items()
        }
        at_rest = [path for path, (_, since) in self._seen.items() if now - since >= self._rest]
        return [path for path in at_rest if self._taken.get(path) != states[path]]

    def take(self, path: Path) -> None:
        """Remember that ``path`` was taken as it was when it was last looked at."""
        self._taken[path] = self._seen[path][0]

    def _states(self) -> Iterator[tuple[Path, _State]]:
        home = self.folder.resolve()
        for path in dict.fromkeys(file.archive or file.path for file in plan_files([self.folder])):
            try:  # a link out of the folder would add a file from elsewhere
                if path != self.folder and path.resolve().is_relative_to(home):
                    found = path.stat()
                    if stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode):  # a pipe would be read without end
                        yield path, (found.st_size, found.st_mtime_ns)
            except OSError:
                continue  # gone meanwhile


def watch_folder(
    library: Library,
    folder: Path,
    *,
    every: float = EVERY,
    rest: float = REST,
    notify: Notify = lambda line: None,
    stopped: Callable[[], bool] = lambda: False,
    settled: Callable[[], None] = lambda: None,
) -> Iterator[Added]:
    """Add what comes to rest in ``folder`` until ``stopped``; a report of each file, as ``Library.add_iter`` gives it.

    Removing a file removes no plan, and one that is called otherwise stays the file of its plan. ``notify`` gets a
    line when the folder goes away or comes back, and when the library is busy, which is tried again. ``settled`` is
    called after each look whose files were all added; what it raises of the library is tried again, too.
    """
    watched = WatchedFolder(folder, rest)
    there = True
    while not stopped():
        ready = watched.ready(monotonic())
        if (ready is not None) != there:
            there = not there
            notify(f"{folder} is {'there again' if there else 'not there: its plans stay, and it is tried again'}.")
        for path in ready or ():
            try:
                yield from add_watched(library, path, folder)
            except LibraryError as error:
                notify(f"{error} It is tried again.")
                break
            watched.take(path)
        else:
            try:
                settled()
            except (LibraryBusyError, LimitError):
                pass  # another process is at it
            except LibraryError as error:
                notify(f"{error} It is tried again.")
        sleep(every)


def held_files(
    library: Library,
    folder: Path,
    *,
    every: float = EVERY,
    rest: float = REST,
    stopped: Callable[[], bool] = lambda: False,
) -> Iterator[Path]:
    """The files that come to rest in ``folder`` and are no plan's, each once as it is; none is added."""
    watched = WatchedFolder(folder, rest)
    while not stopped():
        for path in watched.ready(monotonic()) or ():
            with suppress(OSError):  # gone meanwhile
                content = content_hash(path)
                watched.take(path)
                if all(info.sha256 != content for info in library.plans()):
                    yield path
        sleep(every)


def add_watched(library: Library, path: Path, folder: Path, progress: Progress = no_progress) -> Iterator[Added]:
    """Add a file of a watched folder; a report of it, of each file for an archive. Raises LibraryError."""
    _follow(library, plan_id_of(path.name), path, folder)
    for report in library.add_iter(path, progress=progress):
        if report.status == "same" and report.plan and report.path == str(path):
            _follow(library, report.plan, path, folder)
        yield report


def content_hash(path: Path) -> str:
    """The SHA-256 of a file, as plans have it. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _follow(library: Library, plan_id: str, path: Path, folder: Path) -> None:
    """Note that the file of a plan, if there is one, lies at ``path`` now, unless it is where it was in ``folder``.

    Else its next version would be taken for another plan. Raises LibraryError.
    """
    seen = library.backend.generation
    source = next((Path(info.source) for info in library.plans() if info.id == plan_id), None)
    if source and source.is_relative_to(folder.absolute()) and not source.exists():
        plan, names = library.plan(plan_id), library.backend.names()[plan_id]
        library.backend.amend(plan_id, replace(plan, source=str(path.absolute())), names, seen=seen)
