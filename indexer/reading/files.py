"""Files, folders and zip archives -> the files to read, one after another, within bounds."""

from __future__ import annotations

import io
import os
import stat
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from indexer.errors import SourceError
from indexer.reading.loading import LARGEST_FILE, LOADERS, OLD, read_bytes

#: Files in an archive, and bytes they unpack to, all together and against their packed size. Text packs
#: twenty to one; a bomb a thousand to one.
MOST_MEMBERS = 10_000
LARGEST_TOTAL = 2 * 1024 * 1024 * 1024
LARGEST_RATIO = 200
_SMALL = 1024 * 1024  # bytes below which a ratio does no harm
#: Entries of an archive, folders among them, and bytes of its directory, above which it is not even listed: an entry
#: takes ten times its bytes in memory.
_MOST_ENTRIES = 2 * MOST_MEMBERS
_LARGEST_DIRECTORY = 1024 * _MOST_ENTRIES
_ENTRY = b"PK\x01\x02"  # begins each entry of a directory
_ARCHIVES = (".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz")
_LOCAL_HEADER = 30  # bytes before each file's name, at least
_ENCRYPTED, _UTF_8 = 0x1, 0x800  # general purpose flags


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file to read; ``path`` names it, also inside an archive ("plans.zip/anhui.pdf").

    ``archive`` is the archive that holds it and ``member`` its name there; ``problem`` is why it cannot be read, where
    that is known beforehand.
    """

    path: Path
    archive: Path | None = None
    member: str = ""
    problem: str = ""

    def read(self) -> bytes:
        """The file's bytes. Raises SourceError, with the file's name and the remedy, when it cannot be read."""
        if self.problem:
            raise SourceError(self.problem)
        if self.archive is None:
            return read_bytes(self.path)
        try:
            package = _open_archive(self.archive, *_version(self.archive))
            with package.open(self.member) as file:
                # no more than the size it declares
                data = file.read(package.getinfo(self.member).file_size)
        except Exception as error:  # zipfile does not wrap errors of the decompressors
            raise SourceError(
                f"{self.path} cannot be unpacked ({type(error).__name__}). Unpack the archive and add the file."
            ) from error
        if not data.strip():
            raise SourceError(f"{self.path} is empty. Save it again with the plan's text in it.")
        return data


def plan_files(paths: Iterable[Path]) -> Iterator[SourceFile]:
    """The files of ``paths``, in order; folders and zip archives give theirs.

    Folders and archives give files with known endings, without hidden ones. Nothing is raised here: a file that
    cannot be read carries its problem, which ``read`` raises.
    """
    for path in paths:
        mode = _mode(path)
        if stat.S_ISDIR(mode):
            yield from _in_folder(path)
        elif path.suffix.lower() == ".zip" and stat.S_ISREG(mode):
            yield from _in_archive(path)
        else:
            yield SourceFile(path)


def _in_folder(folder: Path) -> Iterator[SourceFile]:
    refused: list[OSError] = []
    found = False
    for here, folders, names in os.walk(folder, onerror=refused.append):
        folders[:] = sorted(name for name in folders if not _hidden(name))
        for name in sorted(names):
            path = Path(here, name)
            if not _hidden(name) and path.suffix.lower() in {*LOADERS, *OLD, ".zip"}:
                found = True
                yield from plan_files([path])
    for error in refused:
        place = Path(str(error.filename))
        yield SourceFile(place, problem=f"The folder {place} cannot be read ({error.strerror}). Check its permissions.")
    if not found and not refused:
        known = ", ".join(sorted(LOADERS))
        yield SourceFile(folder, problem=f"{folder} holds no plans. Files with these endings are read: {known}.")


class _TooManyEntries(Exception):
    """An archive's directory is longer than any plans need."""


class _Listed(io.FileIO):
    """An archive that is only listed: zipfile reads its directory at once, and makes an object of each entry."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > _LARGEST_DIRECTORY:
            raise _TooManyEntries
        data = super().read(size)
        if data.count(_ENTRY) > _MOST_ENTRIES:
            raise _TooManyEntries
        return data


def _in_archive(archive: Path) -> Iterator[SourceFile]:
    too_large = f"{archive} holds more than {MOST_MEMBERS} files or {LARGEST_TOTAL >> 30} GB. Add its plans in parts."
    try:
        with _Listed(archive) as file, zipfile.ZipFile(file) as package:
            members = [m for m in package.infolist() if not m.is_dir() and not stat.S_ISLNK(m.external_attr >> 16)]
    except _TooManyEntries:
        yield SourceFile(archive, problem=too_large)
        return
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError) as error:
        reason = f"{archive} is not a readable zip archive ({error}). Download or pack it again."
        yield SourceFile(archive, problem=reason)
        return
    if len(members) > MOST_MEMBERS or sum(m.file_size for m in members) > LARGEST_TOTAL:
        yield SourceFile(archive, problem=too_large)
        return
    if _overlap(members):
        reason = f"{archive} has files that overlap, which no program packs. Unpack it and add its plans."
        yield SourceFile(archive, problem=reason)
        return
    found = False
    last = {member.filename: member for member in members}  # reading by name gives this one
    for member in sorted(members, key=lambda m: m.filename):
        parts = [part for part in _readable(member).replace("\\", "/").split("/") if part not in ("", ".", "..")]
        if not parts or any(map(_hidden, parts)):
            continue
        path = archive.joinpath(*parts)
        ending = path.suffix.lower()
        if ending in LOADERS or ending in OLD or ending in _ARCHIVES:
            found = True
            problem = _problem(path, member)
            if member is not last[member.filename]:
                problem = f"{path} is in {archive.name} more than once, and the last is read. Name the others anew."
            yield SourceFile(path, archive, member.filename, problem)
    if not found:
        known = ", ".join(sorted(LOADERS))
        yield SourceFile(archive, problem=f"{archive} holds no plans. Files with these endings are read: {known}.")


@lru_cache(maxsize=1)
def _open_archive(archive: Path, changed: int, size: int) -> zipfile.ZipFile:
    """The archive, kept open while its files are read one after another: opening it reads its whole directory."""
    return zipfile.ZipFile(archive)


def _version(archive: Path) -> tuple[int, int]:
    found = archive.stat()
    return found.st_mtime_ns, found.st_size


def _overlap(members: Sequence[zipfile.ZipInfo]) -> bool:
    """Whether packed files share bytes, so that a small archive unpacks without end (Fifield, 2019)."""
    places = sorted((m.header_offset, m.header_offset + _LOCAL_HEADER + m.compress_size) for m in members)
    return any(end > start for (_, end), (start, _) in pairwise(places))


def _mode(path: Path) -> int:
    """The mode of ``path``; 0 where there is nothing or the name is impossible."""
    try:
        return path.stat().st_mode
    except (OSError, ValueError):
        return 0


def _problem(path: Path, member: zipfile.ZipInfo) -> str:
    if path.suffix.lower() in _ARCHIVES:
        return f"{path} is an archive inside an archive. Unpack it and add it by itself."
    if member.flag_bits & _ENCRYPTED:
        return f"{path} needs a password. Unpack the archive with it and add the file."
    if member.file_size > LARGEST_FILE:
        return f"{path} is larger than {LARGEST_FILE >> 20} MB. Split it and add the parts."
    if member.file_size > max(_SMALL, LARGEST_RATIO * member.compress_size):
        return f"{path} unpacks to {member.file_size >> 20} MB from next to nothing, which no plan does. Leave it out."
    return ""


def _readable(member: zipfile.ZipInfo) -> str:
    """The member's name as intended: Windows packs Chinese names in its own encoding without saying so."""
    name = member.filename
    if not member.flag_bits & _UTF_8 and not name.isascii():
        raw = name.encode("cp437", "replace")
        for encoding in ("utf-8", "gb18030"):
            try:
                name = raw.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    return "".join(" " if unicodedata.category(c)[0] == "C" else c for c in name)


def _hidden(name: str) -> bool:
    """Whether a file or folder is hidden, a lock of Word or metadata of macOS."""
    return name.startswith((".", "~$")) or name == "__MACOSX"
