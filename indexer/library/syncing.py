"""A folder and a library -> what to add and to remove so that the library holds the folder's plans."""

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
    """How a folder's files differ from a library's plans.

    ``new`` files have no plan yet, ``changed`` ones, (file, plan id), differ from their plan; ``removed`` are
    plans from the folder whose file is no longer in it. ``same`` counts the rest. ``to_add`` is what to add for
    the new and changed ones: the files, or the archives that hold them.
    """

    new: tuple[Path, ...] = ()
    changed: tuple[tuple[Path, str], ...] = ()
    removed: tuple[PlanInfo, ...] = ()
    same: int = 0
    to_add: tuple[Path, ...] = ()


def compare_folder(plans: Sequence[PlanInfo], folder: Path, *, allow_empty: bool = False) -> Differences:
    """Compare the files below ``folder`` that can be plans with the library's ``plans``.

    A file that was moved or renamed without a change is the same. A plan whose file cannot be read is not
    removed. Raises SourceError when ``folder`` is missing or cannot be read, and, unless ``allow_empty``, when
    it holds no plans, as the empty mount point of a missing disk does.
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
            new.append(file.path)  # its report says why
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
    present = {file.path.resolve() for file in files}
    removed = [
        info
        for source, info in by_source.items()
        if source.is_relative_to(folder.resolve())
        and source not in present
        and info.sha256 not in hashes
        and not any(source.is_relative_to(place) for place in unreadable)
    ]
    same = len(files) - len(new) - len(changed)
    removed.sort(key=lambda info: info.id)
    return Differences(tuple(new), tuple(changed), tuple(removed), same, tuple(to_add))


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
