"""A library that follows a folder: what to add and to remove so that it holds the folder's plans."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from indexer.errors import SourceError
from indexer.types import PlanInfo

if TYPE_CHECKING:
    from indexer.reading.files import SourceFile


@dataclass(frozen=True, slots=True)
class Differences:
    """What a library lacks of a folder and has beyond it.

    ``new`` files have no plan yet, ``changed`` ones another text than their plan (file, plan id);
    ``gone`` are plans that came from the folder and of which no file is left. ``same`` counts the rest.
    ``to_add`` is what to add for the new and changed ones: the files, or the archives they lie in.
    """

    new: tuple[Path, ...] = ()
    changed: tuple[tuple[Path, str], ...] = ()
    gone: tuple[PlanInfo, ...] = ()
    same: int = 0
    to_add: tuple[Path, ...] = ()


def compare_folder(plans: Sequence[PlanInfo], folder: Path, *, allow_empty: bool = False) -> Differences:
    """Hold the files below ``folder`` that can be plans against the library's.

    A file that was moved or renamed without a change is the same. No plan is gone whose file cannot be
    read. Raises SourceError when ``folder`` is missing or cannot be read, and, unless ``allow_empty``,
    when it holds no plans: a disk that is not there looks like that, and nothing may be removed for it.
    """
    files = _files(folder, allow_empty)
    by_source = {Path(info.source).resolve(): info for info in plans}
    known = {info.sha256 for info in plans}
    new: list[Path] = []
    changed: list[tuple[Path, str]] = []
    to_add: dict[Path, None] = {}
    unreadable: list[Path] = []
    hashes: set[str] = set()
    for file in files:
        try:
            sha256 = hashlib.sha256(file.read()).hexdigest()
        except SourceError:
            unreadable.append(file.path.resolve())
            new.append(file.path)  # whose report says why
            to_add[file.archive or file.path] = None
            continue
        hashes.add(sha256)
        if sha256 in known:
            continue
        to_add[file.archive or file.path] = None
        if info := by_source.get(file.path.resolve()):
            changed.append((file.path, info.id))
        else:
            new.append(file.path)
    there = {file.path.resolve() for file in files}
    gone = [
        info
        for source, info in by_source.items()
        if source.is_relative_to(folder.resolve())
        and source not in there
        and info.sha256 not in hashes
        and not any(source.is_relative_to(place) for place in unreadable)
    ]
    same = len(files) - len(new) - len(changed)
    gone.sort(key=lambda info: info.id)
    return Differences(tuple(new), tuple(changed), tuple(gone), same, tuple(to_add))


def _files(folder: Path, allow_empty: bool) -> list[SourceFile]:
    from indexer.reading.files import plan_files

    try:
        with os.scandir(folder):
            pass
    except OSError as error:
        raise SourceError(
            f"The folder {folder} cannot be read ({error.strerror or error}). Nothing was changed. "
            "Check its name and permissions."
        ) from error
    files = [file for file in plan_files([folder]) if file.path != folder]
    if not files and not allow_empty:
        raise SourceError(
            f"{folder} holds no plans. Nothing was changed. If it is meant to be empty, say so with `allow_empty`."
        )
    return files
