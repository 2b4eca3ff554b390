"""A file -> a Plan: the loader of its format, then outline, boilerplate, metadata and warnings."""

from __future__ import annotations

import ast
import hashlib
import re
import stat
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path, PurePosixPath

from indexer.errors import SourceError
from indexer.language.sentences import broken_figures_of_plan, fold_space
from indexer.reading.apparatus import find_contents, find_references
from indexer.reading.boilerplate import find_asides
from indexer.reading.formats.blocks import CELL
from indexer.reading.hyphens import settle_hyphens
from indexer.reading.metadata import UNKNOWN, find_metadata
from indexer.reading.notices import find_own_notice
from indexer.reading.outline import Heading, build_sections
from indexer.reading.tables import complete_tables
from indexer.types import Aside, Metadata, Page, Plan, Record, Role, Section, Span, Table

_FORMATS = Path(__file__).with_name("formats")
_DECLARED = re.compile(r"^ENDINGS = (\(.+\))$", re.MULTILINE)


def _find_loaders() -> dict[str, str]:
    """Modules of ``indexer.reading.formats`` by the endings of the files that they read.

    Each declares its ``ENDINGS``, which is read from its source: importing all would load every parser.
    """
    found: dict[str, str] = {}
    for source in sorted([*_FORMATS.glob("*.py"), *_FORMATS.glob("*/__init__.py")]):
        if declared := _DECLARED.search(source.read_text("utf-8")):
            module = source.parent.name if source.stem == "__init__" else source.stem
            found |= dict.fromkeys(ast.literal_eval(declared[1]), module)
    return found


#: Format modules by file ending; each has ``load(path, data) -> Content``.
LOADERS = _find_loaders()
#: Endings of files that are refused: the program that opens them, the ending that can be read.
OLD = {".doc": ("Word", ".docx"), ".xls": ("Excel", ".xlsx"), ".ppt": ("PowerPoint", ".pptx")}
#: Bytes; a larger file is no plan, and reading it would exhaust the memory.
LARGEST_FILE = 200 * 1024 * 1024
#: Characters; the longest plans have two million, and a million takes two seconds. Records are passages
#: already and may be more.
LONGEST_TEXT = 3_000_000
LONGEST_TITLE = 300
#: Control characters except line feed, tab and form feed; a pattern is ten times as fast as str.translate.
CONTROLS = r"\x00-\x08\x0b\r\x0e-\x1f\x7f-\x9f"
#: What no database and no page can hold: lone surrogates, which JSON can write, and control characters.
_UNSTORABLE = re.compile(rf"(?P<half>[\ud800-\udfff])|[{CONTROLS}]")
#: Placeholders that programs write as titles.
_NO_TITLE = re.compile(
    r"^(?:untitled.*|(?:microsoft )?word document|document ?\d*|microsoft word.*|.*\.(?:docx?|pdf|indd|wps))?$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Content:
    """What a loader finds in a file: canonical text and its parts.

    ``web``: whether it may be a web page or the text of one, with what such pages add to a document.
    """

    text: str
    title: str = ""
    pages: tuple[Page, ...] = ()
    headings: tuple[Heading, ...] = ()
    records: tuple[Record, ...] = ()
    warnings: tuple[str, ...] = ()
    metadata: Metadata = UNKNOWN  # its ``found.title`` says where ``title`` was found
    tables: tuple[Table, ...] = ()
    web: bool = True


def load_plan(path: Path, plan_id: str | None = None, data: bytes | None = None) -> Plan:
    """Read ``path`` into a Plan; its id is made from the file's name unless given.

    ``data`` are the file's bytes where they are read already or lie in an archive that ``path`` names. Raises
    SourceError, with the file's name and the remedy, for anything that cannot become a plan.
    """
    _check_name(path)
    data = read_bytes(path) if data is None else data
    content = load_content(path, data)
    text = settle_hyphens(storable(content.text))
    if not re.search(r"\w", text):
        raise SourceError(f"{path} holds no text. Give a file with the plan's words in it.")
    if len(text) > LONGEST_TEXT and not content.records:
        raise too_long(path)
    own = (0, len(text)) if content.records else find_own_notice(text, content.pages)
    sections, asides = ((), ()) if content.records else _structure(text, content, own)
    title, place = _title(path, content, text[slice(*own)])
    metadata = find_metadata(text[slice(*own)], content.metadata, title)
    return Plan(
        id=plan_id or plan_id_of(path.name),
        title=title[:LONGEST_TITLE],
        text=text,
        # the full path: the same name in another folder is another file
        source=str(path.absolute()),
        sha256=hashlib.sha256(data).hexdigest(),
        pages=content.pages,
        sections=sections,
        asides=asides,
        records=content.records,
        warnings=content.warnings + _warnings(text, asides),
        metadata=replace(metadata, found=replace(metadata.found, title=place)),
        tables=complete_tables(text, _answering(content.tables, asides), sections),
    )


def _title(path: Path, content: Content, text: str) -> tuple[str, str]:
    """What the plan is called, and where that was found."""
    if own := fold_space(storable(content.title)):
        return own, content.metadata.found.title or "heading"
    if opening := fold_space(storable(find_title(text))):
        return opening, "opening"
    return plan_id_of(path.name), "file name"


def _answering(tables: Sequence[Table], asides: Sequence[Aside]) -> list[Table]:
    """``tables`` without those of contents pages and of what else never answers."""
    silent = [(start, end) for start, end, role in asides if not role.may_answer]
    return [table for table in tables if not any(start <= table.start < end for start, end in silent)]


def _structure(text: str, content: Content, own: Span) -> tuple[tuple[Section, ...], tuple[Aside, ...]]:
    """The sections of ``text``, whose ``own`` notice is a span of it, and what in it is not its body."""
    start, end = own
    others: list[Aside] = [(*span, Role.NOTICE) for span in ((0, start), (end, len(text))) if span[0] < span[1]]
    contents = [span for span in find_contents(text, content.pages) if start <= span[0] < end]
    headings = [heading for heading in content.headings if start <= heading.start < end]
    sections = build_sections(text[:end], headings, [(-1, start), *contents])
    found: list[Aside] = [(*span, Role.CONTENTS) for span in contents]
    found += [(*span, Role.REFERENCES) for span in find_references(text[:end], sections) if start <= span[0]]
    web = others or (find_asides(text, sections) if content.web else ())
    apart = [a for a in found if not any(first < a[1] and a[0] < last for first, last, _ in web)]
    return sections, tuple(sorted([*web, *apart]))


def _check_name(path: Path) -> None:
    """Raise SourceError for a name that is not UTF-8: Linux allows any bytes, the database only characters."""
    name = str(path.absolute())
    try:
        name.encode()
    except UnicodeEncodeError:
        raise SourceError(
            f"{storable(name)} has a name that is not UTF-8, as files from old zip archives do. "
            "Rename the file, or the folder it lies in, and add it again."
        ) from None


def too_long(path: Path) -> SourceError:
    return SourceError(
        f"{path} holds more than {LONGEST_TEXT // 1_000_000} million characters. Split it and add the parts."
    )


def load_content(path: Path, data: bytes) -> Content:
    """What the format of ``path`` finds in ``data``. Raises SourceError, with the file's name and the remedy."""
    check_readable(path)
    loader: Callable[[Path, bytes], Content] = import_module(
        f"indexer.reading.formats.{LOADERS[path.suffix.lower()]}"
    ).load
    try:
        return loader(path, data)
    except (SourceError, MemoryError):
        raise
    except Exception as error:
        # third-party parsers raise errors of any kind for damaged files
        raise SourceError(
            f"{path} is damaged: reading it as {path.suffix.lower()} failed ({type(error).__name__}). "
            "Open it in the program it was made with and save it again."
        ) from error


def check_readable(path: Path) -> None:
    """Raise SourceError for a file ending that no format has, with the remedy for an old one."""
    if path.suffix.lower() in OLD:
        program, ending = OLD[path.suffix.lower()]
        raise SourceError(f"{path} is an old {program} file. Open it in {program}, save it as {ending}, and add that.")
    if path.suffix.lower() not in LOADERS:
        known = ", ".join(sorted(LOADERS))
        raise SourceError(f"{path} is not a kind of file that can be read. These can: {known}.")


def read_bytes(path: Path) -> bytes:
    """The bytes of a plan file. Raises SourceError when missing, empty, too large or not a format."""
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        raise SourceError(f"There is no file {path}. Check the name.") from None
    except (OSError, ValueError) as error:
        raise SourceError(f"{path} cannot be read ({error}). Check its name and permissions.") from error
    check_readable(path)
    if not stat.S_ISREG(found.st_mode) and not stat.S_ISDIR(found.st_mode):
        raise SourceError(f"{path} is not a file but a device or a pipe. Save its text in a file.")
    try:
        if found.st_size > LARGEST_FILE:
            raise SourceError(f"{path} is larger than {LARGEST_FILE >> 20} MB. Split it and add the parts.")
        data = path.read_bytes()
    except OSError as error:
        raise SourceError(f"{path} cannot be read ({error.strerror or error}). Check its permissions.") from error
    if not data.strip():
        raise SourceError(f"{path} is empty. Save it again with the plan's text in it.")
    return data


_PLAN_WORDS = r"Plan|Programme|Program|Outline|Strategy|Scheme|Opinions?|Measures|Agenda|Roadmap|Framework"
_QUOTED_TITLE = re.compile(rf"[\"“”《]([^\"“”》\n]{{4,140}}?(?:{_PLAN_WORDS}|规划|方案|纲要|计划|意见))[\"“”》]")


def storable(text: str) -> str:
    """``text`` with each character that cannot be stored replaced by one, so that offsets stay."""
    return _UNSTORABLE.sub(lambda found: "�" if found["half"] else " ", text)


def find_title(text: str) -> str:
    """The plan's title from its opening: a quoted name of a plan, else a first line without a stop."""
    opening = text[:800]
    if quoted := _QUOTED_TITLE.search(opening):
        return " ".join(quoted[1].split())
    first = next((line.strip() for line in opening.splitlines() if line.strip()), "")
    first = first.lstrip("#").strip()
    if not first or CELL in f" {first} " or len(first) > 140 or first[-1] in ".。:：;；,，" or first[0].islower():
        return ""
    # a line that goes on with a small letter is the first of a paragraph
    return "" if re.match(r"[^\n]*\n[ \t]*[a-z]", opening.lstrip()) else first


def meaningful_title(title: str) -> str:
    """``title`` as one line, or "" for a placeholder such as "Untitled"."""
    text = fold_space(title)
    return "" if _NO_TITLE.match(text) else text


def _warnings(text: str, asides: tuple[Aside, ...]) -> tuple[str, ...]:
    broken = len(broken_figures_of_plan(text))
    notes = []
    if broken:
        notes.append(f"{broken} figures are cut off in the source")
    roles = [role for _, _, role in asides]
    if Role.SUMMARY in roles:
        notes.append("begins with a summary that repeats the plan")
    if Role.FURNITURE in roles:
        notes.append("ends with text of the web page it was saved from")
    for start, _, role in asides:
        if role is Role.NOTICE:
            begins = "begins with text of another notice in the same journal"
            notes.append("ends with text of another notice in the same journal" if start else begins)
    return tuple(notes)


#: Longer ids do not fit a citation. A cut id ends in a hash, so that two stay distinct.
LONGEST_ID = 100
# control and format characters (right-to-left marks among them), lone surrogates, private use
_INVISIBLE = ("Cc", "Cf", "Cs", "Co", "Cn")


def plan_id_of(name: str) -> str:
    """The plan id for a file called ``name``: its stem, for ordinary names exactly that.

    Folders, control and format characters, angle brackets and leading dots and dashes go; a name with
    nothing left becomes "plan". At most ``LONGEST_ID`` characters.
    """
    last = re.split(r"[/\\]", name)[-1]
    visible = "".join(
        " " if c.isspace() else c for c in last if c.isspace() or unicodedata.category(c) not in _INVISIBLE
    )
    stem = PurePosixPath(unicodedata.normalize("NFC", visible).strip() or "plan").stem
    bare = re.sub(r"\s+", " ", re.sub(r"[<>]+", " ", stem)).strip().lstrip(".-").strip() or "plan"
    if len(bare) <= LONGEST_ID:
        return bare
    digest = hashlib.sha256(bare.encode()).hexdigest()[:8]
    return f"{bare[: LONGEST_ID - 9].rstrip()}-{digest}"
