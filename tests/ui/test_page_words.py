"""All words of the pages are in the catalogue, in both languages, and each session has its own language."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from pages import OpenApp, page_html
from streamlit.testing.v1 import AppTest

from indexer.messages import TEMPLATES, translated
from indexer.translation import ENGLISH, LANGUAGES, LOCALE, READER, _, ngettext, pgettext
from indexer.types import DifferencePart
from indexer.ui.shared.language import SCRIPT_WORDS
from indexer.wording import counted, difference_text, reading_unit

ROOT = Path(__file__).resolve().parents[2]
UI = ROOT / "indexer" / "ui"
#: The server speaks to operators, and to browsers before there is a session.
MODULES = [module for module in sorted(UI.rglob("*.py")) if module.name != "server.py"]
#: Calls that take a message, or the noun that a message is made of.
CATALOGUED = {"_", "N_", "pgettext", "ngettext", "counted"}
#: Calls of which people read a positional argument: its index.
SHOWN = {
    **dict.fromkeys(("show_line", "link", "copy_button", "show_download", "show_link", "notify"), 0),
    **dict.fromkeys(("button", "form_submit_button", "text_input", "text_area", "number_input", "selectbox"), 0),
    **dict.fromkeys(("multiselect", "segmented_control", "toggle", "checkbox", "popover", "expander", "spinner"), 0),
    **dict.fromkeys(("toast", "error", "file_uploader"), 0),
    **dict.fromkeys(("begin_job", "show_page_link"), 1),
    "show_original": 2,
}
#: Arguments with a name that people read.
SHOWN_BY_NAME = {"label", "help", "placeholder", "title", "alt", "aria_label", "hint"}
#: Arguments that nobody reads.
NOT_SHOWN = {"key", "css"}
#: Two words of a sentence, or a label.
SENTENCE = re.compile(r"[a-z]{2,},? [a-z“]{2,}|^[A-Z][a-z]+(?: [a-z]+)*[.:]?$")
WORD = re.compile(r"[A-Za-z]{2}")
#: Names, file formats and codes, the same in every language; classes and names that code goes by.
ALLOWED = {
    "Plancite", "Word", "Excel", "Markdown", "CSV", "PNG", "SVG", "en, zh", "About", "View", "not found ",
    "plancite add FOLDER --library ", "Relevance", "Place", "Indicator", "grid map", "source-text pane",
    "file name", ": a cookie of ours holds ASCII letters, digits and underscores only.",
    '<span class="break"></span>',
}  # fmt: skip
PLACEHOLDER = re.compile(r"\{(\w+)\}")


@pytest.fixture
def chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(READER, "language", lambda: "zh")


def called(call: ast.Call) -> str:
    return getattr(call.func, "id", getattr(call.func, "attr", ""))


def texts(node: ast.AST, *, through_calls: bool) -> Iterator[ast.Constant]:
    """Constants of text within ``node`` that are no messages; else not within further calls."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node
    if isinstance(node, ast.Call) and (called(node) in CATALOGUED or not through_calls):
        return
    if isinstance(node, ast.keyword) and node.arg in NOT_SHOWN:
        return
    for name, value in ast.iter_fields(node):
        inner = value if isinstance(value, list) else [value]
        if isinstance(node, ast.Dict) and name == "keys":
            continue  # names of columns and fields
        if isinstance(node, ast.Subscript) and name == "slice":
            continue
        for part in inner:
            docstring = isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant)
            if isinstance(part, ast.AST) and not docstring:
                yield from texts(part, through_calls=through_calls)


def shown(tree: ast.AST) -> Iterator[ast.Constant]:
    """Constants that are handed to the page as they stand."""
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        at = SHOWN.get(called(call), len(call.args))
        given = call.args[1:] if called(call) == "element" else call.args[at : at + 1]
        given += [each.value for each in call.keywords if each.arg in SHOWN_BY_NAME]
        for argument in given:
            yield from texts(argument, through_calls=False)


def uncatalogued(source: str) -> list[str]:
    tree = ast.parse(source)
    sentences = [c for c in texts(tree, through_calls=True) if SENTENCE.search(c.value)]
    handed = [c for c in shown(tree) if WORD.search(c.value)]
    found = {(c.lineno, c.value) for c in (*sentences, *handed) if c.value not in ALLOWED}
    return [f"line {line}: {text}" for line, text in sorted(found)]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.relative_to(UI).as_posix())
def test_every_visible_text_is_in_the_catalogue(module: Path) -> None:
    assert not uncatalogued(module.read_text("utf-8"))


@pytest.mark.parametrize(
    "source",
    [
        'st.button("Go", key="go")',
        'st.button(f"{n} plans", key="go")',
        'show_line("page" if one else "pages")',
        'st.text_input(_("Find"), placeholder="Among plans")',
        'LABELS = {"a": "Added"}',
        'text = "The library is empty."',
        'element("p", "none", css="x")',
    ],
)
def test_a_text_outside_the_catalogue_is_found(source: str) -> None:
    assert uncatalogued(source)
    assert not uncatalogued(
        'st.button(_("Go"), key="go-on", type="tertiary"); element("p", _("x y"), css="crumbs aside")'
    )


def test_the_catalogue_is_up_to_date() -> None:
    script = ROOT / "scripts" / "translations.py"
    done = subprocess.run([sys.executable, script, "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_message_has_its_chinese_with_the_same_placeholders() -> None:
    with (LOCALE / "zh.po").open("rb") as file:
        catalogue = read_po(file, locale="zh")
    entries = [entry for entry in catalogue if entry.id]
    assert len(entries) > 500
    for entry in entries:
        assert not entry.fuzzy, entry.id
        plural = isinstance(entry.id, tuple)
        asked = entry.id[1] if plural else entry.id
        answers = entry.string if plural else (entry.string,)
        for answer in answers:
            assert answer, f"{entry.id} has no Chinese"
            assert set(PLACEHOLDER.findall(answer)) == set(PLACEHOLDER.findall(asked)), entry.id


def test_chinese_has_no_english_left() -> None:
    with (LOCALE / "zh.po").open("rb") as file:
        entries = [entry for entry in read_po(file, locale="zh") if entry.id]
    answers = [
        part for entry in entries for part in ((entry.string,) if isinstance(entry.string, str) else entry.string)
    ]
    found = {word for answer in answers for word in re.findall("[A-Za-z]{4,}", PLACEHOLDER.sub("", answer))}
    names = {"Plancite", "BibTeX", "Excel", "JSON", "Markdown", "Office", "OpenDocument", "Word", "ocrmypdf"}
    assert found == names | {"preferred", "other"}  # columns of a file


def test_messages_are_found(chinese: None) -> None:
    assert _("Ask") == "提问"
    assert _("") == ""  # gettext would give the file's header
    assert ngettext("{count} passage", "{count} passages", 3).format(count=3) == counted(3, "passage") == "3 个段落"
    assert pgettext("zoom", "Larger") == "放大" != _("Larger")
    assert _("not in the catalogue") == "not in the catalogue"
    assert reading_unit(37_000_000, "kW") == (1e4, "万 kW")


def test_what_a_plan_says_is_kept(chinese: None) -> None:
    part = DifferencePart("sichuan", "四川", "prohibits", "新增水泥熟料产能", (0, 8))
    assert difference_text([part]) == "四川禁止“新增水泥熟料产能”。"


def test_english_is_as_it_stands() -> None:
    assert READER.language() == ENGLISH
    assert _("Ask") == "Ask"
    assert counted(1, "passage") == "1 passage"
    assert counted(1240, "passage") == "1,240 passages"
    assert reading_unit(37_000_000, "kW") == (1e6, "million kW")


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("The scopes differ", "The scopes differ"),
        ("Not subtracted: the scopes differ.", "未计算差距：口径不同。"),
        ("A B.pdf is empty. Save it again with the plan's text in it.", "A B.pdf 是空文件。请保存带有规划文本的文件。"),
        ("replaces Plans, whose text is kept; 1,300 passages", "替换 Plans，原文本已保留；1,300 个段落"),
        (
            "words may be out of order on pages 3, 4; open the page image to check a quote",
            "第 3, 4 页文字顺序可能有误；核对引文请看页面图像",
        ),
        (
            "words may be out of order on page 21; open the page image to check a quote",
            "第 21 页文字顺序可能有误；核对引文请看页面图像",
        ),
        # a name that comes twice in a template is one name
        (
            "a.doc is an old Word file. Open it in Word, save it as .docx, and add that.",
            "a.doc 是旧版 Word 文件。请用 Word 打开，另存为 .docx 后添加。",
        ),
        ("a.doc is an old Word file. Open it in Excel, save it as .docx, and add that.", None),
        ("", ""),
    ],
)
def test_sentences_of_the_library_are_recognized(chinese: None, sentence: str, expected: str | None) -> None:
    assert translated(sentence) == (sentence if expected is None else expected)


def test_the_templates_are_those_of_the_code() -> None:
    modules = [module for module in (ROOT / "indexer").rglob("*.py") if module.name != "messages.py"]
    trees = [ast.parse(module.read_text("utf-8")) for module in modules]
    nodes = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant))
    constants = [node.value for node in nodes if isinstance(node.value, str)]
    for template in TEMPLATES:
        for piece in map(str.strip, re.split(r"\{\w+\}", template)):
            assert any(piece in constant for constant in constants), f"{template}: {piece}"


def test_the_scripts_say_what_the_catalogue_has() -> None:
    scripts = [script.read_text("utf-8") for script in (UI / "static").glob("*.js")]
    joined = re.sub(r'"\s*\+\s*"', "", "\n".join(scripts))
    streamlits = {"Stop", "Upload", "Skip to main content", "Select all", "No results"}
    assert streamlits < set(SCRIPT_WORDS)
    assert [words for words in SCRIPT_WORDS if words not in joined and words not in streamlits] == []


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


def test_sessions_have_a_language_each(open_app: OpenApp) -> None:
    english, other = open_app(), open_app()
    assert "Ask" in labels(english)
    assert "中文" in labels(english)
    other.button(key="language-zh").click().run()
    assert not other.exception
    assert "提问" in labels(other)
    assert "English" in labels(other)
    assert "本资料库收录" in page_html(other)
    english.run()
    assert "Ask" in labels(english)
    assert "In this library" in page_html(english)
    other.button(key="language-en").click().run()
    assert "Ask" in labels(other)


def test_what_was_typed_and_chosen_stays(open_app: OpenApp) -> None:
    app = open_app(q="What are the cement capacity rules?", plan="sichuan")
    before = app.text_input(key="question").value, app.multiselect(key="plans").value
    app.button(key="language-zh").click().run()
    assert (app.text_input(key="question").value, app.multiselect(key="plans").value) == before
    assert "原文写明" in page_html(app)
    assert "New capacity for cement clinker" in page_html(app)


@pytest.mark.parametrize(
    ("page", "query", "expected"),
    [
        ("compare", {}, "逐份规划提问"),
        ("targets", {}, "项规划目标"),
        ("read", {}, "选择要阅读的规划"),
        ("brief", {}, "摘编还没有内容"),
        ("library", {}, "地区或发布机关"),
        ("library", {"tab": "questions"}, "还没有保存问题"),
        ("library", {"plan": "sichuan"}, "简称"),
        ("", {"q": "Which football club won the cup?"}, "未在这些规划中找到。"),
        ("", {"q": "-steel"}, ""),
    ],
)
def test_pages_in_chinese(open_app: OpenApp, page: str, query: dict[str, str], expected: str) -> None:
    app = open_app(page=page, **query)
    app.button(key="language-zh").click().run()
    assert not app.exception
    assert expected in page_html(app)
    if query.get("q") == "-steel":
        assert app.error[0].value.startswith("请同时输入要查找的内容")


def test_languages_are_named_in_themselves() -> None:
    assert LANGUAGES == {"en": "English", "zh": "中文"}
    files: Callable[[str], bool] = lambda language: (LOCALE / f"{language}.po").is_file()  # noqa: E731
    assert [language for language in LANGUAGES if not files(language)] == [ENGLISH]
