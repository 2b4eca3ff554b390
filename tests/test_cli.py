"""The commands as they are typed: what they print, on which stream, and with which exit code."""

from __future__ import annotations

import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from commands import Run
from fakes import FakeEncoder

from indexer import cli
from indexer.language.matching import count_words
from indexer.library import Library

ANHUI = "Anhui Plan\n\n1. Industry\nCement kilns close by 2025. Steel output falls.\n\n2. Energy\nWind farms grow.\n"
HENAN = "Henan Plan\n\n1. Land\nForests cover a fifth. Wetlands are kept.\n"


@pytest.fixture
def plans(tmp_path: Path) -> Path:
    folder = tmp_path / "plans"
    (folder / "below").mkdir(parents=True)
    (folder / "anhui.txt").write_text(ANHUI)
    (folder / "below" / "henan.md").write_text(HENAN)
    (folder / "notes.xyz").write_text("not a plan")
    return folder


@pytest.fixture
def at(tmp_path: Path) -> tuple[str, Path]:
    """``--library FOLDER`` for a library of the test's own."""
    return "--library", tmp_path / "library"


def held(at: tuple[str, Path]) -> tuple[list[str], int]:
    """Ids of the plans in the library, and its generation; it must be sound."""
    with Library.open(at[1]) as library:
        assert library.check() == []
        return [p.id for p in library.plans()], library.backend.generation


# -- the contract of --json ------------------------------------------------------------------------

QUESTIONS = ["What are the cement capacity rules?", "What is the price of a railway ticket to Mars?", "forests"]


def is_span_list(spans: Any, text: str) -> bool:
    return isinstance(spans, list) and all(
        len(s) == 2 and all(type(x) is int for x in s) and 0 <= s[0] < s[1] <= len(text) for s in spans
    )


def assert_place(place: dict[str, Any], library: Library, text: str) -> None:
    plan = library.plan(place["plan"])
    assert place["title"] == plan.title
    assert isinstance(place["section"], list)
    assert all(isinstance(label, str) for label in place["section"])
    assert place["page"] is None or type(place["page"]) is int
    assert type(place["start"]) is type(place["end"]) is int
    assert plan.text[place["start"] : place["end"]] == text


@pytest.mark.parametrize("question", QUESTIONS)
def test_ask_json(run: Run, sample_folder: Path, sample_library: Library, question: str) -> None:
    ran = run("ask", question, "--json", "--top-k", 5, "--library", sample_folder)
    assert (ran.code, ran.err) == (0, "")
    (found,) = ran.objects
    keys = {"question", "answerable", "searched", "named", "answer", "citations", "passages"}
    assert keys | {"read_as", "verdict", "parts", "route", "searched_for"} <= set(found)
    assert found["question"] == question
    assert type(found["answerable"]) is bool
    assert type(found["searched"]) is int
    assert found["answerable"] == bool(found["answer"]) == bool(found["citations"])
    numbers = [c["n"] for c in found["citations"]]
    assert numbers == list(range(1, len(numbers) + 1))
    for sentence in found["answer"]:
        assert list(sentence) == [
            "text", "citation", "emphasis", "span", "completes", "certainty", "role", "table",
        ]  # fmt: skip
        assert sentence["span"] is None or is_span_list([sentence["span"]], sentence["text"])
        assert is_span_list(sentence["emphasis"], sentence["text"])
        assert sentence["text"] == found["citations"][sentence["citation"] - 1]["quote"]
    for citation in found["citations"]:
        assert list(citation) == ["n", "plan", "title", "section", "page", "start", "end", "quote", "page_reads_badly"]
        assert_place(citation, sample_library, citation["quote"])
    assert [p["rank"] for p in found["passages"]] == [1, 2, 3, 4, 5]
    for passage in found["passages"]:
        assert list(passage) == [
            "rank", "score", "plan", "title", "section", "page", "start", "end", "text", "highlights", "record", "table",
            "page_reads_badly",
        ]  # fmt: skip
        assert isinstance(passage["score"], float)
        assert is_span_list(passage["highlights"], passage["text"])
        assert passage["record"] is None
        assert_place(passage, sample_library, passage["text"])


def test_ask_json_says_what_the_library_says(run: Run, sample_folder: Path, sample_library: Library) -> None:
    (found,) = run("ask", QUESTIONS[0], "--json", "--library", sample_folder).objects
    answer = sample_library.ask(QUESTIONS[0])
    assert found["answerable"] is True
    assert [c["quote"] for c in found["citations"]] == [c.quote for c in answer.citations]
    assert [(p["plan"], p["start"], p["score"]) for p in found["passages"]] == [
        (h.passage.plan, h.passage.start, h.score) for h in answer.hits
    ]
    (refused,) = run("ask", QUESTIONS[1], "--json", "--library", sample_folder).objects
    assert (refused["answerable"], refused["answer"], refused["citations"]) == (False, [], [])
    assert len(refused["passages"]) == 10


def test_pages_and_records_in_json(run: Run, fake: FakeEncoder, at: tuple[str, Path], tmp_path: Path) -> None:
    rules = tmp_path / "rules.jsonl"
    rules.write_text('{"id": "r/7", "text": "Cement kilns close.", "page": 3}\n')
    run("add", rules, *at)
    (found,) = run("ask", "cement kilns", "--json", *at).objects
    (passage,) = found["passages"]
    assert (passage["record"], passage["page"], passage["section"]) == ("r/7", 3, [])


def test_list_json(run: Run, sample_folder: Path, sample_library: Library) -> None:
    ran = run("list", "--json", "--library", sample_folder)
    assert ran.code == 0
    assert [p["plan"] for p in ran.objects] == ["liaoning", "national", "sichuan"]
    for plan in ran.objects:
        assert list(plan) == [
            "plan", "title", "source", "pages", "passages", "words", "sha256", "warnings", "edited",
            "issuer", "date", "language", "machine_translated", "place", "type", "status", "tags",
            "found",
        ]  # fmt: skip
        assert {k: type(v) for k, v in plan.items() if k != "pages"} == {
            "plan": str, "title": str, "source": str, "passages": int, "words": int, "sha256": str, "warnings": list,
            "edited": list, "issuer": str, "date": str, "language": str, "machine_translated": bool, "place": str,
            "type": str, "status": str, "tags": list, "found": dict,
        }  # fmt: skip
        whole = sample_library.plan(plan["plan"])
        assert plan["pages"] == (len(whole.pages) or None)
        assert plan["words"] == count_words(whole.text)
        assert len(plan["sha256"]) == 64
    assert ran.objects[0]["pages"] > 1


def test_every_answer_json(run: Run, sample_folder: Path) -> None:
    (found,) = run("ask", "forests", "--all", "--json", "--library", sample_folder).objects
    assert {"question", "searched", "found", "by_plan", "by_section", "stopped", "passages", "answer"} <= set(found)
    assert all("forest" in sentence["text"].lower() for sentence in found["answer"])
    assert found["found"] == len(found["passages"]) == sum(found["by_plan"].values())
    assert sum(s["passages"] for s in found["by_section"]) == found["found"]
    assert [p["rank"] for p in found["passages"]] == list(range(1, found["found"] + 1))


def test_chinese_is_written_as_it_is(run: Run, fake: FakeEncoder, at: tuple[str, Path], tmp_path: Path) -> None:
    (tmp_path / "计划.txt").write_text("严禁新增水泥熟料产能。\n", "utf-8")
    run("add", tmp_path / "计划.txt", *at)
    ran = run("ask", "水泥", "--json", *at)
    assert "水泥熟料产能" in ran.out
    assert "\\u" not in ran.out
    assert ran.objects[0]["passages"][0]["plan"] == "计划"


# -- asking --------------------------------------------------------------------------------------


def test_an_answer_for_a_reader(run: Run, sample_folder: Path) -> None:
    ran = run("ask", QUESTIONS[0], "--library", sample_folder)
    assert ran.code == 0
    assert ran.out.startswith("“")
    assert "[1] " in ran.out
    assert "by relevance:" in ran.out
    assert "\033" not in ran.out
    refused = run("ask", QUESTIONS[1], "--library", sample_folder)
    assert refused.code == 0
    assert refused.out.startswith("Not found in these plans.")
    assert "passages searched" in refused.out
    assert "Mars" in refused.out
    assert "The nearest passage; it may not answer:" in refused.out


def test_questions_from_a_file_and_from_standard_input(run: Run, sample_folder: Path, tmp_path: Path) -> None:
    text = "\n".join([QUESTIONS[0], "", "  ", QUESTIONS[2]]) + "\n"
    (tmp_path / "asked.txt").write_text(text)
    from_file = run("ask", "--from", tmp_path / "asked.txt", "--json", "--library", sample_folder)
    assert [o["question"] for o in from_file.objects] == [QUESTIONS[0], QUESTIONS[2]]
    from_input = run("ask", "--from", "-", "--json", "--library", sample_folder, stdin=text)
    assert from_input == from_file
    alone = run("ask", QUESTIONS[2], "--json", "--library", sample_folder)
    assert alone.objects == from_file.objects[1:]


def test_a_file_of_questions_from_windows(run: Run, sample_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "asked.txt").write_bytes(b"\xef\xbb\xbfforests\r\nwind farms\r\n")
    ran = run("ask", "--from", tmp_path / "asked.txt", "--json", "--library", sample_folder)
    assert [o["question"] for o in ran.objects] == ["forests", "wind farms"]


def test_asking_some_plans_only(run: Run, sample_folder: Path) -> None:
    ran = run("ask", "forests", "--plan", "national", "--plan", "sichuan", "--json", "--library", sample_folder)
    assert {p["plan"] for p in ran.objects[0]["passages"]} <= {"national", "sichuan"}
    part = run("ask", "forests", "--section", "GENERAL", "--json", "--library", sample_folder)
    assert all(any("general" in s.lower() for s in p["section"]) for p in part.objects[0]["passages"])


def test_asking_plans_of_one_year_only(run: Run, sample_folder: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.md"
    asked = ("ask", "forests", "--year", "2021", "--library", sample_folder)
    ran = run(*asked, "--json", "--export", sheet)
    assert {p["plan"] for p in ran.objects[0]["passages"]} == {"national"}
    assert "only plans with year 2021" in sheet.read_text()
    every = run("ask", "energy", *asked[2:], "--all", "--json").objects[0]["passages"]
    assert {p["plan"] for p in every} == {"national"}
    # the plan that a question names is searched in that year, too, or not at all
    named = run("ask", "What does Liaoning say about forests?", "--year", "2021", "--json", "--library", sample_folder)
    assert (named.objects[0]["answerable"], named.objects[0]["passages"]) == (False, [])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ask", ""], "Type a question"),
        (["ask", " ?! "], "Type a question"),
        (["ask"], "--from FILE"),
        (["ask", "wind", "--from", "-"], "--from FILE"),
        (["ask", "wind", "--from", "no-such-file.txt"], "--from FILE"),
        (["ask", "--from", "no-such-file.txt"], "no-such-file.txt cannot be read"),
        (["ask", "wind", "--top-k", "0"], "--top-k must be 1 or more"),
        (["ask", "wind", "--top-k", "-3"], "--top-k must be 1 or more"),
        (
            ["ask", "wind", "--plan", "hubei"],
            "There is no plan 'hubei' in this library. It holds: liaoning, national, sichuan",
        ),
        (["ask", "w" * 2001], "2000 at most"),
        (["remove", "hubei", "--yes"], "There is no plan 'hubei'"),
        (["remove", "national"], "give --yes"),
    ],
)
def test_what_is_refused(run: Run, sample_folder: Path, arguments: list[str], said: str) -> None:
    ran = run(*arguments, "--library", sample_folder)
    assert ran.code == 2
    assert ran.out == ""
    assert ran.err.startswith("plancite: ")
    assert said in ran.err
    assert ran.err.count("\n") == 1
    assert run("list", "--library", sample_folder).out.count("passages") == 3


@pytest.mark.parametrize(
    "arguments",
    [["ask", "wind", "--top-k", "many"], ["ask", "wind", "--no-such-option"], ["no-such-command"], ["add"], ["remove"]],
)
def test_what_is_typed_wrong(run: Run, arguments: list[str]) -> None:
    ran = run(*arguments)
    assert ran.code == 2
    assert ran.out == ""
    assert ran.err


# -- adding and removing -----------------------------------------------------------------------------


def test_indexing_a_folder(run: Run, fake: FakeEncoder, at: tuple[str, Path], plans: Path) -> None:
    ran = run("index", plans, *at)
    assert (ran.code, ran.out) == (0, "")
    assert f"{plans / 'anhui.txt'}: added, " in ran.err
    assert f"{plans / 'below' / 'henan.md'}: added, " in ran.err
    assert "notes.xyz" not in ran.err
    assert held(at) == (["anhui", "henan"], 2)
    again = run("index", plans, *at)
    assert again.code == 0
    assert "same as anhui" in again.err
    assert held(at) == (["anhui", "henan"], 2)


def test_the_same_file_twice_changes_nothing(run: Run, fake: FakeEncoder, at: tuple[str, Path], plans: Path) -> None:
    ran = run("add", plans / "anhui.txt", plans / "anhui.txt", *at)
    assert ran.code == 0
    assert "same as anhui" in ran.err
    fake.embedded.clear()
    assert run("add", plans / "anhui.txt", *at).code == 0
    assert held(at) == (["anhui"], 1)
    assert fake.embedded == []


def test_another_file_of_the_same_name(run: Run, fake: FakeEncoder, at: tuple[str, Path], plans: Path) -> None:
    run("add", plans / "anhui.txt", *at)
    other = plans / "below" / "anhui.txt"
    other.write_text(HENAN)
    refused = run("add", other, *at)
    assert refused.code == 2
    assert "there is a plan 'anhui' already" in refused.err
    assert "--id NAME" in refused.err
    assert "--replace" in refused.err
    assert held(at) == (["anhui"], 1)
    assert run("add", other, "--id", "second", *at).code == 0
    assert held(at) == (["anhui", "second"], 2)
    assert run("add", other, "--replace", *at).code == 0
    assert held(at) == (["anhui", "second"], 3)
    with Library.open(at[1]) as library:
        assert library.plan("anhui").text == HENAN


def test_an_id_is_for_one_file(run: Run, fake: FakeEncoder, at: tuple[str, Path], plans: Path) -> None:
    ran = run("add", plans / "anhui.txt", plans / "below" / "henan.md", "--id", "x", *at)
    assert (ran.code, ran.out) == (2, "")
    assert "Give a single file" in ran.err
    assert not at[1].exists()
    archive = plans / "two.ZIP"
    with zipfile.ZipFile(archive, "w") as package:
        package.write(plans / "anhui.txt", "anhui.txt")
    ran = run("add", archive, "--id", "x", *at)
    assert (ran.code, ran.out) == (2, "")
    assert "Give a single file" in ran.err
    assert not at[1].exists()


def test_some_files_failed(run: Run, fake: FakeEncoder, at: tuple[str, Path], plans: Path) -> None:
    (plans / "bad.pdf").write_bytes(b"no PDF")
    ran = run("add", plans / "bad.pdf", plans / "anhui.txt", plans / "gone.txt", *at)
    assert ran.code == 1
    assert f"plancite: {plans / 'bad.pdf'} is not a readable PDF" in ran.err
    assert f"plancite: There is no file {plans / 'gone.txt'}" in ran.err
    assert held(at) == (["anhui"], 1)
    assert run("index", plans, *at).code == 1
    assert held(at) == (["anhui", "henan"], 2)


def test_all_files_failed(run: Run, fake: FakeEncoder, at: tuple[str, Path], plans: Path) -> None:
    (plans / "bad.pdf").write_bytes(b"no PDF")
    ran = run("add", plans / "bad.pdf", plans / "gone.txt", "--quiet", *at)
    assert ran.code == 2
    assert ran.err.count("plancite: ") == 2
    assert held(at) == ([], 0)


def test_nothing_to_index(run: Run, at: tuple[str, Path], tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for folder, said in (("empty", "holds no plans"), ("gone", "There is no folder")):
        ran = run("index", tmp_path / folder, *at)
        assert ran.code == 2
        assert said in ran.err
    assert not at[1].exists()


def test_removing(
    run: Run, fake: FakeEncoder, at: tuple[str, Path], plans: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("index", plans, *at)
    unasked = run("remove", "anhui", *at)
    assert unasked.code == 2
    assert "--yes" in unasked.err
    assert run("remove", "anhui", "hubei", "--yes", *at).code == 2
    assert held(at) == (["anhui", "henan"], 2)

    # in a terminal it asks, and takes a no
    terminal = type("Terminal", (io.TextIOWrapper,), {"isatty": lambda self: True})
    monkeypatch.setattr(io, "TextIOWrapper", terminal)
    said_no = run("remove", "anhui", *at, stdin="n\n")
    assert said_no.code == 2
    assert "Anhui Plan" in said_no.out
    assert held(at) == (["anhui", "henan"], 2)
    assert run("remove", "anhui", *at, stdin="y\n").code == 0
    assert held(at) == (["henan"], 3)

    gone = run("remove", "henan", "--yes", *at)
    assert (gone.code, gone.out) == (0, "Removed: henan\n")
    assert held(at) == ([], 4)
    assert "The library is empty" in run("list", *at).out


def test_rebuilding(run: Run, fake: FakeEncoder, at: tuple[str, Path], plans: Path) -> None:
    run("index", plans, *at)
    assert run("rebuild", *at).out == "Rebuilt.\n"
    assert held(at) == (["anhui", "henan"], 3)


def test_quiet_prints_results_and_errors_only(run: Run, fake: FakeEncoder, at: tuple[str, Path], plans: Path) -> None:
    assert run("index", plans, "--quiet", *at) == (0, "", "")
    assert run("check", "--quiet", *at) == (0, "", "")
    assert run("list", "--quiet", *at).out.count("\n") == 2
    assert run("remove", "anhui", "--yes", "--quiet", *at) == (0, "", "")


# -- a library that is not as it should be -------------------------------------------------------------


@pytest.mark.parametrize("command", [["ask", "wind"], ["list"], ["check"], ["remove", "x", "--yes"], ["rebuild"]])
def test_no_library(run: Run, at: tuple[str, Path], command: list[str]) -> None:
    ran = run(*command, *at)
    assert (ran.code, ran.out) == (2, "")
    assert f"There is no library in {at[1]}. Make one with: plancite index" in ran.err
    assert not at[1].exists()


@pytest.mark.parametrize("command", [["add"], ["ask", "wind"], ["list"]])
def test_a_file_in_the_place_of_the_library(
    run: Run, fake: FakeEncoder, at: tuple[str, Path], plans: Path, command: list[str]
) -> None:
    at[1].write_text("a file")
    ran = run(*command, *([plans / "anhui.txt"] if command == ["add"] else []), *at)
    assert (ran.code, ran.out) == (2, "")
    assert str(at[1]) in ran.err
    assert ran.err.count("\n") == 1
    assert at[1].read_text() == "a file"


def test_a_library_of_another_model(
    run: Run, fake: FakeEncoder, at: tuple[str, Path], plans: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("add", plans / "anhui.txt", *at)
    connection = sqlite3.connect(at[1] / "plans.sqlite")
    with connection:
        connection.execute("UPDATE meta SET value = ? WHERE key = 'model'", (json.dumps(["fake", "elsewhere@7"]),))
    connection.close()
    for command in (["ask", "wind"], ["ask", "wind", "--all"], ["add", plans / "below" / "henan.md"]):
        ran = run(*command, *at)
        assert (ran.code, ran.out) == (2, "")
        assert "indexed with the model elsewhere@7, not fake@1" in ran.err
        assert "plancite rebuild" in ran.err
    assert held(at) == (["anhui"], 1)
    # what needs no model goes on, and the remedy is one
    assert run("list", *at).code == run("check", *at).code == 0
    assert run("rebuild", "--model", "fake", *at).code == 0
    assert run("ask", "wind", *at).code == 0


def test_a_model_that_is_not_here(run: Run, at: tuple[str, Path], plans: Path, tmp_path: Path) -> None:
    ran = run("add", plans / "anhui.txt", "--model", tmp_path / "gone", *at)
    assert (ran.code, ran.out) == (2, "")
    assert "There is no folder" in ran.err
    assert held(at) == ([], 0)


def test_check_tells_what_is_wrong(run: Run, fake: FakeEncoder, at: tuple[str, Path], plans: Path) -> None:
    run("index", plans, *at)
    assert run("check", *at) == (0, "The library is sound.\n", "")
    connection = sqlite3.connect(at[1] / "plans.sqlite")
    with connection:
        connection.execute("UPDATE passages SET text = 'made up' WHERE key = 1")
    connection.close()
    ran = run("check", *at)
    changed = "anhui: the text of 1 of its passages changed on disk after it was stored. Run: plancite rebuild\n"
    assert (ran.code, ran.out) == (1, changed)
    assert run("rebuild", *at).code == 0
    assert run("check", *at).out == "The library is sound.\n"


def test_a_database_that_is_none(run: Run, fake: FakeEncoder, at: tuple[str, Path], plans: Path) -> None:
    at[1].mkdir()
    (at[1] / "plans.sqlite").write_bytes(b"no database " * 100)
    for command in (["list"], ["ask", "wind"], ["add", plans / "anhui.txt"], ["check"]):
        ran = run(*command, *at)
        assert (ran.code, ran.out) == (2, "")
        assert "is not a readable library" in ran.err


def test_an_index_that_was_lost_is_told_on_the_other_stream(
    run: Run, fake: FakeEncoder, at: tuple[str, Path], plans: Path
) -> None:
    run("index", plans, *at)
    before = run("ask", "wind farms", "--json", *at)
    (at[1] / "vectors.faiss").write_bytes(b"")
    ran = run("ask", "wind farms", "--json", *at)
    assert (ran.code, ran.out) == (0, before.out)
    assert ran.err.count("built again") == 1
    (at[1] / "vectors.faiss").write_bytes(b"")
    assert run("ask", "wind farms", "--json", "--quiet", *at) == before


# -- as a process of its own ---------------------------------------------------------------------------


def test_every_command_and_option_has_help(run: Run) -> None:
    import typer

    command = typer.main.get_command(cli.app)
    assert set(command.commands) >= {"index", "add", "remove", "list", "check", "rebuild", "ask", "serve", "doctor"}
    for name, sub in command.commands.items():
        assert sub.help, name
        ran = run(name, "--help")
        assert ran.code == 0
        for parameter in sub.params:
            assert parameter.help, f"{name} {parameter.name}"


def test_a_closed_pipe_is_no_traceback(sample_folder: Path) -> None:
    ask = [sys.executable, "-c", "from indexer.cli import main; main()"]
    process = subprocess.Popen(
        [*ask, "list", "--json", "--library", str(sample_folder)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout
    assert process.stderr
    process.stdout.close()
    with process.stderr as errors:
        said = errors.read().decode()
    process.wait(60)
    assert said == ""


def test_a_file_name_in_no_encoding_is_a_line_in_the_report(
    run: Run, fake: FakeEncoder, at: tuple[str, Path], plans: Path
) -> None:
    named = plans / os.fsdecode(b"\xc4\xcf\xbe\xa9.txt")  # as unzip leaves names in GBK
    named.write_text("Nanjing Plan\n\nPorts use shore power.\n")
    assert str(named).encode("utf-8", "backslashreplace").decode() in run("sync", plans, "--dry-run", *at).out
    ran = run("index", plans, *at)
    assert ran.code == 1
    assert "add it again." in ran.err
    assert held(at)[0] == ["anhui", "henan"]


def test_the_folder_of_a_fresh_checkout_is_an_empty_library(
    run: Run, fake: FakeEncoder, tmp_path: Path, plans: Path
) -> None:
    readme = Path(__file__).parent.parent / "index" / "README.md"
    assert len(readme.read_text("utf-8").splitlines()) == 3
    library = tmp_path / "fresh"
    library.mkdir()
    shutil.copy(readme, library)
    at = ("--library", library)
    assert run("list", *at).out == "The library is empty. Add plans with: plancite add FILE\n"
    assert run("check", *at).code == 0
    assert run("add", plans / "anhui.txt", *at).code == 0
    assert (library / "README.md").read_bytes() == readme.read_bytes()
    # any other folder is not taken for one
    (tmp_path / "empty").mkdir()
    assert run("list", "--library", tmp_path / "empty").code == 2
    assert list((tmp_path / "empty").iterdir()) == []


def test_a_bad_line_of_a_list_is_named_and_the_rest_is_asked(
    run: Run, sample_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    questions = tmp_path / "questions.txt"
    long = "kilns " * 1000
    questions.write_bytes(
        b"\xef\xbb\xbf???\nWhich kilns close?\n" + long.encode() + b"\n\nkilns \xff\xfe?\nAnd rail?\n"
    )
    ran = run("ask", "--from", questions, "--json", "--library", sample_folder)
    assert [answer["question"] for answer in ran.objects] == ["Which kilns close?", "And rail?"]
    assert ran.code == 1
    assert [line.split(",")[0] for line in ran.err.splitlines()] == [f"plancite: Question {n}" for n in (1, 3, 4)]
    # the same through a pipe, whatever the locale says of it
    piped = io.TextIOWrapper(io.BytesIO(questions.read_bytes()), "ascii")
    monkeypatch.setattr(sys, "stdin", piped)
    monkeypatch.setattr(sys, "argv", ["plancite", "ask", "--from", "-", "--json", "--library", str(sample_folder)])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    assert stop.value.code == 1
    nothing = run("ask", "--from", "-", "--library", sample_folder, stdin="???\n")
    assert nothing.code == 2 and "no word" in nothing.err


HUGE = "9" * 20


@pytest.mark.parametrize(
    "arguments",
    [
        ("ask", "Which kilns close?", "--top-k", HUGE),
        ("ask", "Which kilns close?", "--year", HUGE),
        ("similar", "anhui:0", "--in", "henan", "--top-k", HUGE),
        ("similar", f"anhui:{HUGE}", "--in", "henan"),
        ("forget", HUGE),
        ("restore", "anhui", "--version", HUGE),
        ("changes", "anhui", "--old", f"-{HUGE}"),
        ("ask", "kilns\0?"),
        ("ask", "Which kilns close?", "--export", "kilns\0.docx"),
        ("add", "a\0.txt"),
        ("ask", "\udcff kilns?"),
        ("compare", "\udcff kilns?", "--plan", "anhui", "--plan", "henan"),
        ("save", "\udcff kilns?"),
        ("edit", "anhui", "--title", "\udcff"),
        ("edit", "anhui", "--issuer", "\udcff"),
        ("rename", "anhui", "\udcff"),
    ],
)
def test_arguments_that_make_no_sense_are_refused_in_one_line(
    run: Run, fake: FakeEncoder, at: tuple[str, Path], plans: Path, arguments: tuple[str, ...]
) -> None:
    run("index", plans, *at)
    ran = run(*arguments, *at)
    assert ran.code == 2 and ran.out == ""
    assert ran.err.startswith("plancite: ") and ran.err.count("\n") == 1
    assert run("check", *at).code == 0


@pytest.mark.parametrize("how", [{"LC_ALL": "C"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}])
def test_a_chinese_question_in_the_plain_locale(how: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "计划.txt").write_text("计划\n\n水泥产能到2025年达到20%。\n", "utf-8")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "PYTHONUTF8"))}
    command = [sys.executable, "-c", "from indexer.cli import main; main()"]
    for arguments in (["add", "计划.txt"], ["ask", "水泥产能?", "--json"]):
        done = subprocess.run(
            [*command, *arguments, "--library", "library"],
            cwd=tmp_path,
            env={**kept, **how},
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["question"] == "水泥产能?"


@pytest.mark.parametrize("handles", [7, 8, 9, 10, 12, 16, 24])
def test_too_few_file_handles_are_said_in_one_line(sample_folder: Path, tmp_path: Path, handles: int) -> None:
    shutil.copytree(sample_folder, tmp_path / "library")
    command = f'ulimit -n {handles}; exec "$0" -c "from indexer.cli import main; main()" "$@"'
    done = subprocess.run(
        ["bash", "-c", command, sys.executable, "ask", "kilns?", "--library", str(tmp_path / "library")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
    if done.returncode:
        assert done.stderr.splitlines()[-1].startswith("plancite: ")


def test_doctor_says_whether_anything_is_reported(
    run: Run, fake: FakeEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Library.open(tmp_path / "library", create=True).close()
    assert "ok    offline: no telemetry" in run("doctor", "--library", tmp_path / "library").out
    monkeypatch.setenv("ORT_DISABLE_TELEMETRY", "0")
    ran = run("doctor", "--library", tmp_path / "library")
    assert ran.code == 1 and "wrong telemetry is on: ORT_DISABLE_TELEMETRY" in ran.out
