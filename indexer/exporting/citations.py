"""Plans as references for a bibliography: RIS, BibTeX, CSL-JSON.

RIS as Research Information Systems wrote it in 2001, BibTeX as its manual of 1988 has it, CSL-JSON as
citationstyles.org's schema: type "report", the issuer as a literal author.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from indexer.types import Citation, Plan, PlanInfo
from indexer.wording import line

#: File ending -> media type.
REFERENCE_FORMATS = {
    "ris": "application/x-research-info-systems",
    "bib": "application/x-bibtex",
    "json": "application/vnd.citationstyles.csl+json",
}
_BIBTEX = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reference:
    """A plan as a bibliography names it; ``date`` is a year, month or day in ISO 8601, ``pages`` those quoted."""

    id: str
    title: str
    issuer: str
    date: str
    language: str
    pages: tuple[int, ...]


def references(citations: Iterable[Citation], plans: Iterable[Plan | PlanInfo]) -> list[Reference]:
    """One reference a cited plan, in the order of citation; of a plan that is gone what the citation knows."""
    known = {plan.id: plan for plan in plans}
    pages: dict[str, set[int]] = {}
    titles: dict[str, str] = {}
    for citation in citations:
        titles.setdefault(citation.plan, citation.title)
        pages.setdefault(citation.plan, set()).update({citation.page} if citation.page is not None else set())
    found = []
    for plan_id, title in titles.items():
        plan = known.get(plan_id)
        metadata = plan.metadata if plan else None
        found.append(
            Reference(
                plan_id,
                line(plan.title if plan else title),
                line(metadata.issuer) if metadata else "",
                metadata.date if metadata else "",
                metadata.language if metadata else "",
                tuple(sorted(pages[plan_id])),
            )
        )
    return found


def export_references(given: Sequence[Reference], ending: str) -> bytes:
    """The bytes of a file with these references; ``ending`` is a key of REFERENCE_FORMATS."""
    write = {"ris": _ris, "bib": _bibtex, "json": _csl}[ending]
    return write(given).encode()


def _ris(given: Sequence[Reference]) -> str:
    lines = []
    for each in given:
        year, month, day = [*each.date.split("-"), "", ""][:3]
        fields = [
            ("TY", "RPRT"),
            ("ID", each.id),
            ("TI", each.title),
            ("AU", f"{each.issuer}," if each.issuer else ""),  # the comma marks a name that has no parts
            ("PB", each.issuer),
            ("PY", year),
            ("DA", f"{year}/{month}/{day}/" if year else ""),
            ("LA", each.language),
            ("SP", _pages(each.pages)),
        ]
        lines += [f"{tag}  - {value}" for tag, value in fields if value]
        lines += ["ER  - ", ""]
    return "\r\n".join(lines)


def _bibtex(given: Sequence[Reference]) -> str:
    entries = []
    for each in given:
        year, month, _ = [*each.date.split("-"), "", ""][:3]
        fields = {
            "title": f"{{{_escaped(each.title)}}}",
            "author": f"{{{_escaped(each.issuer)}}}" if each.issuer else "",
            "institution": _escaped(each.issuer),
            "year": year,
            "month": month.lstrip("0"),
            "language": each.language,
            "pages": _pages(each.pages),
        }
        written = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items() if value)
        entries.append(f"@techreport{{{_key(each.id)},\n{written}\n}}\n")
    return "\n".join(entries)


def _csl(given: Sequence[Reference]) -> str:
    items = []
    for each in given:
        item: dict[str, Any] = {"id": each.id, "type": "report", "title": each.title}
        if each.issuer:
            item |= {"author": [{"literal": each.issuer}], "publisher": each.issuer}
        if each.date:
            item["issued"] = {"date-parts": [[int(part) for part in each.date.split("-")]]}
        if each.language:
            item["language"] = each.language
        if each.pages:
            item["page"] = _pages(each.pages)
        items.append(item)
    return json.dumps(items, ensure_ascii=False, indent=1)


def _escaped(text: str) -> str:
    return "".join(_BIBTEX.get(character, character) for character in text)


def _key(name: str) -> str:
    return re.sub(r"[\s,{}\\\"#%~()=']+", "-", name).strip("-") or "plan"


def _pages(pages: Sequence[int]) -> str:
    """ "3-5, 9": consecutive pages as a range."""
    runs: list[list[int]] = []
    for page in pages:
        if runs and runs[-1][1] == page - 1:
            runs[-1][1] = page
        else:
            runs.append([page, page])
    return ", ".join(f"{first}-{last}" if last > first else f"{first}" for first, last in runs)
