"""PDFs whose text runs from right to left: lines, columns, tables and boxes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from made_pdfs import pdf
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from indexer.language.sentences import fold_space
from indexer.reading.formats.pdf.boxes import find_boxes
from indexer.reading.loading import load_plan
from indexer.types import Plan

FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
SENTENCES = (
    "העיר תתקן תשעה גשרים לפני החורף של 2033 ותבדוק כל תעלה באביב.",
    "הבארות נחפרות במקום שבו הקרקע מאפשרת זאת והמים נבדקים פעמיים בשנה.",
    "חקלאים שמשאירים רצועות אחו לאורך הנחלים מקבלים תשלום על כל דונם.",
    "המתנדבים סופרים את האנפות עם שחר ומפרסמים את הספירה בכל חודש.",
)

pytestmark = pytest.mark.skipif(not FONT.exists(), reason="needs the DejaVu fonts")


def seen(text: str) -> str:
    """``text`` as it is drawn from left to right: words and their letters turned round, figures not."""
    return " ".join(word if word.isdigit() else word[::-1] for word in reversed(text.split()))


def say(canvas: Canvas, text: str, right: float, y: float) -> None:
    canvas.setFont("DejaVu", 10)
    canvas.drawRightString(right, y, seen(text))


def lines(canvas: Canvas, right: float, y: float, width: float, sentences: Sequence[str]) -> None:
    line: list[str] = []
    for word in [*" ".join(sentences).split(), ""]:
        if not word or canvas.stringWidth(" ".join([*line, word]), "DejaVu", 10) > width:
            say(canvas, " ".join(line), right, y)
            y -= 13
            line = []
        line.append(word)


@pytest.fixture(autouse=True)
def font() -> None:
    pdfmetrics.registerFont(TTFont("DejaVu", str(FONT)))


def read(data: bytes) -> Plan:
    return load_plan(Path("plan.pdf"), data=data)


def test_sentences_over_lines_and_their_boxes() -> None:
    data = pdf(lambda canvas: lines(canvas, 520, 780, 300, SENTENCES))
    plan = read(data)
    assert fold_space(plan.text) == " ".join(SENTENCES)
    assert plan.metadata.language == "he"
    start = plan.text.index("העיר")
    [page] = find_boxes(data, plan, (start, start + 4))
    [box] = page.boxes
    assert box.right == pytest.approx(520, abs=2) and 15 < box.right - box.left < 40


def test_the_right_one_of_two_columns_is_read_first() -> None:
    def page(canvas: Canvas) -> None:
        lines(canvas, 540, 780, 210, SENTENCES[:2])
        lines(canvas, 300, 780, 210, SENTENCES[2:])

    assert fold_space(read(pdf(page)).text) == " ".join(SENTENCES)


def test_rows_of_a_table_begin_at_the_right() -> None:
    def page(canvas: Canvas) -> None:
        for x in (200, 300, 400):
            canvas.line(x, 740, x, 800)
        for y in (740, 760, 780, 800):
            canvas.line(200, y, 400, y)
        for (name, figure), y in zip(
            (("רובע", "עצים"), ("צפון", "977"), ("דרום", "812")), (785, 765, 745), strict=True
        ):
            say(canvas, name, 395, y)
            say(canvas, figure, 295, y)

    assert read(pdf(page)).text == "רובע | עצים\nצפון | 977\nדרום | 812"
