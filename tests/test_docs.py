"""The documentation is true: commands and their options, the public names, the README's first steps."""

from __future__ import annotations

import doctest
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer

import indexer
from indexer.cli import app

ROOT = Path(__file__).parent.parent


def test_the_command_reference_is_up_to_date() -> None:
    script = ROOT / "scripts/write_docs.py"
    done = subprocess.run([sys.executable, script, "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_command_and_option_has_help() -> None:
    group = typer.main.get_command(app)
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        assert command.help, name
        for parameter in command.params:
            assert getattr(parameter, "help", None), f"{name} {parameter.name}"


def test_the_readme_names_commands_that_there_are() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    commands = set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
    named = set(re.findall(r"^plancite (\w+)", text, re.MULTILINE))
    assert named
    assert named <= commands
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(re.findall(r"^make ([\w-]+)", text, re.MULTILINE)) <= targets


def test_pictures_and_pages_that_are_linked_are_there() -> None:
    for page in [ROOT / "README.md", *(ROOT / "docs").glob("*.md"), ROOT / "benchmarks/README.md"]:
        for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8")):
            assert (page.parent / link).exists(), f"{page.name} links {link}"


def test_every_picture_is_small_and_shown() -> None:
    pictures = {path.name: path.stat().st_size for path in (ROOT / "docs/images").iterdir()}
    pages = [ROOT / "docs/tour.md", ROOT / "benchmarks/README.md"]
    shown = [set(re.findall(r"\]\((?:[./]*docs/)?images/([^)]+)\)", page.read_text("utf-8"))) for page in pages]
    assert all(shown) and set(pictures) == set.union(*shown)
    assert max(pictures.values()) < 150 * 1024


def test_the_public_names_are_those_exported() -> None:
    assert sorted(indexer.__all__) == indexer.__all__
    assert all(hasattr(indexer, name) for name in indexer.__all__)


@pytest.mark.slow
@pytest.mark.usefixtures("encoder")
def test_the_examples_in_python_print_what_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = (ROOT / "docs/python.md").read_text("utf-8")
    shutil.copytree(ROOT / "corpus", tmp_path / "plans", ignore=shutil.ignore_patterns("chinese"))
    monkeypatch.chdir(tmp_path)
    examples = "\n\n".join(re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL))
    test = doctest.DocTestParser().get_doctest(examples, {}, "python.md", None, 0)
    assert len(test.examples) > 25
    told: list[str] = []
    failed = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test, out=told.append).failed
    assert not failed, "".join(told)
    named = set(re.findall(r"[.`]([a-z_]+)[(`]", page))
    assert {name for name in vars(indexer.Library) if not name.startswith("_")} <= named


def test_make_clean_leaves_the_default_library_its_readme(tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    shutil.copytree(ROOT / "index", tmp_path / "index", ignore=lambda folder, names: set(names) - {"README.md"})
    (tmp_path / "index" / "words").mkdir()
    (tmp_path / "index" / "words" / "README.md").write_text("of the library")
    (tmp_path / "index" / "plans.sqlite").write_text("plans")
    subprocess.run(["make", "clean"], cwd=tmp_path, check=True, capture_output=True)
    assert [path.name for path in (tmp_path / "index").iterdir()] == ["README.md"]
