"""Backups: dated copies of a library, made while it is served, and put back while it is served."""

from __future__ import annotations

import re
import shutil
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from indexer.errors import IndexerError, LibraryError
from indexer.library import alerts, audit, briefs, folders, judgements, people, questions, tokens
from indexer.library.copying import Copied, CopyProgress, copy_library
from indexer.storage import Backend, open_backend

#: Files of a library besides its plans, which a backup takes along.
FILES = (questions.FILE, judgements.FILE, briefs.FILE, folders.FILE)
#: Copies begun anew because somebody changed the library meanwhile; what is copied is kept each time.
_TRIES = 10
_NAME = re.compile(r"plancite-\d{4}-\d{2}-\d{2}T\d{6}Z")


def _silent(doing: str, done: int, total: int) -> None:
    return None


def back_up(source: Backend, folder: Path, *, keep: int | None = None, progress: CopyProgress = _silent) -> Path:
    """Copy ``source`` to a dated folder in ``folder``, with every hash compared; its path.

    Older backups there are deleted except for the latest ``keep``. What is broken off leaves nothing that looks like
    a backup. Raises LibraryError.
    """
    name = f"plancite-{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}"
    draft = folder / f".{name}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _copy_whole(source, draft, progress)
        _copy_files(source.folder, draft)
        draft.rename(folder / name)
    except OSError as error:
        raise LibraryError(
            f"No backup can be made in {folder} ({error.strerror or error}). Check its free space and permissions."
        ) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    if keep is not None:
        for old in backups(folder)[:-keep]:
            shutil.rmtree(old, ignore_errors=True)
    return folder / name


def backups(folder: Path) -> list[Path]:
    """The backups in ``folder``, the oldest first."""
    return sorted(path for path in folder.iterdir() if _NAME.fullmatch(path.name))


def put_back(backup: Path, target: Backend, *, progress: CopyProgress = _silent) -> Copied:
    """Make ``target`` what ``backup`` is, plan by plan: plans that the backup lacks are deleted, with their versions.

    Who reads meanwhile sees each plan as it was or as it is in the backup, and none that either keeps from them.
    Raises LibraryError, ModelError.
    """
    source = open_backend(backup)
    try:
        _copy_private(backup, target.folder, audit.FILE)  # first, since this adds to it
        with audit.recorded(target, "restore a backup", backup.name):
            return _make_same(source, target, backup, progress)
    except OSError as error:
        raise _unreadable(backup, error) from error
    finally:
        source.close()


def _make_same(source: Backend, target: Backend, backup: Path, progress: CopyProgress) -> Copied:
    try:
        ours = {info.id for info in source.plans()} | {version.plan for version in source.removed()}
        theirs = {info.id for info in target.plans()} | {version.plan for version in target.removed()}
        if foreign := sorted(theirs - ours):
            target.remove(foreign, purge=True)
            alerts.purge_alerts(target, foreign)
        copied = copy_library(source, target, progress)
        _copy_files(backup, target.folder)
    except OSError as error:
        raise _unreadable(backup, error) from error
    return copied


def _unreadable(backup: Path, error: OSError) -> LibraryError:
    return LibraryError(f"{backup} cannot be read whole ({error.strerror or error}).")


def _copy_whole(source: Backend, draft: Path, progress: CopyProgress) -> None:
    target = open_backend(draft, create=True)
    try:
        for left in reversed(range(_TRIES)):
            generation = source.generation
            try:
                copy_library(source, target, progress)
                break
            except IndexerError:  # also a plan that came or went in between
                if not left or source.generation == generation:
                    raise
        if problems := target.check():
            raise LibraryError(f"The backup is damaged: {problems[0]} Check the disk, and make it again.")
    finally:
        target.close()


def _copy_files(source: Path, target: Path) -> None:
    for name in FILES:
        with suppress(FileNotFoundError):
            shutil.copy2(source / name, target / name)
    if (source / people.FOLDER).is_dir():
        shutil.copytree(source / people.FOLDER, target / people.FOLDER, dirs_exist_ok=True)
    # a library that has alerts keeps them: those delivered since the backup would be delivered again
    for name in (alerts.FILE, alerts.SEEN_FILE):
        if (source / alerts.FOLDER / name).exists() and not (target / alerts.FOLDER / name).exists():
            (target / alerts.FOLDER).mkdir(exist_ok=True)
            shutil.copy2(source / alerts.FOLDER / name, target / alerts.FOLDER / name)
    for name in (audit.FILE, tokens.FILE):
        _copy_private(source, target, name)


def _copy_private(source: Path, target: Path, name: str) -> None:
    """Copy a file that is its owner's alone, unless ``target`` has one: its own log goes on, its tokens count."""
    draft = target / f".{name}-draft"
    if (source / name).exists() and not (target / name).exists():
        draft.touch(mode=0o600)
        shutil.copyfile(source / name, draft)
        draft.replace(target / name)
