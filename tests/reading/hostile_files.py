"""Damaged files: seeds of every format, and what happens to files on their way, drawn from a seed."""

from __future__ import annotations

import io
import json
import os
import random
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from documents import make, set_across_columns, set_by_reportlab, without_tables
from docx import Document
from offices import MAKERS, epub, odt
from pypdf import PdfReader, PdfWriter

from indexer.errors import SourceError
from indexer.reading.files import plan_files
from indexer.reading.loading import load_plan
from indexer.reading.passages import chunk_plan
from indexer.targets.extracting import find_targets

#: What parsers stumble over: numbers beyond their types, nesting, marks of other formats.
_TOKENS = (
    b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"4294967296", b"-1", b"99999999999999999999", b"1e999", b"<<", b">>",
    b"[" * 400, b"(" * 400, b"<div>" * 400, b"</w:p>", b"<w:tbl>", b"&#0;", b"&amp;" * 50, b"endobj", b"endstream",
    b"/Kids [1 0 R 1 0 R]", b"/Count 1000000", b"/Parent 3 0 R", b"PK\x03\x04", b"\xed\xa0\x80", b'"\\ud800"', b"\x0c" * 50,
    b"\n" * 200, b" " * 2000, b"|" * 300, b"1." * 300, b"#" * 300, b"```", b"\x1b[2J", b"\xe2\x80\xae", b"%PDF-1.7", b"xref\n0 9\n",
)  # fmt: skip


_HELVETICA = b"<< /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"


def seeds() -> dict[str, bytes]:
    """A small valid file of every kind, by name."""
    english, chinese = make("seed", 7, "en", 2), make("seed", 8, "zh", 2)
    plain = without_tables(english)
    word = Document()
    word.core_properties.title = english.title
    for kind, parts in english.blocks:
        if kind == "table":
            table = word.add_table(len(parts), 4)
            for i, row in enumerate(parts):
                for j, cell in enumerate(row.split(" | ")):
                    table.cell(i, j).text = cell
        elif kind in ("h1", "h2"):
            word.add_heading(parts[0], int(kind[1]))
        else:
            word.add_paragraph(" ".join(parts), "List Number" if kind == "li" else None)
    docx = io.BytesIO()
    word.save(docx)
    body = "".join(
        f"<{k if k[0] == 'h' else 'p'}>{' '.join(p)}</{k if k[0] == 'h' else 'p'}>" for k, p in english.blocks
    )
    page = f'<html lang="en"><head><meta charset="utf-8"><title>Plan</title></head><body>{body}</body></html>'.encode()
    head = b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=XX\r\n\r\n--XX\r\nContent-Type: text/html\r\n\r\n"
    locked = PdfWriter(clone_from=PdfReader(io.BytesIO(set_by_reportlab(english)[0])))
    locked.encrypt("", "owner", algorithm="RC4-128")
    closed = io.BytesIO()
    locked.write(closed)
    records = [{"id": str(i), "text": s, "section": ["A"], "page": i} for i, s in enumerate(english.sentences())]
    files = {
        "plan.txt": english.text().encode(),
        "gb.txt": chinese.text().encode("gb18030"),
        "wide.txt": english.text().encode("utf-16"),
        "plan.md": "\n\n".join(
            ("#" * int(k[1]) + " " if k[0] == "h" else "") + " ".join(p) for k, p in english.blocks
        ).encode(),
        "plan.jsonl": "\n".join(map(json.dumps, records)).encode(),
        "plan.html": page,
        "plan.mhtml": head + page + b"\r\n--XX--\r\n",
        "plan.docx": docx.getvalue(),
        "plan.pdf": set_by_reportlab(english)[0],
        "columns.pdf": set_by_reportlab(chinese, columns=2)[0],
        "across.pdf": set_across_columns(plain)[0],
        "locked.pdf": closed.getvalue(),
    }
    files |= {name: make_file(english) for name, make_file in MAKERS.items()}
    return files | {
        "plans.zip": pack({"a.txt": files["plan.txt"], "b/c.md": files["plan.md"], "d.docx": files["plan.docx"]})
    }


def pack(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)  # without the time of day
    return file.getvalue()


def mutated(files: dict[str, bytes], count: int, seed: int = 0) -> Iterator[tuple[str, bytes]]:
    """``count`` damaged files as (name, bytes), over all ``files`` in turn, the same for the same seed.

    Half of the packages are damaged inside a part and packed again, so that the damage is not merely a
    bad checksum.
    """
    draw = random.Random(seed)
    names = sorted(files)
    for i in range(count):
        name = names[i % len(names)]
        data = files[name]
        if zipfile.is_zipfile(io.BytesIO(data)) and draw.random() < 0.7:
            with zipfile.ZipFile(io.BytesIO(data)) as package:
                parts = {part: package.read(part) for part in package.namelist()}
            chosen = draw.choice([part for part in parts if "theme" not in part])
            data = pack(parts | {chosen: _damaged(parts[chosen], files, draw)})
        else:
            data = _damaged(data, files, draw)
        yield name, data


def _damaged(data: bytes, files: dict[str, bytes], draw: random.Random) -> bytes:
    raw = bytearray(data)
    for _ in range(draw.choice((1, 1, 2, 4, 16))):
        if not raw:
            break
        at, length = draw.randrange(len(raw)), draw.choice((1, 4, 40, 400, 4000))
        draw.choice(_WAYS)(raw, at, length, files, draw)
    return bytes(raw)


def _flip(raw: bytearray, at: int, length: int, files: dict[str, bytes], draw: random.Random) -> None:
    for i in range(at, min(at + min(length, 40), len(raw))):
        raw[i] = draw.randrange(256)


def _cut(raw: bytearray, at: int, length: int, files: dict[str, bytes], draw: random.Random) -> None:
    del raw[at : at + length]


def _end(raw: bytearray, at: int, length: int, files: dict[str, bytes], draw: random.Random) -> None:
    del raw[at:]


def _repeat(raw: bytearray, at: int, length: int, files: dict[str, bytes], draw: random.Random) -> None:
    raw[at:at] = raw[at : at + length] * draw.choice((1, 3, 20))


def _token(raw: bytearray, at: int, length: int, files: dict[str, bytes], draw: random.Random) -> None:
    raw[at:at] = draw.choice(_TOKENS)


def _splice(raw: bytearray, at: int, length: int, files: dict[str, bytes], draw: random.Random) -> None:
    other = files[draw.choice(sorted(files))]
    start = draw.randrange(len(other))
    raw[at : at + length] = other[start : start + length]


def _number(raw: bytearray, at: int, length: int, files: dict[str, bytes], draw: random.Random) -> None:
    digits = [i for i in range(at, min(at + 4000, len(raw))) if 48 <= raw[i] < 58]
    for i in draw.sample(digits, min(len(digits), 6)):
        raw[i] = draw.randrange(48, 58)


_WAYS: tuple[Callable[[bytearray, int, int, dict[str, bytes], random.Random], None], ...] = (
    _flip, _cut, _end, _repeat, _token, _splice, _number,
)  # fmt: skip


def hostile() -> Iterator[tuple[str, bytes]]:
    """Files made to exhaust a reader: text without end, bombs, depths, claims."""
    mega = 1 << 20
    yield "long.txt", b"Kilns close by 2025. Wind grows in every county. " * (2 * mega)
    yield "long.md", b"# Kilns\n\nclose by 2025. " * (4 * mega)
    yield "fits.txt", b"Kilns close by 2025. Wind grows in every county.\n" * 61_000
    yield "sections.txt", b"Kilns close by 2025.\n\n1. Wind grows in every county.\n\n" * 20_000
    for i, piece in enumerate(
        (
            " ",
            "\n",
            ".",
            "1.\n",
            "(",
            "#",
            "# ",
            "|",
            " | ",
            "a",
            "a ",
            "“",
            "- ",
            "will reach 1.",
            "```\n",
            "中",
            "一、",
            "A.",
            "1.1",
        )
    ):
        yield f"run{i}.txt", b"Kilns close.\n" + piece.encode() * (mega // len(piece.encode())) + b"x"
        yield f"run{i}.md", b"# Kilns close.\n# a" + piece.encode() * (mega // 4) + b"x"
    yield "deep.jsonl", b'{"id": "a", "text": "x", "section": ' + b"[" * 100_000
    yield "number.jsonl", b'{"id": "a", "text": "kilns", "page": ' + b"9" * 4000 + b"}"
    yield "many.jsonl", b"\n".join(b'{"id": "%d", "text": "Kilns close by 2025."}' % i for i in range(200_000))
    yield "deep.html", b"<html><body>" + b"<div>" * mega + b"deep"
    yield "wide.html", b"<html><body>" + b"<p>Kilns close by 2025.</p>" * mega
    yield "table.html", b"<html><body><table>" + b"<tr><td>" * 20_000 + b"deep"
    yield "links.html", b"<html><body>" + b'<a href="x">link</a> ' * 500_000
    files = seeds()
    with zipfile.ZipFile(io.BytesIO(files["plan.docx"])) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    xml = parts["word/document.xml"]
    changed = {
        "deep": xml.replace(b"<w:body>", b"<w:body>" + b"<w:sdt><w:sdtContent>" * 50_000),
        "laughs": xml.replace(b"?>", b'?><!DOCTYPE x [<!ENTITY a "lol">' + b"".join(
            b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(12)) + b"]>", 1).replace(b"<w:t>", b"<w:t>&m;", 1),
        "tables": xml.replace(b"<w:body>", b"<w:body>" + b"<w:tbl><w:tr><w:tc>" * 60),
        "bomb": xml.replace(b"</w:body>", b"<w:p><w:r><w:t>" + b" " * (300 * mega) + b"</w:t></w:r></w:p></w:body>"),
        "long": xml.replace(b"<w:body>", b"<w:body>" + b"<w:p><w:r><w:t>Kilns close.</w:t></w:r></w:p>" * 400_000),
        "empty": xml.replace(b"<w:body>", b"<w:body>" + b"<w:p/>" * 2_000_000),
    }  # fmt: skip
    for name, part in changed.items():
        yield f"{name}.docx", pack(parts | {"word/document.xml": part})
    yield from _hostile_offices(files)
    yield from _multiplied(files)
    yield "bomb.zip", pack({"a.txt": b"a" * (150 * mega), "b.txt": b"Kilns close."})
    yield "nested.zip", pack({"a.zip": pack({"b.zip": pack({"c.txt": b"words"})})})
    yield "many.zip", pack({f"{i}.txt": b"" for i in range(20_000)})
    yield "pages.pdf", _pdf(b"/Kids [3 0 R] /Count 1000000", b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>")
    yield (
        "kids.pdf",
        _pdf(
            b"/Kids [" + b"3 0 R " * 1_000_000 + b"] /Count 1000000",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>",
        ),
    )
    yield (
        "loop.pdf",
        _pdf(b"/Kids [2 0 R 3 0 R] /Count 2", b"<< /Type /Pages /Parent 2 0 R /Kids [2 0 R] /Count 1000 >>"),
    )
    yield "poster.pdf", _pdf(b"/Kids [3 0 R] /Count 1", b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 1e9 1e9] >>")
    stream = b"BT /F1 9 Tf 1 1 Td (Kilns close by 2025.) Tj ET\n" * 200_000
    content = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>"
    yield (
        "stream.pdf",
        _pdf(b"/Kids [3 0 R] /Count 1", content, b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream)),
    )
    paths = b"1 1 m 9 9 l S\n" * 300_000
    yield (
        "paths.pdf",
        _pdf(b"/Kids [3 0 R] /Count 1", content, b"<< /Length %d >>\nstream\n%s\nendstream" % (len(paths), paths)),
    )


def _multiplied(files: dict[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """Small files that multiply as they are read."""
    with zipfile.ZipFile(io.BytesIO(files["plan.docx"])) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    xml = parts["word/document.xml"]
    note = b'<w:r><w:footnoteReference w:id="2"/></w:r>'
    noted = xml.replace(b"</w:body>", b"<w:p>" + note * 2_000 + b"</w:p></w:body>")
    body = b"<w:p><w:r><w:t>" + b"Kilns close. " * 1_000 + b"</w:t></w:r></w:p>"
    names = b'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    notes = b"<w:footnotes " + names + b'><w:footnote w:id="2">' + body + b"</w:footnote></w:footnotes>"
    about = b'<Override PartName="/word/footnotes.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"/></Types>'
    tied = b'<Relationship Id="rIdN" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes" Target="footnotes.xml"/></Relationships>'
    related = parts["word/_rels/document.xml.rels"].replace(b"</Relationships>", tied)
    types = parts["[Content_Types].xml"].replace(b"</Types>", about)
    yield (
        "notes.docx",
        pack(
            parts
            | {
                "word/document.xml": noted,
                "word/footnotes.xml": notes,
                "word/_rels/document.xml.rels": related,
                "[Content_Types].xml": types,
            }
        ),
    )
    merged = b"<w:tr><w:tc><w:tcPr><w:vMerge/></w:tcPr><w:p/></w:tc></w:tr>" * 2_000
    first = b'<w:tr><w:tc><w:tcPr><w:vMerge w:val="restart"/></w:tcPr>' + body + b"</w:tc></w:tr>"
    table = b"<w:tbl>" + first + merged + b"</w:tbl></w:body>"
    yield "merged.docx", pack(parts | {"word/document.xml": xml.replace(b"</w:body>", table)})
    with zipfile.ZipFile(io.BytesIO(files["plan.pptx"])) as package:
        deck = {name: package.read(name) for name in package.namelist()}
    slide = next(name for name in sorted(deck) if name.startswith("ppt/slides/slide"))
    text = b"<a:p><a:r><a:t>Kilns close.</a:t></a:r></a:p>"
    shape = b'<p:sp><p:nvSpPr><p:cNvPr id="9" name="a"/><p:cNvSpPr/><p:nvPr/></p:nvSpPr><p:spPr/><p:txBody><a:bodyPr/>%s</p:txBody></p:sp>'
    group = b'<p:grpSp><p:nvGrpSpPr><p:cNvPr id="9" name="a"/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>'
    for name, inner in {
        "long": shape % (text * 200_000),
        "shapes": shape % text * 50_000,
        "deep": group * 10_000 + shape % text + b"</p:grpSp>" * 10_000,
        "open": group * 10_000,
        "letters": shape % (b"<a:p><a:r><a:t>" + b"a" * 4_000_000 + b"</a:t></a:r></a:p>"),
    }.items():
        yield f"{name}.pptx", pack(deck | {slide: deck[slide].replace(b"</p:spTree>", inner + b"</p:spTree>")})
    yield "colspan.html", b"<table>" + b"<tr><td colspan=99>1</td></tr>" * 20_000 + b"</table>"
    yield "rowspan.html", b"<table>" + b"<tr><td colspan=99 rowspan=999>1</td></tr>" * 5_000 + b"</table>"
    yield "flat.html", b"<html><body>" + b"Kilns close.<br>" * 100_000
    yield "attributes.html", b"<html><body><p " + b" ".join(b"a%d=1" % i for i in range(100_000)) + b">Kilns close."
    yield "many-attributes.html", b"<html><body>" + (b"<p " + b"a=1 " * 1_000 + b">Kilns close.") * 1_000
    yield "record.jsonl", b'{"id": "a", "text": "' + b"Kilns close by 2025. " * 2_500_000 + b'"}'
    yield "table.txt", b"District 7 12.7 13.0 140 15,107 1.7\n" * 60_000
    yield "marks.txt", "e\u0301\u0323".encode() * 500_000
    yield from multiplying_pdfs()
    yield "scattered.pdf", scattered(60_000)


def multiplying_pdfs() -> Iterator[tuple[str, bytes]]:
    """PDFs of a kilobyte: a form that draws another ten times, six deep, and one that draws itself."""
    one = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources << /XObject << /F 5 0 R >> /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>"
    calls = b"/F Do\n" * 10
    call = b"<< /Length %d >>\nstream\n%s\nendstream" % (len(calls), calls)
    form = b"<< /Type /XObject /Subtype /Form /BBox [0 0 600 800] /Resources << /XObject << /F %d 0 R >> >> /Length %d >>\nstream\n%s\nendstream"
    forms = [form % (6 + i, len(calls), calls) for i in range(5)]
    last = b"BT /F1 9 Tf 9 9 Td (Kilns close.) Tj ET"
    ended = (
        b"<< /Type /XObject /Subtype /Form /BBox [0 0 600 800] /Resources %s /Length %d >>\nstream\n%s\nendstream"
        % (_HELVETICA, len(last), last)
    )
    yield "forms.pdf", _pdf(b"/Kids [3 0 R] /Count 1", one, call, *forms, ended)
    yield "itself.pdf", _pdf(b"/Kids [3 0 R] /Count 1", one, call, form % (5, len(calls), calls))


def scattered(count: int) -> bytes:
    """A PDF of one page with ``count`` words wherever they fall."""
    draw = random.Random(9)
    words = b"".join(
        b"BT /F1 5 Tf 1 0 0 1 %d %d Tm (kiln%d) Tj ET\n" % (draw.randrange(600), draw.randrange(800), i)
        for i in range(count)
    )
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources %s >>" % _HELVETICA
    return _pdf(b"/Kids [3 0 R] /Count 1", page, b"<< /Length %d >>\nstream\n%s\nendstream" % (len(words), words))


def _hostile_offices(files: dict[str, bytes]) -> Iterator[tuple[str, bytes]]:
    mega = 1 << 20
    yield "braces.rtf", b"{\\rtf1 Kilns close." + b"{" * mega
    yield "words.rtf", b"{\\rtf1 Kilns close." + b"\\b0 " * mega + b"}"
    yield "long.rtf", b"{\\rtf1 " + b"Kilns close.\\par " * 300_000 + b"}"
    inner = b"".join(b"--%d\r\nContent-Type: multipart/mixed; boundary=%d\r\n\r\n" % (i, i + 1) for i in range(3000))
    yield "deep.eml", b"Subject: Kilns\r\nContent-Type: multipart/mixed; boundary=0\r\n\r\n" + inner
    yield "heads.eml", b"Subject: Kilns\r\n" + b"X-Kiln: close\r\n" * 200_000 + b"\r\nKilns close."
    deep = "<text:section>" * 50_000 + "<text:p>Kilns close.</text:p>"
    cell = '<table:table-cell table:number-columns-repeated="999999"><text:p>a</text:p></table:table-cell>'
    wide = f"<table:table><table:table-row>{cell * 50_000}</table:table-row></table:table>"
    for name, body in {
        "deep": deep,
        "wide": wide,
        "list": "<text:list><text:list-item>" * 240,
        "long": "<text:p>Kilns close.</text:p>" * 400_000,
    }.items():
        yield f"{name}.odt", odt(body)
    yield "parts.epub", epub({f"{i}.xhtml": "<p>Kilns close.</p>" for i in range(5_000)})
    yield "again.epub", epub({"a.xhtml": "<p>Kilns close.</p>" * 10_000}, spine=["a.xhtml"] * 50_000)
    with zipfile.ZipFile(io.BytesIO(files["plan.xlsx"])) as package:
        sheets = {name: package.read(name) for name in package.namelist()}
    far = b'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>Kilns close.</t></is></c></row></sheetData>'
    many = b'<row><c t="inlineStr"><is><t>Kilns close.</t></is></c></row>' * 400_000 + b"</sheetData>"
    for name, rows in (("far", far), ("rows", many)):
        changed_sheet = sheets["xl/worksheets/sheet1.xml"].replace(b"</sheetData>", rows)
        yield f"{name}.xlsx", pack(sheets | {"xl/worksheets/sheet1.xml": changed_sheet})


def _pdf(kids: bytes, *objects: bytes) -> bytes:
    """A PDF of a catalogue, a page tree and ``objects``, without a table of their places, as damaged ones are."""
    parts = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages " + kids + b" >>", *objects]
    body = b"".join(b"%d 0 obj\n%s\nendobj\n" % (i, part) for i, part in enumerate(parts, 1))
    return b"%PDF-1.7\n" + body + b"trailer << /Root 1 0 R /Size 9 >>\nstartxref\n0\n%%EOF\n"


def read_all(path_text: str) -> str:
    """Read a file as a library does: "read", or the kind of refusal. Raises what is no clear refusal."""
    outcome = "read"
    for source in plan_files([Path(path_text)]):
        try:
            plan = load_plan(source.path, data=source.read())
        except SourceError as error:
            message = str(error)
            if str(source.path) not in message or len(message.rstrip(".").split(". ")) < 2:
                raise AssertionError(f"not a clear refusal: {message}") from error
            cause = type(error.__cause__).__name__ if "is damaged: reading" in message else ""
            outcome = f"refused {cause}".strip()
        else:
            plan.text.encode()
            plan.title.encode()
            if not all(plan.text[p.start : p.end] == p.text for p in chunk_plan(plan)):
                raise AssertionError("a passage is not a slice of its plan")
            find_targets(plan)
    return outcome


def read_and_measure(path_text: str) -> Iterator[Any]:
    """In the reading process: its id, then what became of a file, processor seconds, and the peak of memory in MiB."""
    yield os.getpid()
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    started = time.process_time()
    outcome = read_all(path_text)
    status = Path("/proc/self/status").read_text("ascii", "replace")
    yield outcome, time.process_time() - started, int(status.partition("VmHWM:")[2].split()[0]) >> 10
