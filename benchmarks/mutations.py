"""Damaged and hostile files of every format, read as a library reads them.

    python benchmarks/mutations.py [--count 2000] [--seed 0] [--keep DIR]

Each file is read by another process, which is ended when a file takes more than 20 s of the processor. Prints what
became of the files, the slowest, and the peak memory of the reading process; exit code 1 when a file
gave a traceback or a hang, whose bytes --keep stores.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "reading"))
from mutations import hostile, mutated, read_all, seeds

LONGEST = 20.0  # seconds a file, of the processor: other programs may keep it busy
_WAIT = 150.0  # seconds by the clock, for what waits without working


def work(connection: Connection) -> None:
    """Read the files whose paths come in; answer with outcome, seconds and peak memory in MiB."""
    while (path := connection.recv()) is not None:
        started = time.process_time()
        try:
            outcome = read_all(path)
        except BaseException:  # whatever comes through is what is looked for
            outcome = "traceback\n" + traceback.format_exc()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        connection.send((outcome, time.process_time() - started, peak))


def read_files(files: Iterator[tuple[str, bytes]]) -> Iterator[tuple[str, bytes, str, float, int]]:
    """(name, bytes, outcome, seconds, peak MiB) of each file."""
    context = multiprocessing.get_context("spawn")
    connection, worker = None, None
    with tempfile.TemporaryDirectory() as folder:
        for name, data in files:
            if connection is None or worker is None:
                connection, other = context.Pipe()
                worker = context.Process(target=work, args=(other,), daemon=True)
                worker.start()
            path = Path(folder) / name
            path.write_bytes(data)
            connection.send(str(path))
            if connection.poll(_WAIT) and worker.is_alive():
                outcome, seconds, peak = connection.recv()
                yield name, data, outcome if seconds <= LONGEST else "hang", seconds, peak
            else:
                outcome = "hang" if worker.is_alive() else "crash"
                worker.kill()
                connection = worker = None
                yield name, data, outcome, LONGEST, 0
            path.unlink()
        if connection:
            connection.send(None)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="folder for the files that went wrong")
    options = parser.parse_args()
    wrong = 0
    for kind, files in (("mutated", mutated(seeds(), options.count, options.seed)), ("hostile", hostile())):
        outcomes: Counter[str] = Counter()
        times: list[tuple[float, str]] = []
        most = 0
        for name, data, outcome, seconds, peak in read_files(files):
            first = outcome.split("\n")[0]
            outcomes[first] += 1
            times.append((seconds, name))
            most = max(most, peak)
            if kind == "hostile":
                print(f"  {name}: {first}, {seconds:.2f} s, peak {peak} MiB", flush=True)
            if first in ("traceback", "hang", "crash"):
                wrong += 1
                print(f"{name}: {outcome}", flush=True)
                if options.keep:
                    options.keep.mkdir(parents=True, exist_ok=True)
                    (options.keep / f"{wrong}-{name}").write_bytes(data)
        slowest = ", ".join(f"{name} {seconds:.2f} s" for seconds, name in sorted(times, reverse=True)[:3])
        refused = sum(count for key, count in outcomes.items() if key.startswith("refused"))
        bad = {key: outcomes[key] for key in ("traceback", "hang", "crash")}
        print(f"{kind}: {len(times)} files, read {outcomes['read']}, refused {refused}, {bad}")
        print(f"  slowest {slowest}; peak memory {most} MiB; refusals {dict(outcomes)}", flush=True)
    raise SystemExit(1 if wrong else 0)


if __name__ == "__main__":
    main()
