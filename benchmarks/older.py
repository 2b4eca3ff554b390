"""Adding files with the code of this checkout against that of another one, in turn; ratios of one run.

    git worktree add --detach ../older COMMIT
    python benchmarks/older.py ../older [--rounds 7] [--json FILE]

A round adds sample plans, a long plan and small files to a new library, in a process of each checkout in turn with the
same model; medians over the rounds, and of the ratios round by round. Processor seconds are of the process and of
the one that it has read files; a busy machine moves them less than the clock.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

HERE = Path(__file__).resolve().parent.parent
_ADD = """
import json, resource, sys, time
from pathlib import Path
from statistics import median
from indexer.library import Library
place, corpus = Path(sys.argv[1]), Path(sys.argv[2])
one = "Cement kilns of district {0} close by 2025. Steel output falls to {0} million tons by 2030, all agree. "

def written(name, sentences):
    path = place / name
    path.write_text(f"A plan, {name}\\n\\n" + "".join(one.format(i) for i in range(sentences)))
    return path

def used():
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))

figures = {}
def timed(name, library, paths):
    began = time.perf_counter()
    reports = list(library.add(paths))
    assert all(report.status == "added" for report in reports), reports
    figures.setdefault(name, []).append(time.perf_counter() - began)

with Library.open(place / "library", create=True, model="all-MiniLM-L6-v2") as library:
    library.encoder.embed(["warm"])
    before = used()
    timed("sample plans, the first added, s", library, [corpus / "national.txt", corpus / "liaoning.pdf"])
    timed("a plan of 60,000 characters, s", library, written("long.txt", 560))
    try:
        from indexer.library import process
        process._end_idle()  # what it used is known once it has ended
    except ImportError:
        pass
    figures["both, processor s"] = [used() - before]
    timed("started", library, written("start.txt", 1))
    for n in range(15):
        timed("a small file, median of 15, s", library, written(f"{n}.txt", n + 1))
print(json.dumps({name: median(of) for name, of in figures.items() if name != "started"}))
"""


def add(checkout: Path, cache: Path) -> dict[str, float]:
    environment = {**os.environ, "PYTHONPATH": str(checkout), "OMP_NUM_THREADS": "1", "PLANCITE_CACHE": str(cache)}
    with tempfile.TemporaryDirectory() as place:
        command = [sys.executable, "-c", _ADD, place, str(HERE / "corpus")]
        done = subprocess.run(command, cwd=place, env=environment, stdout=subprocess.PIPE, check=True)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("older", type=Path, help="the other checkout")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", type=Path, help="also write the figures here")
    options = parser.parse_args()
    rounds = []
    with tempfile.TemporaryDirectory() as caches:
        for n in range(options.rounds + 1):
            pair = {}
            for checkout in ((HERE, options.older), (options.older, HERE))[n % 2]:
                pair[checkout] = add(checkout, Path(caches) / checkout.resolve().name)
            if n:  # the first exports each one's model
                rounds.append((pair[HERE], pair[options.older]))
    figures = {}
    for name in rounds[0][0]:
        here, older = (median(one[i][name] for one in rounds) for i in (0, 1))
        ratio = median(here[name] / older[name] for here, older in rounds)
        figures[name] = {"here": here, "older": older, "ratio": ratio}
        print(f"{name:<52} here {here:7.3f}  older {older:7.3f}  ratio {ratio:.3f}", flush=True)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
