"""Damaged and hostile files of every format, read as a library reads them: in the reading process, with its limits.

    python benchmarks/mutations.py [--count 2000] [--seed 0] [--only ENDING] [--keep DIR]

Each file is read, cut into passages and searched for targets. Prints what became of the files and, of each format,
the most seconds (of the processor; by the clock where it was ended) and the most memory that one file took; exit
code 1 when a file gave a traceback, crashed the process, or took more than ``process`` allows files of its size
without being refused for it; --keep stores its bytes.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "reading"))
from hostile_files import hostile, mutated, read_and_measure, seeds

from indexer.library import process

_PEAK = re.compile(r"VmHWM:\s+(\d+) kB")
#: Megabytes and seconds past its limit at which a process may be when it is looked at.
_OVERSHOOT, _LATE = 512, 1.0


@dataclass
class Read:
    """What became of a file; ``peak`` is in MiB, ``seconds`` by the clock where the process was ended."""

    name: str
    outcome: str
    seconds: float
    peak: int
    size: int

    @property
    def wrong(self) -> bool:
        kind = self.outcome.partition(" ")[0]
        seconds, memory = process.seconds_for(self.size), process.memory_for(self.size) >> 20
        late = self.seconds > seconds + _LATE and kind != "took"
        return kind in ("broke", "failed") or late or self.peak > memory + _OVERSHOOT

    def __str__(self) -> str:
        return f"{self.name}: {self.outcome}, {self.seconds:.2f} s, peak {self.peak} MiB, {self.size:,} bytes"


def read_file(path: Path) -> Read:
    """Read one file in the process, as adding it does."""
    size = path.stat().st_size
    read = Read(path.name, "", 0.0, 0, size)
    pids: list[int] = []

    def look() -> bool:
        """Note what a file that is about to be ended has taken; not cancelled."""
        if pids and (found := _PEAK.search(_status(pids[0]))):
            read.peak = max(read.peak, int(found[1]) >> 10)
        return False

    started = time.monotonic()
    limits = {"seconds": process.seconds_for(size), "memory": process.memory_for(size)}
    try:
        with process.run(read_and_measure, str(path), cancelled=look, **limits) as results:  # type: ignore[arg-type]
            pids.append(next(results))
            read.outcome, read.seconds, read.peak = next(results)
            list(results)
    except process.ProcessEnded as error:
        read.outcome, read.seconds = str(error), time.monotonic() - started
    return read


def _status(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/status").read_text("ascii", "replace")
    except OSError:
        return ""


def read_files(files: Iterator[tuple[str, bytes]], keep: Path | None) -> Iterator[Read]:
    with tempfile.TemporaryDirectory() as folder:
        for n, (name, data) in enumerate(files):
            path = Path(folder) / name
            path.write_bytes(data)
            read = read_file(path)
            path.unlink()
            if read.wrong and keep:
                keep.mkdir(parents=True, exist_ok=True)
                (keep / f"{n}-{name}").write_bytes(data)
            yield read


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="", help="files with this ending alone, such as .pdf")
    parser.add_argument("--keep", type=Path, help="folder for the files that went wrong")
    options = parser.parse_args()
    wrong = 0
    formats: dict[str, list[Read]] = defaultdict(list)
    for kind, files in (("mutated", mutated(seeds(), options.count, options.seed)), ("hostile", hostile())):
        outcomes: Counter[str] = Counter()
        for read in read_files((file for file in files if file[0].endswith(options.only)), options.keep):
            outcomes[re.sub(r"\d.*", "…", read.outcome)] += 1
            formats[Path(read.name).suffix].append(read)
            wrong += read.wrong
            if kind == "hostile" or read.wrong:
                print(f"  {'WRONG ' if read.wrong else ''}{read}", flush=True)
        print(f"{kind}: {outcomes.total()} files: {dict(outcomes)}", flush=True)
    for ending, reads in sorted(formats.items()):
        slowest, largest = max(reads, key=lambda r: r.seconds), max(reads, key=lambda r: r.peak)
        print(
            f"{ending:>7} {len(reads):>4} files; slowest {slowest.seconds:5.1f} s ({slowest.name}: {slowest.outcome});"
        )
        print(f"{'':>19} largest {largest.peak:>5} MiB ({largest.name}: {largest.outcome})")
    raise SystemExit(1 if wrong else 0)


if __name__ == "__main__":
    main()
