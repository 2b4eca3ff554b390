"""Files of every kind that is read, as they come: encodings, pages, headings, and what cannot be read."""

from __future__ import annotations

import io
import json
import os
import unicodedata
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from indexer.errors import SourceError
from indexer.reading import loading
from indexer.reading.files import plan_files
from indexer.reading.loading import LOADERS, load_plan, read_bytes, storable
from indexer.reading.passages import chunk_plan
from indexer.types import Page, Plan

Write = Callable[[str, bytes], Path]
ENGLISH_PLAIN = "Kilns close by 2025 in every city. Wind farms grow to twice their size.\n"
CHINESE = (
    "到2025年，非化石能源消费比重达到20%左右，单位地区生产总值能源消耗比2020年下降14.5%。"
    "到2030年，经济社会发展全面绿色转型取得显著成效，重点耗能行业能源利用效率达到国际先进水平。"
    "严禁新增水泥熟料产能，推进水泥错峰生产常态化，合理缩短水泥熟料装置运转时间。"
)
FRENCH = (
    "D'ici à 2030, la région réduit ses émissions de gaz à effet de serre de près de la moitié. "
    "Les forêts couvrent déjà un cinquième du territoire; l'État y veille avec les communes. "
    "Le réseau électrique accueillera l'énergie des éoliennes côtières."
)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def writes(name: str, data: bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return writes


# -- formats -----------------------------------------------------------------------------------


def test_each_format_module_declares_its_endings() -> None:
    for ending, name in LOADERS.items():
        module = import_module(f"indexer.reading.formats.{name}")
        assert ending in module.ENDINGS and callable(module.load)
    assert set(LOADERS) >= {".txt", ".md", ".pdf", ".docx", ".html", ".mhtml", ".jsonl"}


def test_a_new_format_is_one_new_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "rtf.py").write_text(
        '"""Rich text."""\n\nimport missing_parser\n\nENDINGS = (".rtf", ".rtx")\n', "utf-8"
    )
    (tmp_path / "drawing.py").write_text('"""No format."""\n', "utf-8")
    monkeypatch.setattr(loading, "_FORMATS", tmp_path)
    assert loading._find_loaders() == {".rtf": "rtf", ".rtx": "rtf"}


# -- text --------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"])
def test_chinese_text_in_every_encoding(write: Write, encoding: str) -> None:
    mark = {"utf-16-le": "\ufeff", "utf-16-be": "\ufeff"}.get(encoding, "")
    assert load_plan(write("plan.txt", (mark + CHINESE).encode(encoding))).text == CHINESE


GERMAN = (
    "Die Länder müssen die Ziele für 2030 erfüllen. Größere Städte prüfen die Wärmeplanung; Öl und Kohle "
    "fallen weg, während Windräder wachsen. Straßen bekommen Ladesäulen."
)
ENGLISH = (
    "The plan’s aims – “peak by 2030” – cost £3 million a year – and the café is warm at 20 °C. "
    "Nothing else in it leaves the letters of the typewriter."
)
POLISH = (
    "Województwo ograniczy emisję gazów cieplarnianych o połowę do 2030 roku. Źródła odnawialne będą rosły, "
    "a węgiel zniknie; lasy są chronione."
)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (FRENCH, "utf-8"),
        (FRENCH, "utf-16"),
        (FRENCH, "latin-1"),
        (FRENCH * 30, "latin-1"),
        (GERMAN, "latin-1"),
        (ENGLISH, "cp1252"),
        (ENGLISH * 3000, "cp1252"),
        (POLISH, "iso8859-2"),
    ],
)
def test_accented_text_in_every_encoding(write: Write, text: str, encoding: str) -> None:
    assert load_plan(write("plan.txt", text.encode(encoding))).text == text


TAIWAN = (
    "到2030年，溫室氣體排放量較基準年減少一半。各縣市政府應訂定執行方案，並每年檢討。"
    "停止新設燃煤電廠，推動再生能源，提升建築節能。"
)
JAPANESE = (
    "2030年までに温室効果ガスを半減する。各都道府県は実施計画を定め、毎年見直す。石炭火力発電所の新設を停止する。"
)
KOREAN = "2030년까지 온실가스 배출량을 절반으로 줄인다. 각 시도는 시행계획을 수립하고 매년 점검한다."
RUSSIAN = "К 2030 году регион сократит выбросы парниковых газов вдвое. Каждый город отчитывается ежегодно."


@pytest.mark.parametrize("times", [1, 30])
@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (CHINESE, "utf-16-le"),
        (CHINESE, "utf-16-be"),
        (CHINESE, "gbk"),
        (CHINESE + ENGLISH_PLAIN, "gb18030"),
        (CHINESE, "utf-32-be"),
        (TAIWAN, "big5"),
        (TAIWAN, "gb18030"),
        (TAIWAN, "utf-16-be"),
        (JAPANESE, "shift_jis"),
        (JAPANESE, "euc_jp"),
        (JAPANESE, "utf-16-le"),
        (KOREAN, "euc_kr"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8_r"),
        (RUSSIAN, "utf-16-le"),
        (ENGLISH_PLAIN, "utf-16-le"),
        (ENGLISH_PLAIN, "utf-16-be"),
        (ENGLISH_PLAIN, "utf-32-le"),
        (FRENCH, "utf-16-be"),
        (FRENCH, "utf-32"),
    ],
)
def test_encodings_without_a_mark(write: Write, text: str, encoding: str, times: int) -> None:
    assert load_plan(write("plan.txt", (text * times).encode(encoding))).text == text * times


@pytest.mark.parametrize("length", range(6, 40))
def test_the_beginning_of_a_chinese_text_is_read_or_refused(write: Write, length: int) -> None:
    for text, encoding in [(CHINESE, "gb18030"), (TAIWAN, "big5"), (CHINESE, "utf-16-le"), (TAIWAN, "utf-16-be")]:
        try:
            plan = load_plan(write("plan.txt", text[:length].encode(encoding)))
        except SourceError as error:
            assert "Save it as text (UTF-8)" in str(error)
        else:
            assert plan.text == text[:length], encoding


@pytest.mark.parametrize("shift", [0, 1])
def test_a_long_text_in_gb18030(write: Write, shift: int) -> None:
    # longer than what the encoding is guessed from: the sample ends within a character or not
    text = "a" * shift + (CHINESE + "\n") * 1200
    assert len(text.encode("gb18030")) > 200_000
    assert load_plan(write("plan.txt", text.encode("gb18030"))).text == text


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_become_one(write: Write, end: str) -> None:
    lines = ["1. Industry", "Kilns close.", "", "2. Energy", "Wind grows."]
    assert load_plan(write("plan.txt", end.join(lines).encode())).text == "\n".join(lines)


def test_control_characters_are_left_out_and_accents_composed(write: Write) -> None:
    written = "Kilns\x00 close\x07 in the re\u0301gion, and so on. " + "Words follow here. " * 40
    text = load_plan(write("plan.txt", written.encode())).text
    assert text.startswith("Kilns close in the r\u00e9gion, and so on.")


def test_what_cannot_be_stored_gives_way_to_one_character_each() -> None:
    every = "".join(map(chr, (*range(0x300), *range(0xD7F0, 0xE010), 0x1F600)))
    for before, after in zip(every, storable(every), strict=True):
        kind = unicodedata.category(before)
        kept = kind != "Cs" and (kind != "Cc" or before in "\n\t\f")
        assert after == (before if kept else "\ufffd" if kind == "Cs" else " "), hex(ord(before))


def test_form_feeds_are_page_breaks(write: Write) -> None:
    written = b"First page. More of it.\nAnd more.\x0cSecond page. It goes on.\x0cThird page. The last."
    plan = load_plan(write("plan.txt", written))
    assert [(p.number, plan.text[p.start : p.end].strip("\x0c")) for p in plan.pages] == [
        (1, "First page. More of it.\nAnd more."),
        (2, "Second page. It goes on."),
        (3, "Third page. The last."),
    ]
    assert plan.pages[-1].end >= len(plan.text)
    for passage in chunk_plan(plan):
        assert passage.page == 1 + plan.text.count("\x0c", 0, passage.start)


def test_a_last_form_feed_makes_no_page(write: Write) -> None:
    assert load_plan(write("plan.txt", b"All on one page.\x0c")).pages == ()
    assert load_plan(write("plan.txt", b"All on one page.")).pages == ()


#: Formats that are no text, and say themselves what a file is not.
PACKAGED = {".epub", ".odt", ".pptx", ".rtf", ".xlsm", ".xlsx"}


@pytest.mark.parametrize("ending", sorted(PACKAGED))
def test_binary_that_poses_as_a_document(write: Write, ending: str) -> None:
    with pytest.raises(SourceError, match=r"is not (a readable|rich text).*[Ss]ave it again"):
        load_plan(write(f"plan{ending}", bytes(range(256)) * 40))


@pytest.mark.parametrize("ending", sorted(set(LOADERS) - {".pdf", ".docx"} - PACKAGED))
def test_binary_that_poses_as_text(write: Write, ending: str) -> None:
    for data in (bytes(range(256)) * 40, b"\x7fELF\x02\x01\x01" + b"\x00\x03\x00\x3e" * 400):
        path = write(f"plan{ending}", data)
        with pytest.raises(SourceError, match=r"is not text.*Save it as text"):
            load_plan(path)


@settings(max_examples=60)
@given(st.binary(min_size=1, max_size=400), st.sampled_from(sorted(LOADERS)))
def test_any_bytes_are_a_plan_or_a_source_error(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, ending: str
) -> None:
    path = tmp_path_factory.mktemp("any") / f"plan{ending}"
    path.write_bytes(data)
    try:
        plan = load_plan(path)
    except SourceError as error:
        assert str(path) in str(error)
    else:
        assert plan.text.strip()
        assert all(plan.text[p.start : p.end] == p.text for p in chunk_plan(plan))


# -- what cannot be read is said by name, with the remedy ----------------------------------------


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("empty.txt", b"", r"is empty\. Save it again"),
        ("blank.txt", b" \n\t\n", r"is empty\. Save it again"),
        ("marks.txt", b"*** --- ...", r"holds no text\. Give a file"),
        ("bom.txt", b"\xef\xbb\xbf", r"holds no text\. Give a file"),
        ("plan.doc", b"\xd0\xcf\x11\xe0", r"is an old Word file\. Open it in Word, save it as \.docx"),
        ("plan.PPT", b"\xd0\xcf\x11\xe0", r"is an old PowerPoint file\. .* save it as \.pptx"),
        ("plan.xls", b"\xd0\xcf\x11\xe0", r"is an old Excel file\. .* save it as \.xlsx"),
        ("plan.odg", b"PK\x03\x04", r"is not a kind of file that can be read\. These can: .*\.md.*\.pdf.*\.txt"),
        ("plan", b"words", r"is not a kind of file"),
        ("empty.pdf", b"", r"is empty"),
        ("plan.pdf", b"these are words and no PDF", r"is not a readable PDF\. Download or export it again"),
        ("cut.pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<", r"is not a readable PDF"),
    ],
)
def test_what_cannot_be_read(write: Write, name: str, data: bytes, said: str) -> None:
    path = write(name, data)
    with pytest.raises(SourceError, match=said) as caught:
        load_plan(path)
    assert str(path) in str(caught.value)


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"There is no file .*gone\.txt\. Check the name"):
        load_plan(tmp_path / "gone.txt")
    folder = tmp_path / "folder.txt"
    folder.mkdir()
    with pytest.raises(SourceError, match=r"folder\.txt cannot be read \(Is a directory\)"):
        load_plan(folder)


@pytest.mark.parametrize("name", ["a" * 300 + ".txt", "nul\0byte.txt"])
def test_a_name_that_no_disk_holds(tmp_path: Path, name: str) -> None:
    with pytest.raises(SourceError, match="cannot be read"):
        load_plan(tmp_path / name)
    (found,) = plan_files([tmp_path / name])
    with pytest.raises(SourceError, match="cannot be read"):
        found.read()


@pytest.mark.parametrize("parts", [("安徽方案.txt",), ("安徽", "plan.txt")])
def test_a_name_that_is_not_utf_8_is_refused_in_one_that_can_be_shown(tmp_path: Path, parts: tuple[str, ...]) -> None:
    path = tmp_path.joinpath(*(os.fsdecode(part.encode("gb18030")) for part in parts))
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"Kilns close by 2025.")
    for data in (None, b"Kilns close by 2025."):
        with pytest.raises(SourceError, match=r"not UTF-8.*\. Rename the file") as caught:
            load_plan(path, "anhui", data)
        assert str(tmp_path).encode() in str(caught.value).encode()
        assert ".txt" in str(caught.value)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "plan.txt")
    with pytest.raises(SourceError, match="a device or a pipe"):
        read_bytes(tmp_path / "plan.txt")


def test_a_file_too_large(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.reading.loading.LARGEST_FILE", 2 << 20)
    assert read_bytes(write("plan.txt", b"x" * (2 << 20)))
    with pytest.raises(SourceError, match=r"larger than 2 MB\. Split it"):
        read_bytes(write("plan.txt", b"x" * ((2 << 20) + 1)))


def test_endings_are_read_in_any_case(write: Write) -> None:
    assert load_plan(write("Plan.TXT", b"Kilns close by 2025.")).id == "Plan"


# -- Markdown ----------------------------------------------------------------------------------

MARKDOWN = """# The *Anhui* Plan

Opening words.

## 1. Industry

Kilns close.

```
# not a heading
## neither is this
```

### (1) Cement ##

Quotas hold.

~~~
# nor this
~~~

#No space, no heading

## 2. Energy
Wind grows.
"""


def test_markdown_headings_give_title_and_sections(write: Write) -> None:
    plan = load_plan(write("anhui.md", MARKDOWN.encode()))
    assert plan.text == MARKDOWN
    assert plan.title == "The Anhui Plan"
    assert [(s.level, s.number, s.title, s.parent) for s in plan.sections] == [
        (1, "1.", "Industry", None),
        (2, "(1)", "Cement", 0),
        (1, "2.", "Energy", None),
    ]
    industry, cement, energy = plan.sections
    assert MARKDOWN[industry.start :].startswith("## 1. Industry")
    assert MARKDOWN[cement.body : cement.end].strip().startswith("Quotas hold.")
    assert (industry.end, cement.end, energy.end) == (energy.start, energy.start, len(MARKDOWN))
    paths = {p.text.split("\n")[-1]: p.section for p in chunk_plan(plan)}
    assert paths["Wind grows."] == ("2. Energy",)


def test_several_first_level_headings_are_sections(write: Write) -> None:
    plan = load_plan(write("plan.md", b"# Part one\nWords.\n# Part two\nMore words.\n"))
    assert [s.title for s in plan.sections] == ["Part one", "Part two"]
    assert plan.title == "Part one"


# -- records -----------------------------------------------------------------------------------


def jsonl(*records: object) -> bytes:
    return "\n".join(json.dumps(r, ensure_ascii=False) for r in records).encode()


def test_each_record_is_one_passage_with_its_id(write: Write) -> None:
    long = "One sentence. Another one! And a third? " * 60
    path = write(
        "rules.jsonl",
        jsonl(
            {"id": "r/1", "text": "  Kilns close. Quotas hold.\n\n1. A list.\n2. Of two. ", "page": 4},
            {"id": 2, "text": long},
            {"id": "r/3", "text": "水泥"},
        ),
    )
    plan = load_plan(path)
    texts = ["Kilns close. Quotas hold.\n\n1. A list.\n2. Of two.", long.strip(), "水泥"]
    assert plan.text == "\n\n".join(texts)
    assert [(r.id, plan.text[r.start : r.end]) for r in plan.records] == list(
        zip(["r/1", "2", "r/3"], texts, strict=True)
    )
    passages = chunk_plan(plan)
    assert [(p.record, p.text, p.page) for p in passages] == list(
        zip(["r/1", "2", "r/3"], texts, [4, None, None], strict=True)
    )
    assert plan.title == "rules"


@pytest.mark.parametrize("inside", ["\u2028", "\u2029", "\x85", "\x0b", "\x1c"])
def test_only_a_line_feed_ends_a_record(write: Write, inside: str) -> None:
    # JSON may hold these unescaped where Python's splitlines would cut
    raw = json.dumps({"id": "a", "text": f"Kilns{inside}close" + " in time" * 20 + "."}, ensure_ascii=False)
    plan = load_plan(write("rules.jsonl", f"{raw}\n".encode()))
    assert [r.id for r in plan.records] == ["a"]
    assert plan.text.startswith("Kilns")
    assert plan.text.endswith("in time.")


def test_records_without_text_are_left_out_and_counted(write: Write) -> None:
    plan = load_plan(
        write("rules.jsonl", jsonl({"id": "a", "text": "Words."}, {"id": "b", "text": " "}, {"id": "c", "text": ""}))
    )
    assert [r.id for r in plan.records] == ["a"]
    assert plan.warnings == ("2 records without text were left out",)


def test_ids_and_labels_can_be_stored(write: Write) -> None:
    records = [
        {"id": "a\ud800", "text": "Kilns close.", "section": ["Part\x00one", "\udfffCoal"]},
        {"id": "b\x07", "text": "Wind grows.", "section": "Wind\x1b"},
    ]
    plan = load_plan(write("rules.jsonl", "\n".join(map(json.dumps, records)).encode()))
    assert [(r.id, r.section) for r in plan.records] == [("a�", ("Part one", "�Coal")), ("b ", ("Wind ",))]


@pytest.mark.parametrize(
    ("page", "number"),
    [
        (1, 1),
        (1_000_000, 1_000_000),
        (0, None),
        (-3, None),
        (1_000_001, None),
        (10**20, None),
        (True, None),
        ("4", None),
    ],
)
def test_a_page_is_a_number_that_can_be_stored(write: Write, page: object, number: int | None) -> None:
    plan = load_plan(write("rules.jsonl", jsonl({"id": "a", "text": "Kilns close.", "page": page})))
    assert [p.number for p in plan.pages] == ([] if number is None else [number])


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('{"id": "a", "text": "x"}\n\n{"id": "b", "text": ', r"line 3: not JSON .*one JSON object a line"),
        ("plain words", r"line 1: not JSON"),
        ('{"id": "a", "text": "x"}\n{"id": "a", "text": "y"}', r"line 2: the id 'a' comes twice"),
        ('{"id": "a", "text": ""}\n{"id": "a", "text": "y"}', r"line 2: the id 'a' comes twice"),
        ('{"id": 1, "text": "x"}\n{"id": "1", "text": "y"}', r"line 2: the id '1' comes twice"),
        ('{"id": "a\\ud800", "text": "x"}\n{"id": "a\\udfff", "text": "y"}', r"line 2: the id 'a�' comes twice"),
        ('{"id": "a"}', r'line 1: not a record. Each line needs "id" and "text"'),
        ('{"text": "x"}', r"line 1: not a record"),
        ('{"id": "a", "text": 5}', r"line 1: not a record"),
        ('["a", "x"]', r"line 1: not a record"),
        ("5", r"line 1: not a record"),
        ('{"id": "a", "text": " "}', r"holds no text"),
    ],
)
def test_a_bad_record_is_named_by_its_line(write: Write, lines: str, said: str) -> None:
    path = write("rules.jsonl", lines.encode())
    with pytest.raises(SourceError, match=said) as caught:
        load_plan(path)
    assert str(path) in str(caught.value)


# -- PDF ---------------------------------------------------------------------------------------

Line = tuple[str, float, float, float]  # text, x, y, type size
BODY = 11.0


def make_pdf(
    pages: Sequence[Sequence[Line]], *, bookmarks: Sequence[tuple[str, int, int]] = (), title: str = ""
) -> bytes:
    """A PDF of lines at their places; ``bookmarks`` are (title, page from 0, level from 0)."""
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=A4, invariant=1)
    if title:
        canvas.setTitle(title)
    for number, lines in enumerate(pages):
        for name, page, level in bookmarks:
            if page == number:
                key = f"{name}-{page}"
                canvas.bookmarkPage(key)
                canvas.addOutlineEntry(name, key, level)
        for text, x, y, size in lines:
            canvas.setFont("Helvetica", size)
            canvas.drawString(x, y, text)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def body(*lines: str, top: float = 740) -> list[Line]:
    return [(text, 72, top - 14 * i, BODY) for i, text in enumerate(lines)]


def running(number: int) -> list[Line]:
    return [("Anhui Carbon Peak Plan", 72, 800, BODY), (f"Page {number} of 4", 280, 30, BODY)]


def four_pages() -> list[list[Line]]:
    return [
        running(1)[:1]
        + body("Kilns close by 2025, and the quotas of each", "city hold until then. Wind farms")
        + running(1)[1:],
        running(2)[:1] + body("grow to twice their size. Solar roofs follow", "on every new school.") + running(2)[1:],
        running(3)[:1] + body("Forests cover a fifth of the province.", "Wetlands are kept.") + running(3)[1:],
        running(4)[:1] + body("This plan takes effect at once.", "It is reviewed each year.") + running(4)[1:],
    ]


def page_text(plan: Plan, page: Page) -> str:
    return plan.text[page.start : page.end].strip()


def test_pdf_pages_without_their_running_lines(write: Write) -> None:
    plan = load_plan(write("anhui.pdf", make_pdf(four_pages())))
    assert "Carbon Peak Plan" not in plan.text
    assert "of 4" not in plan.text
    assert [p.number for p in plan.pages] == [1, 2, 3, 4]
    assert page_text(plan, plan.pages[0]) == (
        "Kilns close by 2025, and the quotas of each\ncity hold until then. Wind farms"
    )
    assert page_text(plan, plan.pages[3]) == "This plan takes effect at once.\nIt is reviewed each year."


def test_pdf_pages_cover_the_text(write: Write) -> None:
    plan = load_plan(write("anhui.pdf", make_pdf(four_pages())))
    assert plan.pages[0].start == 0
    assert plan.pages[-1].end == len(plan.text)
    assert all(a.end == b.start for a, b in zip(plan.pages, plan.pages[1:], strict=False))


def test_a_sentence_over_a_page_break_has_the_page_where_it_begins(write: Write) -> None:
    plan = load_plan(write("anhui.pdf", make_pdf(four_pages())))
    over = next(p for p in chunk_plan(plan) if "Wind farms\ngrow to twice" in p.text)
    assert over.page == 1
    assert next(p for p in chunk_plan(plan) if p.text.startswith("Solar")).page == 2


def test_a_line_that_stands_on_two_pages_only_stays(write: Write) -> None:
    pages = [body("Each city reports.", "Kilns close."), body("Each city reports.", "Wind grows.")]
    assert load_plan(write("plan.pdf", make_pdf(pages))).text.count("Each city reports.") == 2


def test_pdf_headings_from_bookmarks(write: Write) -> None:
    pages = [
        body("1. Industry", "Kilns close by 2025 in every city.", "(1) Cement", "Quotas hold until then."),
        body("2. Energy", "Wind farms grow."),
    ]
    marks = [("1. Industry", 0, 0), ("(1) Cement", 0, 1), ("2. Energy", 1, 0)]
    plan = load_plan(write("plan.pdf", make_pdf(pages, bookmarks=marks)))
    assert [(s.level, s.label, s.parent) for s in plan.sections] == [
        (1, "1. Industry", None),
        (2, "(1) Cement", 0),
        (1, "2. Energy", None),
    ]
    assert plan.text[plan.sections[1].body : plan.sections[1].end].strip() == "Quotas hold until then."


def test_pdf_headings_from_type_size(write: Write) -> None:
    pages = [
        [
            ("The Anhui Plan", 72, 780, 24.0),
            ("Industry", 72, 740, 16.0),
            *body("Kilns close by 2025.", "All of them do.", top=710),
        ],
        [("Energy", 72, 780, 16.0), *body("Wind farms grow in every county of the north.", top=750)],
    ]
    plan = load_plan(write("plan.pdf", make_pdf(pages, title="The Anhui Plan")))
    assert plan.title == "The Anhui Plan"
    assert [(s.level, s.title) for s in plan.sections] == [(1, "Industry"), (1, "Energy")]
    assert {p.section for p in chunk_plan(plan) if "Kilns" in p.text} == {("Industry",)}


@pytest.mark.parametrize("title", ["", "untitled", "Microsoft Word - plan_final.docx", "plan.indd"])
def test_a_title_that_says_nothing_is_not_used(write: Write, title: str) -> None:
    plan = load_plan(write("anhui.pdf", make_pdf([body("Kilns close by 2025.")], title=title)))
    assert plan.title == "anhui"


def test_an_encrypted_pdf(write: Write) -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(make_pdf(four_pages()))))
    writer.encrypt("secret", algorithm="RC4-128")
    file = io.BytesIO()
    writer.write(file)
    path = write("closed.pdf", file.getvalue())
    with pytest.raises(SourceError, match=r"closed\.pdf is encrypted\. Open it with its password, save a copy"):
        load_plan(path)


def test_a_pdf_that_only_forbids_copying_is_read(write: Write) -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(make_pdf(four_pages()))))
    writer.encrypt("", "owner", algorithm="RC4-128")
    file = io.BytesIO()
    writer.write(file)
    assert "Kilns close" in load_plan(write("plan.pdf", file.getvalue())).text


def test_a_pdf_without_text(write: Write) -> None:
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=A4, invariant=1)
    for _ in range(3):
        canvas.rect(100, 100, 200, 300, fill=1)
        canvas.showPage()
    canvas.save()
    path = write("scan.pdf", file.getvalue())
    with pytest.raises(SourceError, match=r"scan\.pdf holds no text, only images of its 3 pages.*ocrmypdf"):
        load_plan(path)


def test_pages_without_text_are_named(write: Write) -> None:
    plan = load_plan(write("plan.pdf", make_pdf([body("Kilns close."), [], body("Wind grows."), []])))
    assert "pages without text: 2, 4" in plan.warnings
    assert [p.number for p in plan.pages] == [1, 2, 3, 4]
    assert page_text(plan, plan.pages[2]) == "Wind grows."


@settings(max_examples=40)
@given(st.data())
def test_a_damaged_pdf_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    whole = bytearray(_DAMAGED_FROM)
    if data.draw(st.booleans()):
        del whole[data.draw(st.integers(0, len(whole))) :]
    else:
        for _ in range(data.draw(st.integers(1, 8))):
            whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.mktemp("damaged") / "plan.pdf"
    path.write_bytes(bytes(whole))
    try:
        plan = load_plan(path)
    except SourceError as error:
        assert str(path) in str(error)
    else:
        assert plan.pages
        assert all(plan.text[p.start : p.end] == p.text for p in chunk_plan(plan))


_DAMAGED_FROM = make_pdf(four_pages(), bookmarks=[("Kilns", 0, 0), ("Wind", 1, 1)], title="Plan")


# -- the plans themselves ------------------------------------------------------------------------


@pytest.mark.real
@pytest.mark.parametrize("name", ["liaoning.txt", "sichuan.txt", "national-facts.md"])
def test_the_real_plans_are_read(data: Path, name: str) -> None:
    plan = load_plan(data / "plans" / name)
    assert plan.text.strip()
    assert bool(plan.sections) == name.endswith(".txt")
    assert all(plan.text[p.start : p.end] == p.text for p in chunk_plan(plan))


def test_the_section_of_a_record_is_the_passages_path(tmp_path: Path) -> None:
    source = tmp_path / "rules.jsonl"
    lines = [
        {"id": "a", "text": "Coal falls.", "section": ["Part 1", "Coal"], "page": 3},
        {"id": "b", "text": "Wind grows.", "section": "Wind"},
        {"id": "c", "text": "Rain comes."},
    ]
    source.write_text("\n".join(json.dumps(line) for line in lines), "utf-8")
    passages = chunk_plan(load_plan(source))
    assert [(p.record, p.section, p.page) for p in passages] == [
        ("a", ("Part 1", "Coal"), 3),
        ("b", ("Wind",), None),
        ("c", (), None),
    ]


def test_of_combining_marks_in_a_row_thirty_stay(write: Write) -> None:
    text = "Kilns close" + "\u0301\u0323" * 20_000 + " by 2025."
    plan = load_plan(write("plan.txt", text.encode()))
    assert unicodedata.is_normalized("NFC", plan.text) and len(plan.text) <= len("Kilns close by 2025.") + 30
    few = "Kilns cafe\u0301 a" + "\u0323\u0301" * 3
    assert load_plan(write("plan.txt", few.encode())).text == unicodedata.normalize("NFC", few)
    signs = "……——，，！！" * 20
    assert load_plan(write("plan.txt", f"碳达峰{signs}".encode())).text == f"碳达峰{signs}"


def test_a_record_of_millions_of_characters_is_refused_before_it_is_parsed(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.reading.formats.jsonl.LONGEST_TEXT", 1000)
    line = json.dumps({"id": "a", "text": "Kilns close.", "more": [{} for _ in range(1000)]})
    with pytest.raises(SourceError, match="line 1: longer than"):
        load_plan(write("plan.jsonl", line.encode()))
