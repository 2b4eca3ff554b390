"""Pages drawn as images: with limits, and without holding others up."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from fakes import FakeEncoder

from indexer.errors import SourceError
from indexer.library import Library, page_images, process
from indexer.library.page_images import draw_pages
from indexer.types import Plan


def tiles(depth: int) -> bytes:
    """A PDF of one kilobyte whose page is filled with a pattern of patterns of patterns: small dots without number."""

    def stream(head: bytes, data: bytes) -> bytes:
        return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (head, len(data), data)

    fill = b"/Pattern cs /P scn 0 0 600 800 re f\n"
    font = b"/Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >>"
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R "
        b"/Resources << %s /Pattern << /P 5 0 R >> >> >>" % font,
        stream(b"", b"BT /F1 9 Tf 20 700 Td (Kilns close by 2025 in every county.) Tj ET\n" + fill),
    ]
    for n in range(depth):
        inner = b"/Pattern << /P %d 0 R >>" % (6 + n) if n + 1 < depth else b""
        head = (
            b"/Type /Pattern /PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 600 800] /XStep 1 /YStep 1 "
            b"/Matrix [1 0 0 1 %d 0] /Resources << %s >>" % (n, inner)
        )
        parts.append(stream(head, fill if inner else b"1 0 0 rg 0 0 .5 .5 re f"))
    body = b"".join(b"%d 0 obj\n%s\nendobj\n" % (i, part) for i, part in enumerate(parts, 1))
    return b"%PDF-1.7\n" + body + b"trailer << /Root 1 0 R /Size 9 >>\nstartxref\n0\n%%EOF\n"


def test_a_page_without_end_is_given_up_and_others_are_drawn_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_images, "TIME", 3.0)
    corpus = Path(__file__).resolve().parents[2] / "corpus"
    (tmp_path / "tiles.pdf").write_bytes(tiles(4))
    with Library.open(tmp_path / "library", create=True, encoder=FakeEncoder()) as library:
        reports = list(library.add([tmp_path / "tiles.pdf", corpus / "liaoning.pdf"]))
        assert [report.status for report in reports] == ["added", "added"]
        endless, other = library.plan("tiles"), library.plan("liaoning")
        refusals: list[str] = []

        def draw(plan: Plan) -> None:
            with pytest.raises(SourceError, match="Page 1 cannot be shown: drawing it took longer than 3") as refused:
                draw_pages(Path(plan.source), plan, [1], None, 1.0)
            refusals.append(str(refused.value))

        drawing = threading.Thread(target=draw, args=(endless,))
        drawing.start()
        time.sleep(0.5)
        (image,) = draw_pages(Path(other.source), other, [1], (0, 20), 1.0)
        assert drawing.is_alive() and not refusals
        assert image.png.startswith(b"\x89PNG") and (image.width, image.height) == (596, 842)
        assert image.spot is not None and 0 < image.spot < 0.5
        drawing.join()
        monkeypatch.setattr(process, "run", None)
        draw(endless)  # it is known by now, and not tried again
