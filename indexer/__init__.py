"""Plancite: ask policy plans; every answer is the plan's own sentence, cited to plan, section and page."""

from indexer.errors import IndexerError
from indexer.library import Library
from indexer.types import Answer, Citation, Hit, Passage, Plan, PlanInfo, Survey

__all__ = ["Answer", "Citation", "Hit", "IndexerError", "Library", "Passage", "Plan", "PlanInfo", "Survey"]
