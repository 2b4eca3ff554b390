"""Images of pages: what is highlighted changes, nothing else does."""

from __future__ import annotations

import io

import numpy as np
import pytest
from drawn_pages import LINES, cropped, draw
from PIL import Image

from indexer.errors import SourceError
from indexer.reading.formats.pdf.boxes import Box
from indexer.reading.formats.pdf.images import HIGHLIGHT, MOST_DOTS, page_image


def pixels(png: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(png)) as image:
        assert (image.format, image.mode) == ("PNG", "RGB")
        return np.asarray(image).astype(int)


@pytest.mark.parametrize(("rotation", "crop"), [(0, None), (90, None), (0, (50, 300, 500, 760))])
def test_the_box_is_tinted_and_the_rest_is_as_it_was(
    rotation: int, crop: tuple[float, float, float, float] | None
) -> None:
    data = draw([(text, x, y - 300) for text, x, y in LINES], LINES, rotation=rotation)
    data = cropped(data, crop) if crop else data
    box = Box(80, 346, 160, 400)
    plain, marked = pixels(page_image(data, 1, scale=2)), pixels(page_image(data, 1, [box], scale=2))
    height = len(plain)
    inside = np.zeros(plain.shape[:2], bool)
    inside[height - 800 : height - 692, 160:320] = True
    assert (marked[~inside] == plain[~inside]).all()
    expected = plain[inside] * np.array(HIGHLIGHT) / 255
    assert abs(marked[inside] - expected).max() <= 1
    white = (plain[inside] == 255).all(axis=1)
    assert white.mean() > 0.5
    assert (marked[inside][white] == HIGHLIGHT).all()


def test_ink_stays_black_and_overlapping_boxes_are_no_darker() -> None:
    data = draw(LINES)
    once = pixels(page_image(data, 1, [Box(72, 640, 300, 710)], scale=1))
    twice = pixels(page_image(data, 1, [Box(72, 640, 300, 690), Box(72, 680, 300, 710)], scale=1))
    assert (once == twice).all()
    assert once.min() <= pixels(page_image(data, 1, scale=1)).min()


def test_the_image_is_bounded() -> None:
    image = pixels(page_image(draw(LINES), 1, scale=100))
    assert max(image.shape) == pytest.approx(MOST_DOTS, abs=2)


def test_the_tint_is_where_the_text_is() -> None:
    text, x, y = LINES[2]
    plain = pixels(page_image(draw([LINES[2]]), 1, scale=2)).min(axis=2)
    rows, columns = np.nonzero(plain < 128)
    height = len(plain)
    assert height - rows.max() == pytest.approx(2 * y, abs=6)
    assert columns.min() == pytest.approx(2 * x, abs=6)
    assert text.startswith("Wind")


def test_what_cannot_be_shown_is_said() -> None:
    with pytest.raises(SourceError, match="has pages 1 to 1, not 2"):
        page_image(draw(LINES), 2)
    with pytest.raises(SourceError, match="Page 1 cannot be shown"):
        page_image(b"Kilns close.", 1)
