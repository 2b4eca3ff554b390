"""Pages that read badly: named in warnings, found again there, said with each quote."""

from __future__ import annotations

from indexer.cli.asking import answer_text
from indexer.exporting.objects import answer_object
from indexer.reading.doubts import doubt_warning, doubtful_pages, doubtful_places
from indexer.types import Answer, AnswerSentence, Citation, Hit, Passage, PlanInfo
from indexer.wording import READS_BADLY


def test_the_pages_that_a_warning_names_are_found_in_it() -> None:
    warnings = (doubt_warning("words may be out of order", [3, 12]), "pages without text: 7", doubt_warning("cut", [4]))
    assert doubtful_pages(warnings) == {3, 4, 12}
    assert doubtful_pages(["figures on pages 3; and more"]) == frozenset()


def test_a_single_page_is_named_as_one_and_found_under_either_name() -> None:
    warning = doubt_warning("words may be out of order", [21])
    assert warning == "words may be out of order on page 21; open the page image to check a quote"
    # libraries hold warnings that were worded before
    assert doubtful_pages([warning]) == doubtful_pages([warning.replace("page 21", "pages 21")]) == {21}
    assert doubt_warning("cut", [2, 21]).startswith("cut on pages 2, 21; ")


def test_a_quote_of_such_a_page_says_so() -> None:
    text = "Wells are deep."
    hits = tuple(Hit(Passage("water", "Water Plan", 0, len(text), text, page=page), 1.0) for page in (3, 5))
    citation = Citation(1, "water", "Water Plan", (), 3, 0, len(text), text)
    answer = Answer("How deep?", 2, (AnswerSentence(text, 1),), (citation,), hits)
    info = PlanInfo("water", "Water Plan", "", 5, 2, 6, "", (doubt_warning("words may be out of order", [3]),))
    doubtful = doubtful_places([info])
    said = answer_object(answer, doubtful)
    assert [passage["page_reads_badly"] for passage in said["passages"]] == [True, False]
    assert [citation["page_reads_badly"] for citation in said["citations"]] == [True]
    assert answer_text(answer, doubtful).count(READS_BADLY.lower()) == 2
