"""Plancite: ask policy plans; every answer is the plan's own sentence, cited to plan, section and page.

Names are imported when they are first used: the command line and the reading process need few of them.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from indexer.encoding import Encoder
    from indexer.errors import (
        IndexerError,
        LibraryBusyError,
        LibraryError,
        LimitError,
        ModelError,
        QuestionError,
        SourceError,
        UnknownPlanError,
    )
    from indexer.library import Library
    from indexer.types import (
        Absence,
        Added,
        Answer,
        AnswerSentence,
        AskedQuestion,
        Aspect,
        Binding,
        Brief,
        BriefItem,
        Cell,
        Change,
        ChangedAnswer,
        ChangedSentence,
        Changes,
        CheckedQuote,
        Citation,
        Comparator,
        Comparison,
        Counterpart,
        Difference,
        Excerpt,
        ExcerptRow,
        Hit,
        Mark,
        Metadata,
        Page,
        Passage,
        Plan,
        PlanInfo,
        QuoteState,
        RecognizedLine,
        Record,
        Results,
        Role,
        SavedQuestion,
        Section,
        SectionPair,
        Sector,
        Sentence,
        Shared,
        Span,
        Stage,
        Survey,
        Table,
        TableCell,
        Target,
        TargetCell,
        TargetKind,
        TargetRow,
        Trend,
        UniqueContent,
        UniqueSection,
        Version,
    )

__all__ = [
    "Absence",
    "Added",
    "Answer",
    "AnswerSentence",
    "AskedQuestion",
    "Aspect",
    "Binding",
    "Brief",
    "BriefItem",
    "Cell",
    "Change",
    "ChangedAnswer",
    "ChangedSentence",
    "Changes",
    "CheckedQuote",
    "Citation",
    "Comparator",
    "Comparison",
    "Counterpart",
    "Difference",
    "Encoder",
    "Excerpt",
    "ExcerptRow",
    "Hit",
    "IndexerError",
    "Library",
    "LibraryBusyError",
    "LibraryError",
    "LimitError",
    "Mark",
    "Metadata",
    "ModelError",
    "Page",
    "Passage",
    "Plan",
    "PlanInfo",
    "QuestionError",
    "QuoteState",
    "RecognizedLine",
    "Record",
    "Results",
    "Role",
    "SavedQuestion",
    "Section",
    "SectionPair",
    "Sector",
    "Sentence",
    "Shared",
    "SourceError",
    "Span",
    "Stage",
    "Survey",
    "Table",
    "TableCell",
    "Target",
    "TargetCell",
    "TargetKind",
    "TargetRow",
    "Trend",
    "UniqueContent",
    "UniqueSection",
    "UnknownPlanError",
    "Version",
]


def __getattr__(name: str) -> Any:
    if name in __all__:
        for home in ("errors", "types", "encoding", "library"):
            module = import_module(f"indexer.{home}")
            if hasattr(module, name):
                return getattr(module, name)
    raise AttributeError(f"module 'indexer' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
