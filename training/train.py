"""Train the reader: the answer's span, or none, and whether the passage answers.

    python -m training.train --work WORK [--run RUN] [--base FOLDER] [--start RUN] [--stage spans|all]
        [--minutes 120] [--examples 36000] [--tokens 160] [--workers 2] [--resume]

Reads what ``training.prepare`` and ``training.mine`` wrote to WORK; writes to RUN (WORK/run) reader.safetensors,
log.jsonl, details.json and, every --save steps, checkpoint.pt, from which --resume goes on. On the CPU in fp32 with
one worker a resumed run ends with the weights of one that was never stopped. --start begins with the weights of an
earlier run or of an exported reader. --stage says what the run learns from (``training.curriculum``). With --workers
the batches of a step run side by side, each on one core; that beats many cores on one batch when other processes use
some of them. A GPU is used where torch sees one.

The loss is cross-entropy of the answer's first and last token, no answer being the first token of all
(Devlin et al. 2019), plus binary cross-entropy of relevance and its listwise loss over a question's passages. An
answered example without a span teaches relevance alone. AdamW; the rate rises, is flat, and falls to zero at the end,
of the steps or of --minutes, whichever comes first. Word embeddings are frozen: most words are too rare in the sets to
learn more of them.
"""

from __future__ import annotations

import argparse
import copy
import json
import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import torch

from indexer.encoding.answer_reader import LONGEST, Pair, load_tokenizer
from indexer.encoding.onnx import DETAILS_FILE
from indexer.evaluation import auroc
from training.curriculum import Stage, of_stage
from training.examples import Example, draw, read_examples, read_split
from training.items import Item, batches, encode, to_items
from training.loss import loss_of
from training.model import Reader, base_folder, load_reader, new_reader, read, save_reader
from training.spans import exact, overlap

SEED = 7
RATE = 1e-4
BATCH = 32
#: Shares of the run in which the rate rises, and in which it falls. Flat in between, so that a run which is given more
#: time goes on from a checkpoint as if it had had it from the start (Hu et al. 2024, MiniCPM).
WARM_UP, FALL = 0.06, 0.4
DECAY = 0.01
LARGEST_GRADIENT = 1.0
#: Examples of the dev split that are looked at while training.
_LOOKED_AT = 600


def rate_at(progress: float) -> float:
    """The share of the full learning rate at ``progress``, between 0 and 1 of the run."""
    return max(0.0, min(1.0, progress / WARM_UP, (1 - progress) / FALL))


def look(reader: Reader, examples: Sequence[Example], pairs: Sequence[Pair]) -> dict[str, float]:
    """Span EM and F1 of the answered, and AUROC of answered against unanswered."""
    readings = read(reader, pairs)
    spans = [(e, r) for e, r in zip(examples, readings, strict=True) if e.span]
    texts = [(e.passage[slice(*r.span)] if r.span else "", e.answer) for e, r in spans]
    kept = [r.score for e, r in zip(examples, readings, strict=True) if e.relevant]
    others = [r.score for e, r in zip(examples, readings, strict=True) if not e.relevant]
    return {
        "dev EM": sum(exact(*pair) for pair in texts) / max(1, len(texts)),
        "dev F1": sum(overlap(*pair) for pair in texts) / max(1, len(texts)),
        "dev AUROC": auroc(kept, others) if kept and others else 0.0,
    }


class Run:
    """One training run in a folder: steps, checkpoints, log."""

    def __init__(
        self,
        reader: Reader,
        items: Sequence[Item],
        folder: Path,
        *,
        epochs: int = 1,
        batch: int = BATCH,
        accumulate: int = 1,
        rate: float = RATE,
        minutes: float | None = None,
        bf16: bool = False,
        device: str = "cpu",
        seed: int = SEED,
        workers: int = 1,
    ) -> None:
        self.reader = reader.to(device)
        self.reader.encoder.embeddings.word_embeddings.requires_grad_(False)
        self.workers = [self.reader, *(_sharing(self.reader) for _ in range(workers - 1))]
        self.items, self.folder, self.device, self.bf16 = items, folder, device, bf16
        self.batch, self.accumulate, self.rate, self.seed, self.minutes = batch, accumulate, rate, seed, minutes
        per_epoch = -(-len(batches(items, batch, 0, seed)) // accumulate)
        self.steps = epochs * per_epoch
        self.step, self.seconds, self.read = 0, 0.0, 0
        learned = [p for p in reader.parameters() if p.requires_grad]
        plain, rest = [p for p in learned if p.ndim < 2], [p for p in learned if p.ndim >= 2]
        groups = [{"params": rest, "weight_decay": DECAY}, {"params": plain, "weight_decay": 0.0}]
        self.optimizer = torch.optim.AdamW(groups, lr=rate, fused=True)
        self._per_epoch = per_epoch
        torch.manual_seed(seed)

    @property
    def checkpoint(self) -> Path:
        return self.folder / "checkpoint.pt"

    @property
    def progress(self) -> float:
        """How much of the run is done, between 0 and 1, by steps or by time, whichever is further."""
        by_time = self.seconds / (60 * self.minutes) if self.minutes else 0.0
        return max(self.step / max(1, self.steps), by_time)

    def save(self) -> None:
        """Write the checkpoint; a stop in the midst leaves the one before."""
        self.folder.mkdir(parents=True, exist_ok=True)
        state = {
            "reader": self.reader.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "counts": (self.step, self.seconds, self.read),
            "random": torch.get_rng_state(),
        }
        scratch = self.checkpoint.with_suffix(".part")
        torch.save(state, scratch)
        scratch.replace(self.checkpoint)

    def resume(self) -> None:
        """Go on from the checkpoint, if there is one."""
        if self.checkpoint.exists():
            state = torch.load(self.checkpoint, map_location=self.device, weights_only=True)
            self.reader.load_state_dict(state["reader"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.step, self.seconds, self.read = state["counts"]
            torch.set_rng_state(state["random"].cpu())

    def advance(self) -> Iterator[dict[str, float]]:
        """Train step by step to the end; yields each step's figures, losses being means over its examples."""
        while self.step < self.steps and self.progress < 1:
            epoch, place = divmod(self.step, self._per_epoch)
            order = batches(self.items, self.batch, epoch, self.seed)
            for first in range(place * self.accumulate, len(order), self.accumulate):
                yield self._step(order[first : first + self.accumulate])
                if self.progress >= 1:
                    break

    def _step(self, parts: Sequence[Sequence[int]]) -> dict[str, float]:
        started = time.perf_counter()
        for reader in self.workers:
            reader.train()
        share = rate_at(self.progress + 1 / max(1, self.steps) / 2)
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate * share
        count = sum(map(len, parts))
        span_loss, relevance_loss = self._backward(parts, count)
        torch.nn.utils.clip_grad_norm_(self.reader.parameters(), LARGEST_GRADIENT)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.step += 1
        self.read += count
        self.seconds += time.perf_counter() - started
        return {
            "step": self.step,
            "span loss": span_loss,
            "relevance loss": relevance_loss,
            "rate": self.rate * share,
            "examples": self.read,
            "seconds": self.seconds,
        }

    def _backward(self, parts: Sequence[Sequence[int]], count: int) -> tuple[float, float]:
        """Add the gradients of ``parts``, means over ``count`` examples; returns the two losses."""

        def work(reader: Reader) -> tuple[float, float]:
            if len(self.workers) > 1:
                torch.set_num_threads(1)  # each thread has its own number
            span_loss = relevance_loss = 0.0
            while left:
                try:
                    part = left.pop()
                except IndexError:  # another worker was faster
                    break
                span, relevance = loss_of(reader, [self.items[i] for i in part], self.device, self.bf16)
                ((span + relevance) * len(part) / count).backward()
                span_loss += span.item() * len(part) / count
                relevance_loss += relevance.item() * len(part) / count
            return span_loss, relevance_loss

        left = sorted(parts, key=lambda part: sum(len(self.items[i].pair.ids) for i in part))  # the longest first
        if len(self.workers) == 1:
            return work(self.reader)
        with ThreadPoolExecutor(len(self.workers)) as pool:
            losses = list(pool.map(work, self.workers))
        for other in self.workers[1:]:
            for own, theirs in zip(self.reader.parameters(), other.parameters(), strict=True):
                if theirs.grad is not None:
                    own.grad = theirs.grad if own.grad is None else own.grad.add_(theirs.grad)
                    theirs.grad = None
        return sum(span for span, _ in losses), sum(relevance for _, relevance in losses)


def _sharing(reader: Reader) -> Reader:
    """A reader with the weights of ``reader``, not a copy of them, and gradients of its own."""
    other = copy.deepcopy(reader)
    for own, theirs in zip(other.parameters(), reader.parameters(), strict=True):
        own.data = theirs.data
    return other


def train(run: Run, dev: Sequence[Example], tokenizer: Any, *, save: int, report: int = 20) -> None:
    """Run to the end: a line in log.jsonl every ``report`` steps, a checkpoint and dev figures every ``save``."""
    run.folder.mkdir(parents=True, exist_ok=True)
    pairs = encode(tokenizer, dev)
    since: list[dict[str, float]] = []
    with (run.folder / "log.jsonl").open("a", encoding="utf-8") as log:

        def report_row(row: dict[str, float]) -> None:
            line = json.dumps({name: round(value, 6) for name, value in row.items()})
            print(line, file=log, flush=True)
            print(line, flush=True)

        for figures in run.advance():
            since.append(figures)
            if run.step % report == 0 or run.step == run.steps:
                means = {name: sum(f[name] for f in since) / len(since) for name in ("span loss", "relevance loss")}
                report_row(figures | means | {"examples a second": run.read / run.seconds})
                since = []
            if run.step % save == 0:
                run.save()
                report_row({"step": run.step, **look(run.reader, dev, pairs)})
        run.save()
        report_row({"step": run.step, **look(run.reader, dev, pairs)})
    save_reader(run.reader, run.folder)


def shuffled(examples: Sequence[Example], seed: int) -> list[Example]:
    """``examples`` in an order that depends on the seed and on each of them alone."""
    return sorted(examples, key=lambda e: draw(seed, "learn", e.question, e.passage))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="the folder of training.prepare and training.mine")
    parser.add_argument("--run", type=Path, help="where the run is kept; WORK/run")
    parser.add_argument("--base", type=Path, help="folder of the encoder; the default model's")
    parser.add_argument("--start", type=Path, help="begin with this earlier run's weights, or an exported reader's")
    parser.add_argument("--examples", type=int, help="learn from so many at most, drawn by the seed")
    parser.add_argument("--stage", type=Stage, choices=list(Stage), default=Stage.ALL, help="what is learned from")
    parser.add_argument("--tokens", type=int, default=LONGEST, help="longest pairs that are learned from")
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--minutes", type=float, help="stop in time, the rate having fallen to nothing")
    parser.add_argument("--rate", type=float, default=RATE)
    parser.add_argument("--batch", type=int, default=BATCH)
    parser.add_argument("--accumulate", type=int, default=1, help="batches a step")
    parser.add_argument("--workers", type=int, default=1, help="batches of a step that are read side by side")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--precision", choices=("auto", "bf16", "fp32"), default="auto")
    parser.add_argument("--save", type=int, default=250, help="steps between checkpoints")
    parser.add_argument("--resume", action="store_true", help="go on from RUN's checkpoint")
    parser.add_argument("--seed", type=int, default=SEED)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    if device == "cuda":  # which reads all batches of a step at once
        arguments.batch, arguments.accumulate, arguments.workers = arguments.batch * arguments.accumulate, 1, 1
    folder = arguments.run or arguments.work / "run"
    switched = arguments.work / "switched-train.jsonl"
    given = read_split(arguments.work, "train") + (read_examples(switched) if switched.exists() else [])
    given = shuffled(given, arguments.seed)
    examples = shuffled(of_stage(given, arguments.stage), arguments.seed)
    base = arguments.base or base_folder()
    tokenizer = load_tokenizer(base)
    items = to_items(examples[: arguments.examples], tokenizer, arguments.tokens)
    dev = sorted(read_split(arguments.work, "dev"), key=lambda e: draw(arguments.seed, e.question, e.passage))
    run = Run(
        load_reader(arguments.start, base) if arguments.start else new_reader(base, arguments.seed),
        items,
        folder,
        epochs=arguments.epochs,
        batch=arguments.batch,
        accumulate=arguments.accumulate,
        rate=arguments.rate,
        minutes=arguments.minutes,
        bf16=arguments.precision == "bf16" or (arguments.precision == "auto" and has_bf16(device)),
        device=device,
        seed=arguments.seed,
        workers=arguments.workers,
    )
    if arguments.resume:
        run.resume()
    else:
        (folder / "log.jsonl").unlink(missing_ok=True)
    print(f"{len(items)} examples, {run.steps} steps, {device}, {'bf16' if run.bf16 else 'fp32'}")
    train(run, dev[:_LOOKED_AT], tokenizer, save=arguments.save)
    details: dict[str, Any] = {
        "examples": len(items),
        "negatives": sum(not item.relevant for item in items),
        "read": run.read,
        "steps": run.step,
        "epochs": arguments.epochs,
        "minutes": round(run.seconds / 60, 1),
        "device": device,
        "precision": "bf16" if run.bf16 else "fp32",
        "rate": arguments.rate,
        "stage": str(arguments.stage),
        "batch": arguments.batch * arguments.accumulate,
        "seed": arguments.seed,
    }
    if arguments.start:
        earlier = json.loads((arguments.start / DETAILS_FILE).read_text("utf-8"))
        details["earlier run"] = earlier.get("training", earlier)
    (folder / DETAILS_FILE).write_text(json.dumps(details, indent=1) + "\n", "utf-8")


def has_bf16(device: str) -> bool:
    """Whether bf16 is faster on the device: a CPU without instructions for it takes 1.4 times as long as in fp32."""
    return device == "cuda" or bool(torch.cpu._is_amx_tile_supported() or torch.cpu._is_avx512_bf16_supported())


if __name__ == "__main__":
    main()
