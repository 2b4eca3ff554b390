"""Plancite beside txtai, LangChain and LlamaIndex: the same passages, the same model, the same cores, in turn.

    python benchmarks/peers [--data DIR] [--passages 3000] [--questions 100] [--env FOLDER] [--json FILE] [--plot FILE]

The peers are installed, once, into an environment of their own (some 2 GB; by default under the system's
folder for temporary files). With --data passages and questions of ObliQA, else sentences of the sample
plans recombined by `synthetic.py`, a passage being right where it holds what answers the question. Each
engine runs in its own process on the same two cores; the machine's noise hits all of them, so compare ratios.
Models are loaded and warm before the clock starts, and what is indexed is on disk when it stops.
Indexing and the model alone are timed in turn, several times: a machine's pace changes between one and the other.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

sys.path.insert(1, str(Path(__file__).resolve().parent.parent))
from bars import draw_bars
from engines import PEERS
from quality import Row, read_rows, sample_set
from synthetic import PASSAGES_A_PLAN, Recipe
from worker import ASK

from indexer.encoding.loading import load_encoder
from indexer.encoding.reference import MINILM, model_folder
from indexer.evaluation import holds_evidence

HERE = Path(__file__).resolve().parent
THREADS = "2"
COLD_RUNS = 3
SEED = 20261121
#: Times that indexing and the model alone are timed in turn.
PACES = 9
OURS, FLOOR = "Plancite", "onnxruntime int8 alone"
Figures = dict[str, dict[str, float]]


def environment(folder: Path) -> Path:
    """The Python of the peers' environment, made when it is not there."""
    python = folder / "bin" / "python"
    wanted = (HERE / "requirements.txt").read_text("utf-8")
    note = folder / "installed.txt"
    if not note.exists() or note.read_text("utf-8") != wanted:
        print(f"Installing the peers into {folder}, once; this takes some minutes.", flush=True)
        venv.create(folder, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "-r", HERE / "requirements.txt"], check=True)
        note.write_text(wanted, "utf-8")
    return python


def regulations(data: Path, passages: int, questions: int) -> tuple[list[Row], list[Row]]:
    """ObliQA passages, those that answer the questions among them."""
    draw = random.Random(SEED)
    asked = draw.sample(read_rows(data / "eval/obliqa/questions-dev.jsonl"), questions)
    rows = {row["id"]: row for row in read_rows(data / "eval/obliqa/passages.jsonl") if row["text"].strip()}
    gold = {i for row in asked for i in row["gold"]}
    others = draw.sample(sorted(set(rows) - gold), passages - len(gold))
    kept = sorted([*gold, *others])
    draw.shuffle(kept)
    return [{"id": i, "text": rows[i]["text"]} for i in kept], asked


def samples(passages: int, questions: int) -> tuple[list[Row], list[Row]]:
    """Passages by the seeded recipe, and the questions on the sample plans that some of them answer."""
    recipe = Recipe(load_encoder())
    plans = (recipe.plan(n) for n in range(-(-passages // PASSAGES_A_PLAN)))
    texts = [p.text for plan in plans for p in plan.passages][:passages]
    rows = [{"id": f"p{n}", "text": text} for n, text in enumerate(texts)]
    facts = [row for row in sample_set()[1] if row["kind"] == "fact"]
    asked = [
        {"question": f["question"], "gold": [r["id"] for r in rows if holds_evidence(r["text"], f["evidence"])]}
        for f in facts
    ]
    return rows, [row for row in asked if row["gold"]][:questions]


def run(python: Path | str, name: str, folder: Path, step: str, *more: str) -> str:
    command = [str(python), str(HERE / "worker.py"), name, str(folder), str(model_folder(MINILM)), step, *more]
    own = {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": THREADS, "TOKENIZERS_PARALLELISM": "true"}
    done = subprocess.run(command, env={**os.environ, **own}, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.splitlines()[-1]  # LlamaIndex says that it has no language model


def share_of_floor(folder: Path) -> float:
    """Plancite's rate of indexing as a share of the bare model's: the median of several pairs, one after the other."""
    shares = []
    for _ in range(PACES):
        alone, ours = (float(run(sys.executable, name, folder, "pace")) for name in ("floor", OURS))
        print(f"indexing {ours:.0f} passages a second, the model alone {alone:.0f}", flush=True)
        shares.append(ours / alone)
    return statistics.median(shares)


def measure(peers: Path, folder: Path, question: str) -> Figures:
    figures: Figures = {FLOOR: json.loads(run(sys.executable, "floor", folder, "floor"))}
    pythons = {OURS: sys.executable} | dict.fromkeys(PEERS, str(peers))
    for name, python in pythons.items():
        figures[name] = json.loads(run(python, name, folder, "index"))
        print(f"measured {name}", flush=True)
    cold: dict[str, list[float]] = {name: [] for name in pythons}
    for _ in range(COLD_RUNS):
        for name, python in pythons.items():
            started = time.perf_counter()
            if name == OURS:
                command = [Path(sys.executable).with_name("plancite"), "ask", question, "--json", "--library"]
                subprocess.run([*command, folder / OURS / "library"], check=True, stdout=subprocess.DEVNULL)
            else:
                run(python, name, folder, "cold", question)
            cold[name].append(time.perf_counter() - started)
    for name, times in cold.items():
        figures[name]["cold question, s"] = statistics.median(times)
    figures[OURS]["of the model's alone"] = share_of_floor(folder)
    return figures


def ratios(figures: Figures) -> dict[str, float]:
    """What is to be shown: Plancite against the best or the slowest of the peers, and against the model alone."""
    ours, peers = figures[OURS], [figures[name] for name in PEERS]
    return {
        "indexing, of the fastest peer's": ours["passages/s"] / max(p["passages/s"] for p in peers),
        "indexing, of the model's alone": ours["of the model's alone"],
        "search p50, of the fastest peer's": ours["search p50, ms"] / min(p["search p50, ms"] for p in peers),
        f"{ASK} p50, of the slowest peer's search": ours[f"{ASK} p50, ms"] / max(p["search p50, ms"] for p in peers),
        "cold ask, of the fastest peer's query": ours["cold question, s"] / min(p["cold question, s"] for p in peers),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder with eval/obliqa")
    parser.add_argument("--passages", type=int, default=3000)
    parser.add_argument("--questions", type=int, default=100)
    parser.add_argument("--env", type=Path, default=Path(tempfile.gettempdir()) / "plancite-peers")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--plot", type=Path, help="draw the figures as SVG")
    options = parser.parse_args()
    peers = environment(options.env)
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: int(THREADS)])  # for what is started from here, too
    made = regulations(options.data, options.passages, options.questions) if options.data else None
    passages, questions = made or samples(options.passages, options.questions)
    with tempfile.TemporaryDirectory() as place:
        for name, rows in (("passages", passages), ("questions", questions)):
            (Path(place) / f"{name}.json").write_text(json.dumps(rows), "utf-8")
        figures = measure(peers, Path(place), questions[0]["question"])
    names = list(dict.fromkeys(name for found in figures.values() for name in found))
    print(f"{len(passages)} passages, {len(questions)} questions")
    print(f"{'':26}" + "".join(f"{engine:>24}" for engine in figures))
    for name in names:
        cells = (f"{found[name]:24,.2f}" if name in found else f"{'':24}" for found in figures.values())
        print(f"{name:26}" + "".join(cells))
    for name, value in ratios(figures).items():
        print(f"{name:56}{value:8.2f}")
    if options.json:
        report = {"passages": len(passages), "questions": len(questions), "ratios": ratios(figures), **figures}
        options.json.write_text(json.dumps(report, indent=1) + "\n", "utf-8")
    if options.plot:
        options.plot.write_text(draw_bars(figures), "utf-8")


if __name__ == "__main__":
    main()
