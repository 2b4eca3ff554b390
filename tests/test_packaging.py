"""The wheel holds all that the package needs; built here without a network."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "indexer"
BUILD = """
import os, sys
from setuptools import build_meta
source, target = sys.argv[1:]  # setuptools writes to sys.argv
os.chdir(source)
build_meta.build_sdist(target)
build_meta.build_wheel(target)
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist and the wheel."""
    folder = tmp_path_factory.mktemp("built")
    source = folder / "source"
    shutil.copytree(PACKAGE, source / "indexer", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    subprocess.run([sys.executable, "-c", BUILD, str(source), str(folder)], check=True, capture_output=True)
    return folder


@pytest.mark.slow
def test_the_wheel_holds_every_file_of_the_package(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        inside = {name for name in archive.namelist() if name.startswith("indexer/")}
        entry_points = next(name for name in archive.namelist() if name.endswith("entry_points.txt"))
        assert b"plancite = indexer.cli:main" in archive.read(entry_points)
    ours = {p.relative_to(ROOT).as_posix() for p in PACKAGE.rglob("*") if p.is_file() and "__pycache__" not in p.parts}
    assert inside == ours
    assert {"indexer/ui/static/shared.css", "indexer/encoding/answer_reader/weights/model.onnx"} <= inside
    assert len(list(built.glob("*.tar.gz"))) == 1
