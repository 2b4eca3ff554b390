"""The reading process: its limits, its end, and what is left of the library when it is killed."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import jobs
import numpy as np
import pytest
from fakes import FakeEncoder

from indexer.errors import SourceError
from indexer.library import Library, adding, process
from indexer.library.jobs import Job, JobQueue
from indexer.library.uploads import Upload, add_uploads
from indexer.reading.formats import ocr

TEXT = "Plan of {0}\n\n1. Industry\nCement kilns of {0} close by 2025. Steel output falls to 12 million tons by 2030.\n"


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """No process is kept from one test to the next."""
    process._end_idle()
    yield
    process._end_idle()


@pytest.mark.parametrize("name", ["ORT_DISABLE_TELEMETRY", "HF_HUB_DISABLE_TELEMETRY"])
def test_the_process_of_a_new_interpreter_reports_nothing(name: str) -> None:
    code = (
        "from indexer.library import process; import jobs\n"
        f"with process.run(jobs.environment, {name!r}) as found: print(*found)"
    )
    told = {key: value for key, value in os.environ.items() if key != name}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=Path(__file__).parent, env=told, capture_output=True, text=True, check=True)
    assert done.stdout == "1\n"


def results(function: object, *arguments: object, **limits: object) -> list[object]:
    with process.run(function, *arguments, **limits) as found:  # type: ignore[arg-type]
        return list(found)


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


# -- the process -----------------------------------------------------------------------------------


def test_what_is_yielded_arrives_in_order_from_another_process() -> None:
    assert results(jobs.count, 5) == [0, 1, 2, 3, 4]
    assert results(jobs.pid) != [os.getpid()]
    assert results(jobs.prints) == ["result"]


def test_the_process_is_kept_for_the_next_work() -> None:
    assert results(jobs.pid) == results(jobs.pid)
    process.warm()
    (kept,) = [worker.pid for worker in process._idle]
    process.warm()
    assert results(jobs.pid) == [kept]
    process._idle[0].kill()  # while it has nothing to do: no work fails for it
    process._idle[0]._process.wait()
    (other,) = results(jobs.pid)
    assert other != kept


def test_a_process_that_has_grown_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "_KEPT", 1 << 20)
    (pid,) = results(jobs.pid)
    assert not process._idle and gone(pid)


def test_a_process_without_work_ends_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "_IDLE", 0.2)
    (pid,) = results(jobs.pid)
    deadline = time.monotonic() + 10
    while not gone(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert gone(pid) and not process._idle


def test_two_works_at_once_have_two_processes_and_one_is_kept() -> None:
    with process.run(jobs.pid) as one, process.run(jobs.pid) as two:
        assert next(one) != next(two)
        assert (list(one), list(two)) == ([], [])
    assert len(process._idle) == 1


def test_leaving_early_kills_it() -> None:
    with process.run(jobs.pid) as found:
        pid = next(found)
    assert gone(pid)


def test_an_error_of_ours_is_raised_and_the_process_kept() -> None:
    (pid,) = results(jobs.pid)
    with pytest.raises(SourceError, match="this file"):
        results(jobs.fails, SourceError("this file"))
    assert results(jobs.pid) == [pid]


def test_another_error_is_the_end_of_the_work_alone() -> None:
    with pytest.raises(process.ProcessEnded, match=r"failed \(ZeroDivisionError: by nought\)"):
        results(jobs.fails, ZeroDivisionError("by nought"))
    with pytest.raises(process.ProcessEnded, match="broke off: the process that reads ended with signal 11"):
        results(jobs.crashes)
    assert results(jobs.count, 2) == [0, 1]


@pytest.mark.parametrize("work", [(jobs.loops,), (jobs.hangs_in_a_pattern, "a" * 60 + "b")], ids=["loop", "pattern"])
def test_work_that_hangs_is_ended_by_the_time_limit(work: tuple[object, ...]) -> None:
    started = time.monotonic()
    with pytest.raises(process.ProcessEnded, match="took longer than 1 seconds"):
        results(*work, seconds=1)
    assert time.monotonic() - started < 15


def test_time_can_be_granted_from_within() -> None:
    with pytest.raises(process.ProcessEnded, match="took longer than 1 seconds"):
        results(jobs.works_longer, 30, 0, seconds=1)
    assert results(jobs.works_longer, 2, 60, seconds=1) == ["done"]
    process.grant(10)  # means nothing here


def test_the_limit_grows_with_the_file() -> None:
    assert process.seconds_for(0) == process.TIME
    assert process.seconds_for(10_000_000) == process.TIME + 100
    assert process.memory_for(0) == 1 << 30
    assert process.memory_for(50_000_000) == (1 << 30) + 500_000_000


def test_waiting_is_bounded_too_and_less_strictly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "_PATIENCE", 3.0)
    started = time.monotonic()
    with pytest.raises(process.ProcessEnded, match="took longer than 1 seconds"):
        results(jobs.hangs, seconds=1)  # asleep
    assert time.monotonic() - started > 3


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the system does not say how much memory is taken")
def test_memory_is_bounded() -> None:
    started = time.monotonic()
    with pytest.raises(process.ProcessEnded, match=r"took more than 0\.12 GB of memory"):
        results(jobs.grows, 1 << 20, memory=128 << 20)
    with pytest.raises(process.ProcessEnded, match=r"took more than 0\.25 GB of memory"):
        results(jobs.grows_at_once, 4 << 30, memory=256 << 20)
    assert time.monotonic() - started < 30


def test_what_it_gives_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "OUTPUT", 2 << 20)
    assert len(results(jobs.gives, 1 << 20)) == 1
    with pytest.raises(process.ProcessEnded, match="gave more than 2 MB"):
        results(jobs.gives, 3 << 20)


def test_cancelling_is_seen_at_once() -> None:
    cancelled = threading.Event()
    threading.Timer(1.5, cancelled.set).start()
    started = time.monotonic()
    with pytest.raises(process.Cancelled):
        results(jobs.hangs_in_a_pattern, "a" * 60 + "b", cancelled=cancelled.is_set)
    assert time.monotonic() - started < 1.5 + 2


def test_it_ends_with_the_one_that_started_it() -> None:
    code = "from indexer.library import process\nprocess.warm()\nprint(process._idle[0].pid, flush=True)"
    for end in ("", "\nimport os\nos._exit(1)"):  # also without a chance to say so
        done = subprocess.run([sys.executable, "-c", code + end], capture_output=True, text=True, check=False)
        deadline = time.monotonic() + 20
        while not gone(int(done.stdout)) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert gone(int(done.stdout))


@pytest.mark.skipif(sys.platform == "win32", reason="no limit of processor time")
def test_work_that_hangs_ends_though_its_parent_was_killed() -> None:
    code = (
        f"import sys; sys.path[:] = {sys.path!r}\n"
        "import jobs, os\nfrom indexer.library import process\n"
        "with process.run(jobs.pid_then_loops, seconds=50) as results:\n"
        "    print(next(results), flush=True)\n    os._exit(1)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    deadline = time.monotonic() + 60
    while not gone(int(done.stdout)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert gone(int(done.stdout))


def test_a_script_without_a_guard_can_add(tmp_path: Path) -> None:
    # what multiprocessing would run a second time, and a third
    (tmp_path / "anhui.txt").write_text(TEXT.format("Anhui"))
    (tmp_path / "script.py").write_text(
        f"import sys; sys.path[:] = {sys.path!r}\n"
        "from fakes import FakeEncoder\nfrom indexer import Library\n"
        "library = Library.open('library', create=True, encoder=FakeEncoder())\n"
        "print([added.status for added in library.add('anhui.txt')])\n"
    )
    done = subprocess.run(
        [sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120
    )
    assert (done.stdout, done.stderr) == ("['added']\n", "")


# -- adding ----------------------------------------------------------------------------------------


@pytest.fixture
def hanging(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files may hang in the reading process, where their text says so."""
    monkeypatch.setattr(adding, "read_pending", jobs.hangs_on_bad_files)


@pytest.mark.usefixtures("hanging")
@pytest.mark.parametrize("place", ["READING", "TARGETS"])
def test_a_file_that_hangs_is_a_line_in_the_report(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    monkeypatch.setattr(process, "TIME", 2.0)
    for name in ("anhui", "bad", "henan"):
        hang = f"HANG IN {place}." if name == "bad" else ""
        (tmp_path / f"{name}.txt").write_text(TEXT.format(name) + hang)
    reports = library.add(sorted(tmp_path.glob("*.txt")))
    assert [(r.status, r.plan) for r in reports] == [("added", "anhui"), ("failed", None), ("added", "henan")]
    assert reports[1].detail == (
        f"{tmp_path / 'bad.txt'} cannot be read: the work on it took longer than 2 seconds, the most for its size. "
        "Split the file, or save it anew in the program it was made with, and add that."
    )
    assert [info.id for info in library.plans()] == ["anhui", "henan"]
    assert library.targets()
    assert library.check() == []


@pytest.mark.usefixtures("hanging")
@pytest.mark.parametrize("place", ["READING", "TARGETS"])
def test_from_cancel_to_free_in_two_seconds(library: Library, tmp_path: Path, place: str) -> None:
    (tmp_path / "bad.txt").write_text(TEXT.format("bad") + f"HANG IN {place}.")
    (tmp_path / "good.txt").write_text(TEXT.format("good"))
    process.warm()
    cancelled = threading.Event()
    at: list[float] = []

    def cancel() -> None:
        at.append(time.monotonic())
        cancelled.set()

    threading.Timer(3, cancel).start()
    reports = list(library.add_iter([tmp_path / "bad.txt"], cancelled=cancelled.is_set))
    assert time.monotonic() - at[0] < 2
    assert [r.status for r in reports] == ["cancelled"]
    assert [r.status for r in library.add(tmp_path / "good.txt")] == ["added"]
    assert library.check() == []


@pytest.mark.usefixtures("hanging")
def test_a_dropped_file_that_hangs_is_cancelled_and_the_next_one_added(library: Library) -> None:
    def dropped(name: str, text: str) -> Job:
        return Job("Adding", lambda job: add_uploads(library, [Upload(name, text.encode())], job), cancellable=True)

    queue = JobQueue()
    hangs = dropped("bad.txt", TEXT.format("bad") + "HANG IN TARGETS.")
    assert queue.begin(hangs)
    time.sleep(3)
    assert queue.busy
    started = time.monotonic()
    hangs.cancel()
    while queue.busy and time.monotonic() < started + 30:
        time.sleep(0.02)
    assert time.monotonic() - started < 2
    assert [report.status for report in hangs.task.look()] == ["cancelled"]
    follows = dropped("good.txt", TEXT.format("good"))
    assert queue.begin(follows)
    while queue.busy and time.monotonic() < started + 60:
        time.sleep(0.02)
    assert [report.status for report in follows.task.look()] == ["added"]
    assert [info.id for info in library.plans()] == ["good"]
    assert library.check() == []


def test_a_page_that_is_recognized_brings_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    granted: list[float] = []
    monkeypatch.setattr(process, "grant", granted.append)
    monkeypatch.setattr(ocr, "on_page", ocr.on_page)
    blank = ocr.Picture(np.zeros((4, 4, 3), np.uint8), 4.0, 1.0)
    ocr.recognize(blank)
    assert granted == []
    path = tmp_path / "no.pdf"
    with pytest.raises(SourceError):
        adding.read_plan(adding.PendingImport(path, str(path), b"no PDF", "no", 0, None))
    ocr.recognize(blank)
    assert granted == [adding.RECOGNITION]


@pytest.mark.usefixtures("hanging")
def test_a_question_is_answered_while_a_file_hangs(library: Library, tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text(TEXT.format("good"))
    (tmp_path / "bad.txt").write_text(TEXT.format("bad") + "HANG IN READING.")
    library.add(tmp_path / "good.txt")
    cancelled = threading.Event()
    adder = threading.Thread(target=lambda: list(library.add_iter(tmp_path / "bad.txt", cancelled=cancelled.is_set)))
    adder.start()
    try:
        for _ in range(5):
            started = time.monotonic()
            assert library.ask("cement kilns").hits
            assert time.monotonic() - started < 3
            time.sleep(0.2)
        assert adder.is_alive()
    finally:
        cancelled.set()
        adder.join(5)
    assert not adder.is_alive()


@pytest.mark.parametrize("seed", range(20))
def test_killed_at_any_moment_the_file_failed_and_the_library_is_sound(
    library: Library, tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process is killed on its way through three files; each is whole or failed, and can be added again."""
    draw = random.Random(seed)
    for name in ("anhui", "henan", "hubei"):
        (tmp_path / f"{name}.txt").write_text(TEXT.format(name) * 40)
    killed: list[int] = []
    take = process._take

    def takes() -> process._Worker:
        worker = take()
        if not killed:
            killed.append(worker.pid)
            threading.Timer(draw.uniform(0, 0.6), worker.kill).start()
        return worker

    if seed % 2:
        process.warm()
        time.sleep(0.5)
    monkeypatch.setattr(process, "_take", takes)
    reports = library.add(sorted(tmp_path.glob("*.txt")))
    assert {r.status for r in reports} <= {"added", "failed"}
    for report in reports:
        if report.status == "failed":
            assert "broke off: the process that reads ended with signal 9" in report.detail
    assert [info.id for info in library.plans()] == [r.plan for r in reports if r.status == "added"]
    assert library.check() == []
    again = library.add(sorted(tmp_path.glob("*.txt")))
    assert {r.status for r in again} <= {"added", "same"}
    assert [info.id for info in library.plans()] == ["anhui", "henan", "hubei"]
    assert library.check() == []


def test_edits_and_rebuilding_read_in_the_process_too(
    library: Library, tmp_path: Path, fake_encoder: FakeEncoder
) -> None:
    (tmp_path / "anhui.txt").write_text(TEXT.format("Anhui"))
    library.add(tmp_path / "anhui.txt")
    targets = library.targets()
    process._end_idle()
    for change in (
        lambda: library.edit("anhui", date="2022"),
        lambda: library.edit("anhui", title="Another"),
        library.rebuild,
    ):
        change()
        assert len(process._idle) == 1
        process._end_idle()
    assert [t.quote for t in library.targets()] == [t.quote for t in targets] != []
    assert fake_encoder.embedded
