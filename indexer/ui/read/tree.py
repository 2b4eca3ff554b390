"""The section tree of a plan as links, the branch that is read unfolded."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from indexer.types import Section
from indexer.ui.shared.markup import Html, element, text_element

#: Sections up to which the whole tree is shown; of a larger one the branches beside the open one are folded.
_WHOLE = 60
#: Entries on each side of the current one, where a branch has thousands.
_REACH = 60
_DEEPEST = 4  # levels that are indented


def tree_html(sections: Sequence[Section], offset: int, link: Callable[[Section], str]) -> Html:
    """The tree with the section at ``offset`` marked as the current one; ``link`` gives a section's address."""
    current = section_at(sections, offset)
    entries = unfolded(sections, current)
    at = entries.index(current) if current is not None else 0
    first, last = max(0, at - _REACH), at + _REACH + 1
    lines = [_entry(sections[i], link, current == i) for i in entries[first:last]]
    if first:
        lines.insert(0, _entry(sections[entries[first - 1]], link, label=f"{first:,} sections before"))
    if entries[last:]:
        lines.append(_entry(sections[entries[last]], link, label=f"{len(entries) - last:,} sections after"))
    return element("nav", element("ul", *lines), css="tree", aria_label="Sections")


def section_at(sections: Sequence[Section], offset: int) -> int | None:
    """Index of the innermost section that holds ``offset``; None outside them."""
    return max((i for i, s in enumerate(sections) if s.start <= offset < s.end), default=None)


def path_to(sections: Sequence[Section], index: int | None) -> list[int]:
    """Indices of a section and of those around it, the outermost first."""
    path: list[int] = []
    while index is not None:
        path.append(index)
        index = sections[index].parent
    return path[::-1]


def unfolded(sections: Sequence[Section], current: int | None) -> list[int]:
    """Indices of the sections shown: all of a small tree, else those on and beside the way to ``current``."""
    if len(sections) <= _WHOLE:
        return list(range(len(sections)))
    way = {None, *path_to(sections, current)}
    return [i for i, section in enumerate(sections) if section.parent in way]


def _entry(section: Section, link: Callable[[Section], str], current: bool = False, label: str = "") -> Html:
    marked = {"aria_current": "true"} if current else {}
    text = text_element("span", label or section.label or "Untitled section")
    entry = element("a", text, href=link(section), target="_self", **marked)
    return element("li", entry, css="folded" if label else f"depth-{min(section.level, _DEEPEST)}")
