"""What changed in a plan between two versions, sentence by sentence, and which saved questions it answers otherwise."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

import streamlit as st

from indexer.library import Library
from indexer.types import Change, ChangedAnswer, ChangedSentence, Changes, PlanInfo, Sentence, Span, Version
from indexer.ui.library import state
from indexer.ui.library.address import Browsing
from indexer.ui.library.jobs import Report, Work
from indexer.ui.shared import access
from indexer.ui.shared import state as shared
from indexer.ui.shared.excerpt import Place
from indexer.ui.shared.failing import errors_said
from indexer.ui.shared.markup import Html, element, marked_html, show, text_element
from indexer.ui.shared.source import show_source

#: Seconds that the page waits before it shows itself without the changes, and between two looks.
_PATIENCE, _TICK = 0.4, 0.5
_OLD, _NEW = "old-version", "new-version"
_LABELS = {Change.ADDED: "Added", Change.REMOVED: "Removed", Change.CHANGED: "Changed", Change.MOVED: "Moved"}
_WORDS = re.compile(r"[\u4e00-\u9fff]|[^\W\u4e00-\u9fff]+|[^\w\s]")


def show_changes(library: Library, info: PlanInfo, browsing: Browsing) -> None:
    """The two versions to choose, and what differs; worked out beside the page."""
    versions = library.versions(info.id)
    if len(versions) < 2:
        show(text_element("p", f"There is one version only, since {versions[-1].since[:10]}.", "none"))
        return
    last = len(versions)
    new = min(browsing.new or last, last)
    old = min(browsing.old or max(1, new - 1), last)
    _show_versions(library, versions, old, new)
    job = access.changes(library, info.id, old, new)
    job.look(_PATIENCE)
    st.fragment(_show_found, run_every=_TICK if job.running else None)(library, info, old, new, job.running)


def _show_versions(library: Library, versions: Sequence[Version], old: int, new: int) -> None:
    st.session_state[_OLD], st.session_state[_NEW] = old, new
    numbers = [version.n for version in versions]

    def label(n: int) -> str:
        version = versions[n - 1]
        until = f" to {version.until[:10]}" if version.until else ", in the library now"
        return f"Version {n}, {version.since[:10]}{until}"

    with st.container(key="version-pickers", horizontal=True, gap="medium", vertical_alignment="bottom"):
        st.selectbox("From", numbers, key=_OLD, format_func=label, on_change=_turn_versions)
        st.selectbox("To", numbers, key=_NEW, format_func=label, on_change=_turn_versions)
        if versions[old - 1].until:
            plan = versions[-1].plan
            st.button(f"Put version {old} back", key="put-version", on_click=_put_version, args=(library, plan, old))


def _turn_versions() -> None:
    state.turn(old=st.session_state[_OLD], new=st.session_state[_NEW])


@state.guarded
def _put_version(library: Library, plan: str, n: int) -> None:
    def work(work: Work) -> Iterator[Report]:
        library.restore(plan, n, work.progress(plan))
        yield Report(plan, "done", f"is again what it was in version {n}")

    state.begin(library, f"Putting version {n} back", work)


def _show_found(library: Library, info: PlanInfo, old: int, new: int, filling: bool) -> None:
    job = access.changes(library, info.id, old, new)
    found = job.look()
    if filling and not job.running:
        st.rerun()  # the page without the clock
    with errors_said():
        if job.error:
            raise job.error
        if not found:
            show(text_element("p", "Comparing the versions, and asking the saved questions again.", "aside"))
            return
        _show(library, info, found[0])


def _show(library: Library, info: PlanInfo, changes: Changes) -> None:
    counts = Counter(sentence.change for sentence in changes.sentences)
    told = ", ".join(f"{counts[kind]:,} {label.lower()}" for kind, label in _LABELS.items() if counts[kind])
    show(text_element("h2", f"Sentences: {told}" if told else "No sentence differs."))
    newest = changes.new.until == ""
    listed = st.session_state[shared.LISTED]
    for rank, sentence in enumerate(changes.sentences[:listed], 1):
        key = f"{state.CHANGE}{rank}"
        with st.container(key=key, gap="xsmall"):
            show(_sentence(sentence))
            if sentence.new and newest:
                st.button(
                    "Show in its surroundings",
                    key=f"open-{key}",
                    type="tertiary",
                    on_click=shared.open_source,
                    args=(key,),
                )
        if sentence.new and st.session_state[shared.OPENED] == key:
            show_source(library, _place(info, sentence.new), key)
    if len(changes.sentences) > listed:
        st.button("Show more changes", key="further-changes", on_click=shared.list_further)
    show(text_element("h2", "Saved questions", "rule"))
    if not changes.answers:
        show(text_element("p", "No saved question is answered otherwise by this plan now.", "none"))
    for answer in changes.answers:
        show(answer_html(answer))


def answer_html(changed: ChangedAnswer) -> Html:
    """A saved question with the quotes that no longer answer it and those that answer it now."""
    return element(
        "section",
        text_element("p", changed.saved.question, "card-title"),
        *(_quote("Before", plan, quote) for plan, quote in changed.removed),
        *(_quote("Now", plan, quote) for plan, quote in changed.added),
        css="changed-answer",
    )


def _quote(label: str, plan: str, quote: str) -> Html:
    return element("p", text_element("span", f"{label}, {plan}", "badge"), marked_html(quote), css="passage-text")


def _sentence(change: ChangedSentence) -> Html:
    """What became of a sentence: where it stands, its old words and its new ones, those that differ marked."""
    place = change.new or change.old
    assert place
    page = [f"page {place.page}"] if place.page is not None else []
    pieces = [
        text_element("span", _LABELS[change.change], "badge"),
        text_element("p", " › ".join([*place.section, *page]), "crumbs"),
    ]
    if change.change is Change.MOVED:
        return element("div", *pieces, element("p", marked_html(place.text), css="passage-text"))
    before, after = differing_words(change.old.text, change.new.text) if change.old and change.new else ([], [])
    if change.old:
        pieces.append(element("del", marked_html(change.old.text, {"emphasis": before}), css="passage-text"))
    if change.new:
        pieces.append(element("ins", marked_html(change.new.text, {"emphasis": after}), css="passage-text"))
    return element("div", *pieces)


def differing_words(old: str, new: str) -> tuple[list[Span], list[Span]]:
    """Spans of the words of each text that the other lacks at that place, by difflib's matching blocks."""
    words = [list(_WORDS.finditer(text)) for text in (old, new)]
    spans: tuple[list[Span], list[Span]] = ([], [])
    matcher = SequenceMatcher(None, [m[0] for m in words[0]], [m[0] for m in words[1]], autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        for side, (first, last) in enumerate(((a, b), (c, d))):
            if kind != "equal" and first < last:
                spans[side].append((words[side][first].start(), words[side][last - 1].end()))
    return spans


def _place(info: PlanInfo, sentence: Sentence) -> Place:
    marks = {"answer": [(sentence.start, sentence.end)]}
    return Place(info.id, sentence.start, sentence.end, " › ".join(sentence.section), sentence.page, marks)
