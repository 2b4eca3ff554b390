"""Pages that are images -> words with their places, through rapidocr (the extra ``ocr``), Chinese and English.

Its models come inside the package; nothing is fetched.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from typing import Any

import numpy as np

from indexer.reading.loaders.pdf.words import Word

#: How to get what reads images.
REMEDY = "pip install 'planlens[ocr]'"
#: Dots an inch at which a page is looked at; the models were made for lines of about 40 dots.
_RESOLUTION = 170
_MOST_DOTS = 2_400  # along a page's longer side: a poster is looked at less closely
_POINTS = 72


def installed() -> bool:
    """Whether the extra is there."""
    return find_spec("rapidocr_onnxruntime") is not None


def recognize_page(page: Any) -> tuple[list[list[Word]], float | None]:
    """The lines of text in the image of a page (pypdfium2's), and how sure they are, 0 to 1.

    No lines and None where there is nothing to read. Type sizes are not told (0).
    """
    width, height = page.get_size()
    scale = min(_RESOLUTION / _POINTS, _MOST_DOTS / max(width, height, 1.0))
    image = page.render(scale=scale).to_numpy()
    if image.min() == image.max():
        return [], None
    found, _ = _engine()(np.ascontiguousarray(image[:, :, :3]))
    lines = []
    sure = letters = 0.0
    for corners, text, score in found or ():
        if not text.strip():
            continue
        across = [x / scale for x, _ in corners]
        down = [height - y / scale for _, y in corners]
        lines.append([Word(text.strip(), -1, min(across), max(across), min(down), max(down), 0.0)])
        sure += float(score) * len(text)
        letters += len(text)
    return lines, round(sure / letters, 3) if letters else None


@lru_cache(maxsize=1)
def _engine() -> Any:
    from rapidocr_onnxruntime import RapidOCR

    return RapidOCR()
