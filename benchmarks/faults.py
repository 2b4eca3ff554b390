"""What happens to a library when things go wrong, as a table; the long form of tests/faults.

    python benchmarks/faults.py [--kills 200] [--seconds 300] [--readers 16] [--only ROW] [--json FILE]

Kills: kill -9 at random moments during add, replace, remove, restore and rebuild. Reader: the process that reads
files killed at random moments. Flips: one bit of what is stored, of the indexes' files and of the models. Derived
files: each deleted, cut, emptied, filled with noise. Disk: full (as a limit on files, and as a real small disk where
this user may mount one) and read-only. Crowd: readers asking while one writer changes plans. Server: the health
route and questions while the worst files are added, and from the cancel until another file may be.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

TESTS = Path(__file__).resolve().parent.parent / "tests"
sys.path[:0] = [str(TESTS), *(str(TESTS / name) for name in ("faults", "storage", "reading"))]

from busy import while_added  # noqa: E402
from crowd import read_while_writing, run_script  # noqa: E402
from damage import DAMAGES, derived_files  # noqa: E402
from disk import found  # noqa: E402
from fakes import FakeEncoder  # noqa: E402
from flipping import STORED, assert_nothing_changed, flip, flipped, index_files, make_library, opened, reads  # noqa: E402
from hostile_files import hostile  # noqa: E402
from killing import kill_again_and_again  # noqa: E402
from writing import MODEL, NAMES, content  # noqa: E402

from indexer.encoding import answer_reader  # noqa: E402
from indexer.encoding.answer_reader import OnnxReader, ReaderInput, check_reader  # noqa: E402
from indexer.encoding.loading import load_encoder  # noqa: E402
from indexer.encoding.onnx import OnnxEncoder, export_details  # noqa: E402
from indexer.errors import ModelError  # noqa: E402
from indexer.library import Library, process  # noqa: E402
from indexer.storage.local import LocalBackend  # noqa: E402


def fill(folder: Path) -> Path:
    backend = LocalBackend(folder, create=True)
    for name in NAMES:
        backend.add(content(name, "1"), MODEL)
    backend.close()
    return folder


def kills(place: Path, runs: int) -> dict[str, Any]:
    """AssertionError at the first library that is not whole."""
    done = kill_again_and_again(place / "killed", runs, seed=int(time.time()))
    return {"kills": done.runs, "changes committed before": done.committed, "under way": dict(done.under_way)}


def reader_kills(place: Path, runs: int) -> dict[str, Any]:
    """The process that reads is killed while three files are added: each is whole or reported as failed."""
    draw = random.Random(29)
    names = ("anhui", "henan", "hubei")
    place.mkdir()
    for name in names:
        text = f"Plan of {name}\n\nCement kilns of {name} close by 2025. Steel falls to 12 million tons by 2030.\n"
        (place / f"{name}.txt").write_text(text * 60)
    failed, wrong = 0, []
    for n in range(runs):
        process.warm()
        time.sleep(draw.uniform(0, 0.5))
        timer = threading.Timer(draw.uniform(0, 0.5), process._idle[0].kill)
        with Library.open(place / f"library{n}", create=True, encoder=FakeEncoder()) as library:
            timer.start()
            reports = library.add([place / f"{name}.txt" for name in names])
            timer.join()
            failures = [report for report in reports if report.status == "failed"]
            failed += len(failures)
            kept = [report.plan for report in reports if report.status == "added"]
            sound = [info.id for info in library.plans()] == kept and not library.check()
            if not sound or len(failures) + len(kept) < len(names) or any("signal 9" not in r.detail for r in failures):
                wrong.append(f"kill {n}: {[(r.status, r.detail) for r in reports]} {library.check()}")
    return {"kills": runs, "files reported as failed": failed, "wrong": wrong}


def flips(place: Path, runs: int) -> dict[str, Any]:
    """A bit in each of what the database holds, the files of its indexes, the cached model and the reader, in turn."""
    draw = random.Random(29)
    folder = place / "flipped"
    make_library(folder)
    with opened(folder) as backend:
        as_stored = {name: read() for name, read in reads(backend).items()}
        backend.prepare()
    os.environ["PLANCITE_CACHE"] = str(place / "cache")  # the model is exported there
    encoder = Path(load_encoder()._folder)  # type: ignore[attr-defined]
    reader = Path(shutil.copytree(answer_reader.WEIGHTS, place / "reader"))
    tried: Counter[str] = Counter()
    noticed: Counter[str] = Counter()
    wrong: list[str] = []

    def note(kind: str, problems: Sequence[str], changed: str = "") -> None:
        tried[kind] += 1
        noticed[kind] += bool(problems)
        if changed or not problems:
            wrong.append(f"{kind}: {changed or 'not noticed by check'}")

    for n in range(runs):
        stored = STORED[n // 4 % len(STORED)]
        if n % 4 < 2:
            with flipped(folder, stored, draw), opened(folder) as backend:
                changed = difference(backend, as_stored)
                note(f"{stored[0]}.{stored[1]}", backend.check(), changed)
        elif n % 4 == 2:
            copy = Path(shutil.copytree(folder, place / f"flipped{n}"))
            path = draw.choice(index_files(copy))
            with opened(copy) as backend:
                flip_file(path, draw)
                problems = backend.check()
            with opened(copy) as backend:
                changed = difference(backend, as_stored)
            note(
                "vectors" if path.name.startswith("vectors") else f"words ({path.suffix or path.name})",
                problems,
                changed,
            )
        else:
            kind, model = draw.choice((("cached model", encoder), ("reader", reader)))
            path = draw.choice(sorted(p for p in model.iterdir() if p.suffix != ".md"))
            whole = path.read_bytes()
            flip_file(path, draw)
            note(kind, *model_problems(kind, model))
            path.write_bytes(whole)
    return {"flips": tried.total(), "noticed": dict(noticed), "wrong": wrong}


def flip_file(path: Path, draw: random.Random) -> None:
    data = path.read_bytes()
    path.write_bytes(flip(data, draw.randrange(8 * len(data))))


def difference(backend: LocalBackend, as_stored: dict[str, object]) -> str:
    """What of a library reads otherwise than it was stored; "" where nothing does, or it is refused."""
    try:
        assert_nothing_changed(backend, as_stored)
    except AssertionError as error:
        return f"answers otherwise: {error}"[:200]
    return ""


def model_problems(kind: str, folder: Path) -> tuple[list[str], str]:
    """What ``check`` says of a model, and whether it is used nevertheless."""
    try:
        if kind == "reader":
            check_reader(folder)
        else:
            export_details(folder)
    except ModelError as error:
        problems = [str(error)]
    else:
        return [], ""
    try:
        if kind == "reader":
            OnnxReader(folder).read("how many?", [ReaderInput("", "forty kilns", [(0, 11)])])
        else:
            OnnxEncoder(folder)
    except ModelError:
        return problems, ""
    return problems, "is used"


def server(place: Path) -> dict[str, Any]:
    """Seconds past the usual that health and a question take while the worst files are added; from cancel to free."""
    wanted = {"fits.txt", "run3.txt", "scattered.pdf", "forms.pdf", "long.pptx"}
    files = [(name, data) for name, data in hostile() if name in wanted]
    return while_added(place / "served", files)


def derived(place: Path) -> dict[str, Any]:
    """Every derived file, every damage: the same answers, soundness, and one line that says so."""
    folder = fill(place / "damaged")
    backend = LocalBackend(folder)
    before = found(backend)
    backend.close()
    tried = messages = 0
    wrong = []
    count = len(derived_files(folder))
    for n in range(count):
        for damage in DAMAGES:
            files = derived_files(folder)  # a new index may have fewer files than the old one
            path = files[n % len(files)]
            damage(path)
            lines: list[str] = []
            backend = LocalBackend(folder, notify=lines.append)
            if found(backend) != before or backend.check() or len(lines) > 1:
                wrong.append(f"{path.name} {damage.__name__}: {lines}")
            tried += 1
            messages += len(lines)
            backend.rebuild_derived()
            backend.close()
    return {"damages": tried, "messages": messages, "wrong": wrong}


def limited(place: Path) -> dict[str, Any]:
    """Files limited to sizes around what is there, so that each part in turn has no room."""
    wrong, refused = [], 0
    for n, room in enumerate(range(-80_000, 400_000, 20_000)):
        folder = fill(place / f"limited{n}")
        largest = max(p.stat().st_size for p in folder.rglob("*") if p.is_file())
        refused += try_changes(folder, wrong, "full", max(largest + room, 20_000))
    return {"sizes": 24, "changes refused": refused, "wrong": wrong}


def small_disk(place: Path) -> dict[str, Any]:
    """A disk of memory with so many kilobytes left."""
    wrong, refused = [], 0
    rooms = (0, 8, 32, 64, 128, 256, 400, 600, 1000)
    for n, room in enumerate(rooms):
        with mounted(place / f"disk{n}") as disk:
            if disk is None:
                return {"left out": "this user may not mount a disk"}
            folder = fill(disk / "library")
            stuff(disk / "rest", room * 1024)
            refused += try_changes(folder, wrong, "full", 1 << 40, made_room=(disk / "rest").unlink)
    return {"disks": len(rooms), "changes refused": refused, "wrong": wrong}


def try_changes(
    folder: Path, wrong: list[str], *arguments: object, made_room: Callable[[], None] = lambda: None
) -> int:
    """How many of the changes were refused; each refused one must have left all as it was, and all be sound."""
    process = run_script("disk.py", folder, *arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, errors = process.communicate(timeout=300)
    made_room()
    if process.returncode:
        wrong.append(errors[-600:])
        return 0
    tried = [one for one in json.loads(out)["tried"] if one["raised"]]
    wrong += [f"{one['change']}: {one['raised']}" for one in tried if not one["same"]]
    backend = LocalBackend(folder)
    wrong += backend.check()
    backend.close()
    return len(tried)


@contextlib.contextmanager
def mounted(place: Path) -> Iterator[Path | None]:
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(place)]
    try:
        done = subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        done = False
    try:
        yield place if done else None
    finally:
        if done:
            subprocess.run(["umount", str(place)], check=True)


def stuff(path: Path, room: int) -> None:
    """Fill the disk with one file until only ``room`` bytes are left."""
    with path.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(bytes(4096)) == 4096:
            pass
    with path.open("r+b") as file:
        file.truncate(max(0, path.stat().st_size - room))


def read_only(place: Path) -> dict[str, Any]:
    folder = fill(place / "read-only")
    places = [folder, *folder.rglob("*")]
    for path in places:
        path.chmod(0o555 if path.is_dir() else 0o444)
    wrong: list[str] = []

    def writable() -> None:
        for path in places:
            path.chmod(0o755 if path.is_dir() else 0o644)

    refused = try_changes(folder, wrong, "readonly", made_room=writable)
    return {"changes refused": refused, "of": 3, "wrong": wrong}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--readers", type=int, default=16)
    parser.add_argument("--only", action="append", help="one row, as it is named at the left")
    parser.add_argument("--json", type=Path, help="also write the figures here")
    options = parser.parse_args()
    figures: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        rows: dict[str, Callable[[], dict[str, Any]]] = {
            "kills": lambda: kills(place, options.kills),
            "reader": lambda: reader_kills(place / "reader-kills", 50),
            "flips": lambda: flips(place, 200),
            "server": lambda: server(place),
            "derived": lambda: derived(place),
            "limited": lambda: limited(place),
            "small disk": lambda: small_disk(place),
            "read-only": lambda: read_only(place),
            "crowd": lambda: read_while_writing(place / "crowd", options.readers, options.seconds),
        }
        for name, run in rows.items():
            if not options.only or name in options.only:
                figures[name] = run()
                for what, value in figures[name].items():
                    print(
                        f"{name:>10}  {what:<26} {value:,.3f}"
                        if isinstance(value, float)
                        else f"{name:>10}  {what:<26} {value}",
                        flush=True,
                    )
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n", "utf-8")
    if any(row.get("wrong") or row.get("errors") for row in figures.values()):
        sys.exit("Something went wrong; see above.")


if __name__ == "__main__":
    main()
