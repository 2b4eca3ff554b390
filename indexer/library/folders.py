"""The folders that a server watches for a library: which they are, and what has become of their files.

One file in the library's folder says it, so that it outlives the server and every server of the library knows it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from indexer.errors import LibraryError
from indexer.library.audit import recorded
from indexer.library.json_files import read_json_file, write_json_file
from indexer.library.rights import Action
from indexer.storage import Backend
from indexer.storage.disk import write_lock

FILE = "folders.json"


@dataclass(frozen=True, slots=True)
class Folder:
    """A watched folder: its ``path`` in full, and whether its files are held for ``review``.

    ``settled`` has the hash of the content with which each file was added or set aside: it is not offered again, also
    when its plan is removed and the server starts anew.
    """

    path: str
    review: bool = False
    settled: dict[str, str] = field(default_factory=dict)

    def is_settled(self, file: Path, content: str) -> bool:
        """Whether the file was added or set aside with this content, now or under a name that is gone."""
        known = (Path(name) for name, settled in self.settled.items() if settled == content)
        return any(name == file or not name.exists() for name in known)


def read_folders(backend: Backend) -> tuple[Folder, ...]:
    """The folders that are set. Raises LibraryError when the file cannot be read."""
    return read_json_file(backend.folder / FILE, tuple[Folder, ...]) or ()


def set_folder(backend: Backend, path: str, *, review: bool) -> Folder:
    """Watch the folder at ``path``, or watch it otherwise than so far. Raises LibraryError for one that cannot be."""
    folder = Path(os.path.normpath(path.strip())) if path.strip() else Path()
    with recorded(backend, "watch, held for review" if review else "watch, added at once", str(folder)):
        backend.require(Action.ADMINISTER)
        _check(backend, folder)

        def change(known: tuple[Folder, ...]) -> tuple[Folder, ...]:
            before = next((each for each in known if each.path == str(folder)), Folder(str(folder)))
            return (*(each for each in known if each is not before), replace(before, review=review))

        _change(backend, change)
    return next(each for each in read_folders(backend) if each.path == str(folder))


def forget_folder(backend: Backend, path: str) -> None:
    """Stop watching a folder; its plans stay. Set again, all of its files are offered anew. Raises LibraryError."""
    with recorded(backend, "stop watching", path):
        backend.require(Action.ADMINISTER)
        _change(backend, lambda known: tuple(folder for folder in known if folder.path != path))


def settle(backend: Backend, path: str, files: Mapping[Path, str]) -> None:
    """Offer these files of the folder ``path`` no more while they have these hashes. Raises LibraryError."""
    backend.require(Action.EDIT)

    def settled(folder: Folder) -> Folder:
        kept = {
            name: content
            for name, content in folder.settled.items()
            if content not in files.values() or Path(name).exists()
        }
        return replace(folder, settled={**kept, **{str(file): content for file, content in files.items()}})

    _change(backend, lambda known: tuple(settled(each) if each.path == path else each for each in known))


def set_aside(backend: Backend, path: str, files: Mapping[Path, str]) -> None:
    """Settle files of the folder ``path`` without adding them. Raises LibraryError."""
    with recorded(backend, "set aside", ", ".join(map(str, files))):
        settle(backend, path, files)


def hold_again(backend: Backend, path: str, files: Iterable[Path]) -> None:
    """Take back that files were set aside. Raises LibraryError."""
    names = {str(file) for file in files}
    with recorded(backend, "hold again", ", ".join(sorted(names))):
        backend.require(Action.EDIT)

        def held(folder: Folder) -> Folder:
            return replace(folder, settled={n: content for n, content in folder.settled.items() if n not in names})

        _change(backend, lambda known: tuple(held(each) if each.path == path else each for each in known))


def _check(backend: Backend, folder: Path) -> None:
    """Raise LibraryError unless the folder can be watched."""
    if not folder.is_absolute():
        raise LibraryError(f"“{folder}” is no whole path. Give the folder's place on the server, such as /srv/plans.")
    try:
        there = folder.is_dir()
        if there:
            with os.scandir(folder) as entries:
                next(entries, None)
    except OSError as error:
        raise LibraryError(
            f"The folder {folder} cannot be read ({error.strerror or error}). Let the server's user read it."
        ) from error
    if not there:
        raise LibraryError(f"There is no folder {folder} on the server. Make it, or correct the path.")
    home, real = backend.folder.resolve(), folder.resolve()
    if real.is_relative_to(home):
        raise LibraryError(f"The folder {folder} belongs to the library itself. Choose one outside of it.")
    if home.is_relative_to(real):
        raise LibraryError(f"The folder {folder} holds the library itself. Choose one for plans alone.")
    for other in read_folders(backend):
        with suppress(OSError):
            known = Path(other.path).resolve()
            nested = real.is_relative_to(known) or known.is_relative_to(real)
            if nested and other.path != str(folder):
                raise LibraryError(
                    f"The folder {folder} and the watched folder {other.path} overlap. Watch one of them."
                )


def _change(backend: Backend, change: Callable[[tuple[Folder, ...]], tuple[Folder, ...]]) -> None:
    with write_lock(backend.folder):
        known = read_folders(backend)
        if (changed := change(known)) != known:
            write_json_file(backend.folder / FILE, changed)
