"""Original files, kept in the library's folder.

Each is stored under its content's hash, so that a library that was moved finds it and an earlier version keeps
its own file.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path, PurePath

from indexer.errors import LibraryError, SourceError
from indexer.library.alerts import purge_alerts
from indexer.library.judgements import forget_quotes, judgements_file
from indexer.storage import Backend
from indexer.storage.disk import write_whole
from indexer.types import Plan, PlanInfo, Version

_FOLDER = "originals"
_HASH = 16  # characters of the hash that name a folder
#: Bytes of a file name, its ending included, that every file system takes.
_LONGEST = 200
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,10}$")


def keep_original(backend: Backend, name: str, data: bytes) -> Path:
    """Write the file ``name`` into the library, under a safe form of its name; its path.

    Raises LibraryError on a full or read-only disk.
    """
    path = _place(backend, hashlib.sha256(data).hexdigest()) / safe_name(name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, data)
    except OSError as error:
        with suppress(OSError):  # the folder may hold the same bytes under other names
            path.parent.rmdir()
        raise LibraryError(
            f"{name} cannot be kept in the library's folder ({error.strerror or error}). "
            "Check the disk's free space and the folder's permissions."
        ) from error
    return path


def find_original(backend: Backend, version: Plan | PlanInfo | Version) -> Path | None:
    """The file that a plan or a version was read from; None where it is missing or has changed."""
    name = PurePath(version.source).name
    kept = _place(backend, version.sha256)
    for path in (kept / name, kept / safe_name(name), Path(version.source)):
        try:
            found = path.stat()
            if _hash_of(path, found.st_size, found.st_mtime_ns) == version.sha256:
                return path
        except (OSError, ValueError):
            continue
    return None


def missing_original(version: Plan | PlanInfo | Version) -> SourceError:
    """The error for a plan whose file is not found."""
    name = PurePath(version.source).name
    return SourceError(f"The original file {name} is no longer in its place, or has changed. Add the file again.")


@lru_cache(maxsize=256)
def _hash_of(path: Path, size: int, changed: int) -> str:
    """The hash of a file's content, cached while its size and modification time stay the same."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def changed_originals(backend: Backend) -> list[str]:
    """A sentence on each kept file that is not what was handed in: it lies under its hash."""
    files = sorted(path for path in (backend.folder / _FOLDER).glob("*/*") if not path.name.startswith("."))
    changed = []
    for path in files:
        with path.open("rb") as file:  # read again: damage leaves size and time as they were
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if not digest.startswith(path.parent.name):
            changed.append(f"{path} changed on disk after it was handed in. Put the file in its place again.")
    return changed


def drop_unused(backend: Backend, hashes: Iterable[str]) -> None:
    """Delete the kept files of these hashes that no plan and no version needs. Raises LibraryError."""
    whole = backend.whole  # a file may be that of a plan which is kept back from who works, too
    plans = {info.id for info in whole.plans()} | {version.plan for version in whole.removed()}
    used = {version.sha256 for plan in plans for version in whole.versions(plan)}
    for digest in set(hashes) - used:
        try:
            shutil.rmtree(_place(backend, digest))
        except FileNotFoundError:
            continue
        except OSError as error:
            raise LibraryError(
                f"{_place(backend, digest)} cannot be deleted ({error.strerror or error}). Delete that folder by hand."
            ) from error


def remove_plans(backend: Backend, plan_ids: Sequence[str], *, purge: bool) -> None:
    """Remove plans, all or none; with ``purge`` their kept files, too, and judgements and alerts that quote them.

    Raises UnknownPlanError, LibraryError.
    """
    versions = [version for plan in plan_ids for version in backend.versions(plan)] if purge else []
    texts = [backend.version(v.plan, v.n).text for v in versions] if judgements_file(backend).exists() else []
    backend.remove(plan_ids, purge=purge)
    drop_unused(backend, [version.sha256 for version in versions])
    forget_quotes(backend, texts)
    if purge:
        purge_alerts(backend, plan_ids)


def safe_name(name: str) -> str:
    """``name`` as every file system takes it: no folders, nothing invisible, at most 200 bytes, its ending kept."""
    from indexer.reading.loading import plan_id_of

    ending = _ENDING.search(name.strip())
    stem = plan_id_of(name).encode()[: _LONGEST - 11].decode(errors="ignore")
    return stem + (ending[0].lower() if ending else "")


def _place(backend: Backend, digest: str) -> Path:
    return backend.folder.absolute() / _FOLDER / digest[:_HASH]
