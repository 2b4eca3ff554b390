"""What happens to a library when things go wrong, as a table; the long form of tests/faults.

    python benchmarks/faults.py [--kills 200] [--seconds 300] [--readers 16] [--json FILE]

Kills: kill -9 at random moments during add, replace, remove, restore and rebuild. Derived files: each
deleted, cut, emptied, filled with noise. Disk: full (as a limit on files, and as a real small disk where
this user may mount one) and read-only. Crowd: readers asking while one writer changes plans.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

TESTS = Path(__file__).resolve().parent.parent / "tests"
sys.path[:0] = [str(TESTS), str(TESTS / "faults")]

from crowd import read_while_writing, run_script  # noqa: E402
from damage import DAMAGES, derived_files  # noqa: E402
from disk import found  # noqa: E402
from killing import kill_again_and_again  # noqa: E402
from writing import MODEL, NAMES, content  # noqa: E402

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


def derived(place: Path) -> dict[str, Any]:
    """Every derived file, every damage: the same answers, soundness, and one line that says so."""
    folder = fill(place / "damaged")
    backend = LocalBackend(folder)
    before = found(backend)
    backend.close()
    tried = told = 0
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
            told += len(lines)
            backend.rebuild_derived()
            backend.close()
    return {"damages": tried, "told": told, "wrong": wrong}


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
    parser.add_argument("--only", action="append", help="kills, derived, limited, small disk, read-only or crowd")
    parser.add_argument("--json", type=Path, help="also write the figures here")
    options = parser.parse_args()
    figures: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        rows: dict[str, Callable[[], dict[str, Any]]] = {
            "kills": lambda: kills(place, options.kills),
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
