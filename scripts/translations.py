"""Brings the catalogue of words up to date with the code: python scripts/translations.py [--check]

New messages are added without a translation, and those that are no more are dropped; what is not translated is listed.
With --check nothing is written, and the exit status says whether there is anything to do.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import TypeAlias

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
PO = ROOT / "indexer" / "locale" / "zh.po"
#: A message's text, or its singular and its plural; and its context, if it has one.
Message: TypeAlias = tuple[str | tuple[str, str], str | None]
_WIDTH = 110
# without the dates and names that Babel writes, which would differ from day to day
_HEADER = """msgid ""
msgstr ""
"Language: zh\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

"""


def messages(source: str) -> Iterator[Message]:
    """The messages that Python source marks, in its order. Raises ValueError for one that is no plain text."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        match call:
            case ast.Call(func=ast.Name(id="_" | "N_"), args=[ast.JoinedStr()]):
                raise ValueError(f"line {call.lineno}: a message is no f-string, its parts have names")
            case ast.Call(func=ast.Name(id="_" | "N_"), args=[ast.Constant(value=text)]):
                yield text, None
            case ast.Call(func=ast.Name(id="pgettext"), args=[ast.Constant(value=context), ast.Constant(value=text)]):
                yield text, context
            case ast.Call(func=ast.Name(id="ngettext"), args=[ast.Constant(value=one), ast.Constant(value=many), _]):
                yield (one, many), None
            case ast.Call(func=ast.Name(id="counted"), args=[_, ast.Constant(value=noun)]):
                yield (f"{{count}} {noun}", f"{{count}} {noun}s"), None


def marked() -> dict[Message, list[str]]:
    """Every message of the package, with the files that have it."""
    found: dict[Message, list[str]] = {}
    for module in sorted((ROOT / "indexer").rglob("*.py")):
        path = module.relative_to(ROOT).as_posix()
        for message in messages(module.read_text("utf-8")):
            places = found.setdefault(message, [])
            if path not in places:
                places.append(path)
    return found


def read() -> Catalog:
    """The catalogue as it is."""
    return read_po(BytesIO(PO.read_bytes()), locale="zh")


def updated(known: Catalog) -> Catalog:
    """The catalogue of the code's messages in its order, with the translations that are ``known``."""
    catalogue = Catalog(known.locale, header_comment=known.header_comment)
    for (text, context), places in marked().items():
        entry = known.get(text, context)
        translated = entry.string if entry and entry.id == text else ""
        catalogue.add(text, translated, locations=[(place, None) for place in places], context=context)
    return catalogue


def file_text(catalogue: Catalog) -> str:
    """The catalogue as a file to edit."""
    written = BytesIO()
    write_po(written, catalogue, width=_WIDTH, include_lineno=False, omit_header=True)
    return f"{catalogue.header_comment}\n{_HEADER}{written.getvalue().decode()}"


def missing(catalogue: Catalog) -> list[str]:
    """The messages without a translation."""
    return [str(entry.id) for entry in catalogue if (entry.id and not entry.string) or entry.string == ("",)]


def main(*, check: bool) -> int:
    """Write the catalogue, or compare it."""
    catalogue = updated(read())
    stale = file_text(catalogue) != PO.read_text("utf-8")
    if stale and not check:
        PO.write_text(file_text(catalogue), "utf-8")
    lines = ["The catalogue is not up to date. Run: python scripts/translations.py"] if stale and check else []
    lines += [f"Not translated: {text}" for text in missing(catalogue)]
    print("\n".join(lines), file=sys.stderr)
    return int(check and bool(lines))


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv[1:]))
