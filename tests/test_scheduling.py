"""A worker that dies fails one test; the others are run, and the run ends."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

_CONFTEST = """
import pytest
from scheduling import Scheduling

@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    return Scheduling(config, log)
"""
_DIES = "def test_dies():\n    import os\n    os.kill(os.getpid(), 9)\n"
_PASSES = "def test_{name}():\n    pass\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("tests", "passed"),
    [
        (_PASSES.format(name="one") + _DIES + _PASSES.format(name="two"), 14),  # others are left to run
        (_PASSES.format(name="one") + _DIES, 13),  # the last one
        (_DIES, 12),
    ],
)
def test_a_worker_that_dies_fails_its_test_alone(tmp_path: Path, tests: str, passed: int) -> None:
    (tmp_path / "tests" / "faults").mkdir(parents=True)
    (tmp_path / "tests" / "conftest.py").write_text(_CONFTEST)
    for name in ("a", "b"):
        # long enough that the worker which dies has finished a file, and short enough that the other ends before its heir
        (tmp_path / "tests" / f"test_{name}.py").write_text(
            "import pytest, time\n@pytest.mark.parametrize('i', range(6))\ndef test_x(i):\n    time.sleep(0.02)\n"
        )
    (tmp_path / "tests" / "faults" / "test_z.py").write_text(tests)
    (tmp_path / "pytest.ini").write_text("[pytest]\ntestpaths = tests\n")
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadscope", "-p", "no:cacheprovider"]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    environment = kept | {"PYTHONPATH": str(Path(__file__).parent), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(
        [*command, "-p", "xdist"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert f"1 failed, {passed} passed" in done.stdout, done.stdout + done.stderr
