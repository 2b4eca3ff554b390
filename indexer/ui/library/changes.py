"""What changed: in a plan between two versions, and in the answers to saved questions, now and each time."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from typing import Any

import streamlit as st

from indexer.comparing.provisions import gravest_first
from indexer.library import Library
from indexer.library.jobs import Job, Report
from indexer.library.rights import Action
from indexer.types import (
    Alert,
    Change,
    ChangeClass,
    ChangedAnswer,
    ChangedSentence,
    Changes,
    PlanInfo,
    SavedQuestion,
    Sentence,
    Span,
    Version,
)
from indexer.ui.ask.view import AskView
from indexer.ui.library import view as state
from indexer.ui.library.jobs import begin_job
from indexer.ui.library.view import LibraryView, Part
from indexer.ui.read.view import ReadView
from indexer.ui.shared import access
from indexer.ui.shared.address import LISTED, OPENED, link_to, list_further, open_source
from indexer.ui.shared.frame import show_errors
from indexer.ui.shared.markup import Html, element, link, marked_html, show, show_line
from indexer.ui.shared.source import Place, show_source
from indexer.wording import counted

#: Seconds that the page waits before it shows itself without the changes, and between two looks.
_PATIENCE, _TICK = 0.4, 0.5
_OLD, _NEW = "old-version", "new-version"
_LABELS = {Change.ADDED: "Added", Change.REMOVED: "Removed", Change.CHANGED: "Changed", Change.MOVED: "Moved"}
_CLASSES = {
    ChangeClass.WEAKENED: "Weakened",
    ChangeClass.STRENGTHENED: "Strengthened",
    ChangeClass.DEADLINE: "Another date",
    ChangeClass.FIGURE: "Another figure",
    ChangeClass.SCOPE: "Another scope",
    ChangeClass.AUTHORITY: "Another authority",
    ChangeClass.ADDED: "Added",
    ChangeClass.REMOVED: "Removed",
    ChangeClass.WORDING: "Reworded",
}
_WORDS = re.compile(r"[\u4e00-\u9fff]|[^\W\u4e00-\u9fff]+|[^\w\s]")


def show_changes(library: Library, info: PlanInfo, view: LibraryView) -> None:
    """The two versions to choose, and what differs, worked out in the background."""
    versions = library.versions(info.id)
    if len(versions) < 2:
        show_line(f"There is only one version, from {versions[-1].since[:10]}.", "none")
        return
    last = len(versions)
    new = min(view.new or last, last)
    old = min(view.old or max(1, new - 1), last)
    _show_versions(library, versions, old, new)
    job = access.changes(library, info.id, old, new)
    job.look(_PATIENCE)
    st.fragment(_show_found, run_every=_TICK if job.running else None)(library, info, old, new, job.running)


def _show_versions(library: Library, versions: Sequence[Version], old: int, new: int) -> None:
    st.session_state[_OLD], st.session_state[_NEW] = old, new
    numbers = [version.n for version in versions]

    def label(n: int) -> str:
        version = versions[n - 1]
        until = f" to {version.until[:10]}" if version.until else ", the present one"
        return f"Version {n}, {version.since[:10]}{until}"

    with st.container(key="version-pickers", horizontal=True, gap="medium", vertical_alignment="bottom"):
        st.selectbox("From", numbers, key=_OLD, format_func=label, on_change=_turn_versions)
        st.selectbox("To", numbers, key=_NEW, format_func=label, on_change=_turn_versions)
        if versions[old - 1].until and library.person.may(Action.EDIT):
            plan = versions[-1].plan
            st.button(f"Put version {old} back", key="put-version", on_click=_put_version, args=(library, plan, old))


def _turn_versions() -> None:
    state.update(old=st.session_state[_OLD], new=st.session_state[_NEW])


@state.guarded
def _put_version(library: Library, plan: str, n: int) -> None:
    def run(job: Job) -> Iterator[Report]:
        library.restore(plan, n, job.progress(plan))
        yield Report(plan, "done", f"version {n} is back")

    begin_job(library, f"Putting version {n} back", run)


def _show_found(library: Library, info: PlanInfo, old: int, new: int, filling: bool) -> None:
    job = access.changes(library, info.id, old, new)
    found = job.look()
    if filling and not job.running:
        st.rerun()  # the page without the clock
    with show_errors():
        if job.error:
            raise job.error
        if not found:
            show_line("Comparing the versions, and asking the saved questions again.")
            return
        _show(library, info, found[0])


def _show(library: Library, info: PlanInfo, changes: Changes) -> None:
    counts = Counter(sentence.change for sentence in changes.sentences)
    counted_kinds = ", ".join(f"{counts[kind]:,} {label.lower()}" for kind, label in _LABELS.items() if counts[kind])
    show(element("h2", f"Sentences: {counted_kinds}" if counted_kinds else "No sentence differs."))
    graver = Counter(each for sentence in changes.sentences for each in sentence.classes[:1])
    if graver[ChangeClass.WEAKENED] or graver[ChangeClass.STRENGTHENED]:
        weaker, stronger = graver[ChangeClass.WEAKENED], graver[ChangeClass.STRENGTHENED]
        show_line(f"{weaker:,} weakened, {stronger:,} strengthened; these come first.")
    newest = changes.new.until == ""
    listed = st.session_state[LISTED]
    for rank, sentence in enumerate(gravest_first(changes.sentences)[:listed], 1):
        key = f"{state.CHANGE}{rank}"
        with st.container(key=key, gap="xsmall"):
            show(_sentence(sentence))
            if sentence.new and newest:
                st.button(
                    "Show in its surroundings",
                    key=f"open-{key}",
                    type="tertiary",
                    on_click=open_source,
                    args=(key,),
                )
        if sentence.new and st.session_state[OPENED] == key:
            show_source(library, _place(info, sentence.new), key)
    if len(changes.sentences) > listed:
        st.button("Show more changes", key="further-changes", on_click=list_further)
    show(element("h2", "Saved questions", css="rule"))
    if not changes.answers:
        show_line("This plan still gives the same answers to the saved questions.", "none")
    for answer in changes.answers:
        show(answer_html(answer))
    show_alerts(library, [alert for alert in library.alerts() if alert.plan == info.id])


def answer_html(changed: ChangedAnswer) -> Html:
    """A saved question with the quotes that answered it before and those that answer it now."""
    return element(
        "section",
        element("p", changed.saved.question, css="card-title"),
        *(_quote("Before", plan, quote) for plan, quote in changed.removed),
        *(_quote("Now", plan, quote) for plan, quote in changed.added),
        css="changed-answer",
    )


def show_alerts(library: Library, alerts: Sequence[Alert]) -> None:
    """Each answer that changed with a plan: what the change does, the old and the new quote, and where they are."""
    if not alerts:
        return
    show(element("h2", "Changed answers", css="rule"))
    there = {info.id for info in access.list_plans(library)}
    listed = st.session_state[LISTED]
    for i, alert in enumerate(alerts[:listed]):
        with st.container(key=f"alert-{i}", gap="xsmall"):
            show(_alert(alert, library.versions(alert.plan)[-1].n if alert.plan in there else 0))
    if len(alerts) > listed:
        st.button("Show more changed answers", key="further-alerts", on_click=list_further)


def _alert(alert: Alert, last: int) -> Html:
    """An alert; ``last`` is the number of its plan's version that is in the library, 0 for none."""
    links = []
    if alert.old and alert.old_version and last:
        view = LibraryView(plan=alert.plan, part=Part.CHANGES, old=alert.old_version, new=alert.new_version)
        links.append(link("Where it was", link_to(view)))
    if alert.new and alert.new_version == last:
        links.append(link("Where it is", link_to(ReadView(alert.plan, (alert.new.start, alert.new.end)))))
    places = dict.fromkeys(each.place for each in (alert.old, alert.new) if each and each.place)
    crumbs = element("p", " · ".join(filter(None, [alert.title, " → ".join(places), alert.at[:10]])), css="crumbs")
    question = element("p", alert.question, css="card-title")
    wordings = _wordings(alert.classes, crumbs, alert.old, alert.new)
    return element("div", question, *wordings, element("div", *links, css="actions"))


def _quote(label: str, plan: str, quote: str) -> Html:
    return element("p", element("span", f"{label}, {plan}", css="badge"), marked_html(quote), css="passage-text")


def _sentence(change: ChangedSentence) -> Html:
    """What became of a sentence: where it is, its old and new words, the differing ones marked."""
    place = change.new or change.old
    assert place
    page = [f"page {place.page}"] if place.page is not None else []
    crumbs = element("p", " › ".join([*place.section, *page]), css="crumbs")
    if change.change is Change.MOVED:
        moved = element("span", _LABELS[change.change], css="badge")
        return element("div", moved, crumbs, element("p", marked_html(place.text), css="passage-text"))
    return element("div", *_wordings(change.classes, crumbs, change.old, change.new))


def _wordings(classes: Sequence[ChangeClass], crumbs: Html, old: Sentence | None, new: Sentence | None) -> list[Html]:
    """What a change does, where that is, and the old and new words, the differing ones marked."""
    before, after = differing_words(old.text, new.text) if old and new else ([], [])
    pieces = [*(element("span", _CLASSES[each], css="badge") for each in classes), crumbs]
    if old:
        pieces.append(element("del", marked_html(old.text, {"emphasis": before}), css="passage-text"))
    if new:
        pieces.append(element("ins", marked_html(new.text, {"emphasis": after}), css="passage-text"))
    return pieces


def differing_words(old: str, new: str) -> tuple[list[Span], list[Span]]:
    """Spans of the words of each text that the other lacks there, by difflib's matching blocks."""
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


#: Seconds that the page waits before it shows itself without the answers, and between two looks.
_PATIENCE, _TICK = 0.4, 0.5
_QUESTION, _PLANS = "save-question", "save-plans"


def show_questions(library: Library, titles: Mapping[str, str]) -> None:
    """The form, then the questions with what became of their answers, asked again in the background."""
    with st.form("save", border=False), st.container(key="save-fields", horizontal=True, vertical_alignment="bottom"):
        st.text_input("Question to save", key=_QUESTION, placeholder="To see when its answer changes")
        st.multiselect(
            "Plans", list(titles), key=_PLANS, format_func=lambda plan: titles.get(plan, plan), placeholder="All plans"
        )
        st.form_submit_button("Save", key="save-submit", type="primary", on_click=_save, args=(library,))
    questions, alerts = library.saved(), library.alerts()
    if not questions:
        show_line("No questions are saved yet. Saved questions are asked again when plans change.", "none")
        show_alerts(library, alerts)
        return
    job = access.changed_answers(library)
    job.look(_PATIENCE)
    st.fragment(_show_changed, run_every=_TICK if job.running else None)(library, questions, titles, job.running)
    show_alerts(library, alerts)


def _show_changed(
    library: Library, questions: Sequence[SavedQuestion], titles: Mapping[str, str], filling: bool
) -> None:
    job = access.changed_answers(library)
    found = job.look()
    if filling and not job.running:
        st.rerun()  # the page without the clock
    changed = {answer.saved.id: answer for answer in found[0]} if found else None
    with show_errors():
        for i, question in enumerate(questions):
            _show_question(library, question, i, titles, changed)
        if job.error:
            raise job.error


def _show_question(
    library: Library,
    question: SavedQuestion,
    i: int,
    titles: Mapping[str, str],
    changed: Mapping[int, ChangedAnswer] | None,
) -> None:
    answer = changed.get(question.id) if changed else None
    with st.container(key=f"saved-{i}", gap="xsmall"):
        if answer:
            show(answer_html(answer))
        else:
            show(element("p", question.question, css="card-title"))
        whose = "Shared · " if library.person.name and not question.owner else ""
        about = _question_line(question, titles, answer, asked=changed is not None)
        show(element("p", whose + about, css="crumbs"))
        with st.container(key=f"saved-actions-{i}", horizontal=True, gap="small", vertical_alignment="center"):
            view = AskView(question.question, question.plans or (), question.section or "")
            show(link("Ask again", link_to(view)))
            mine = library.person.may(Action.KEEP if question.owner or not library.person.name else Action.SHARE)
            if question.owner and library.person.may(Action.SHARE):
                st.button(
                    "Share with all", key=f"share-{i}", type="tertiary", on_click=_share, args=(library, question)
                )
            if answer and mine:
                st.button(
                    "Accept today's answer",
                    key=f"resave-{i}",
                    type="tertiary",
                    on_click=_resave,
                    args=(library, question),
                )
            if mine:
                st.button("Delete", key=f"forget-{i}", type="tertiary", on_click=_forget, args=(library, question))


def _question_line(
    question: SavedQuestion, titles: Mapping[str, str], answer: ChangedAnswer | None, *, asked: bool
) -> str:
    within = "; ".join(titles.get(plan, plan) for plan in question.plans) if question.plans else "all plans"
    section = f", sections with “{question.section}”" if question.section else ""
    quotes = counted(len(question.quotes), "sentence") if question.quotes else "nothing"
    now = "the answer has changed" if answer else "same answer now"
    return f"In {within}{section} · answered by {quotes} on {question.at[:10]} · {now if asked else 'asking it again'}"


@state.guarded
def _save(library: Library) -> None:
    plans = st.session_state[_PLANS]
    saved = library.save_question(st.session_state[_QUESTION], plans=plans or None)
    st.session_state[_QUESTION] = ""
    state.notify(f"Saved. Today {counted(len(saved.quotes), 'sentence')} answer it.")


@state.guarded
def _resave(library: Library, question: SavedQuestion) -> None:
    scope: dict[str, Any] = {"plans": question.plans, "section": question.section}
    library.save_question(question.question, **scope, shared=not question.owner)
    state.notify("Today's answer is the one to compare with from now on.")


@state.guarded
def _share(library: Library, question: SavedQuestion) -> None:
    library.backend.save_question(replace(question, owner=""))
    library.forget_question(question.id)
    state.notify(f"Everyone sees this question now: {question.question}")


@state.guarded
def _forget(library: Library, question: SavedQuestion) -> None:
    library.forget_question(question.id)
    state.notify(f"Deleted: {question.question}", forgotten=question)


@state.guarded
def keep_again(library: Library, question: SavedQuestion) -> None:
    """Undo the deletion of a question: it is saved with the answer that it had."""
    library.backend.save_question(question)
