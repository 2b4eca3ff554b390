"""Pages that are images -> words with their places, through rapidocr (the extra ``ocr``), Chinese and English.

Its models come inside the package; nothing is fetched.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from itertools import accumulate, pairwise
from typing import Any

import numpy as np

from indexer.language.sentences import is_wide
from indexer.reading.formats.pdf.words import Word

#: How to install it.
REMEDY = "pip install 'plancite[ocr]'"
#: Pixels an inch of the images; the models expect lines of about 40 pixels.
_RESOLUTION = 170
_MOST_DOTS = 2_400  # along the longer side: posters are rendered at a lower resolution
_POINTS = 72


#: Called for each page before it is recognized, which takes seconds.
on_page: Callable[[], None] = lambda: None  # noqa: E731


def installed() -> bool:
    """Whether the extra is installed."""
    return find_spec("rapidocr_onnxruntime") is not None


@dataclass(frozen=True, slots=True)
class Picture:
    """A page as an image (rows, columns, colours), with its height in points and the pixels in each."""

    image: np.ndarray
    height: float
    scale: float


def take_picture(page: Any) -> Picture:
    """The image of a page (pypdfium2's) in which its text is looked for."""
    width, height = page.get_size()
    scale = min(_RESOLUTION / _POINTS, _MOST_DOTS / max(width, height, 1.0))
    return Picture(np.array(page.render(scale=scale).to_numpy()[:, :, :3]), height, scale)


def recognize(picture: Picture) -> tuple[list[list[Word]], float | None]:
    """The lines of text in the image of a page, each as one word, and how sure they are, 0 to 1.

    No lines and None where there is nothing to read. Type sizes are unknown (0).
    """
    on_page()
    if picture.image.min() == picture.image.max():
        return [], None
    found, _ = _engine()(picture.image, return_word_box=True)
    lines = []
    sure = letters = 0.0
    for corners, text, score, *characters in found or ():
        if not text.strip():
            continue
        across = [x / picture.scale for x, _ in corners]
        down = [picture.height - y / picture.scale for _, y in corners]
        left, right = min(across), max(across)
        seen = [(min(x for x, _ in box), max(x for x, _ in box)) for box in (characters[0] if characters else ())]
        edges = _edges(text, left, right, [(a / picture.scale, b / picture.scale) for a, b in seen])
        first = len(text) - len(text.lstrip())
        kept = edges[first : first + len(text.strip()) + 1]
        lines.append([Word(text.strip(), -1, left, right, min(down), max(down), 0.0, edges=kept)])
        sure += float(score) * len(text)
        letters += len(text)
    return lines, round(sure / letters, 3) if letters else None


def _edges(text: str, left: float, right: float, seen: Sequence[tuple[float, float]]) -> tuple[float, ...]:
    """Where each character of ``text`` begins and the last ends: midway between where they were ``seen``.

    Where the engine does not say, by their usual widths.
    """
    if len(seen) == len(text):
        inner = [(a[1] + b[0]) / 2 for a, b in pairwise(seen)]
    else:
        widths = list(accumulate(2 if is_wide(character) else 1 for character in text))
        inner = [left + (right - left) * width / widths[-1] for width in widths[:-1]]
    rising = accumulate((min(edge, right) for edge in inner), max, initial=left)
    return tuple(round(edge, 1) for edge in (*rising, right))


@lru_cache(maxsize=1)
def _engine() -> Any:
    from rapidocr_onnxruntime import RapidOCR

    return RapidOCR()
