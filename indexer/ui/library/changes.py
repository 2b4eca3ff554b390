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
from indexer.translation import N_, _, enumerated
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
from indexer.ui.shared.choosing import choose_one
from indexer.ui.shared.frame import show_errors
from indexer.ui.shared.markup import Html, element, link, marked_html, show, show_line
from indexer.ui.shared.source import Place, show_source
from indexer.wording import counted

#: Seconds that the page waits before it shows itself without the changes, and between two looks.
_PATIENCE, _TICK = 0.4, 0.5
_OLD, _NEW = "old-version", "new-version"
_LABELS = {
    Change.ADDED: N_("Added"),
    Change.REMOVED: N_("Removed"),
    Change.CHANGED: N_("Changed"),
    Change.MOVED: N_("Moved"),
}
_COUNTS = {
    Change.ADDED: N_("{count} added"),
    Change.REMOVED: N_("{count} removed"),
    Change.CHANGED: N_("{count} changed"),
    Change.MOVED: N_("{count} moved"),
}
_CLASSES = {
    ChangeClass.WEAKENED: N_("Weakened"),
    ChangeClass.STRENGTHENED: N_("Strengthened"),
    ChangeClass.DEADLINE: N_("Another date"),
    ChangeClass.FIGURE: N_("Another figure"),
    ChangeClass.SCOPE: N_("Another scope"),
    ChangeClass.AUTHORITY: N_("Another authority"),
    ChangeClass.ADDED: N_("Added"),
    ChangeClass.REMOVED: N_("Removed"),
    ChangeClass.WORDING: N_("Reworded"),
}
_WORDS = re.compile(r"[\u4e00-\u9fff]|[^\W\u4e00-\u9fff]+|[^\w\s]")


def show_changes(library: Library, info: PlanInfo, view: LibraryView) -> None:
    """The two versions to choose, and what differs, worked out in the background."""
    versions = library.versions(info.id)
    if len(versions) < 2:
        said = _("There is only one version, from {date}.").format(date=versions[-1].since[:10])
        show_line(said, "none")
        return
    last = len(versions)
    new = min(view.new or last, last)
    old = min(view.old or max(1, new - 1), last)
    _show_versions(library, versions, old, new)
    job = access.changes(library, info.id, old, new)
    job.look(_PATIENCE)
    st.fragment(_show_found, run_every=_TICK if job.running else None)(library, info, old, new, job.running)


def _show_versions(library: Library, versions: Sequence[Version], old: int, new: int) -> None:
    numbers = [version.n for version in versions]

    def label(n: int) -> str:
        version = versions[n - 1]
        past, present = _("Version {n}, {since} to {until}"), _("Version {n}, {since}, the present one")
        return (past if version.until else present).format(n=n, since=version.since[:10], until=version.until[:10])

    with st.container(key="version-pickers", horizontal=True, gap="medium", vertical_alignment="bottom"):
        choose_one(_("From"), numbers, old, _OLD, _turn_versions, format_func=label)
        choose_one(_("To"), numbers, new, _NEW, _turn_versions, format_func=label)
        if versions[old - 1].until and library.person.may(Action.EDIT):
            plan = versions[-1].plan
            back = _("Put version {n} back").format(n=old)
            st.button(back, key="put-version", on_click=_put_version, args=(library, plan, old))


def _turn_versions() -> None:
    state.update(old=st.session_state[_OLD], new=st.session_state[_NEW])


@state.guarded
def _put_version(library: Library, plan: str, n: int) -> None:
    done = _("version {n} is back").format(n=n)  # the job's thread has no reader

    def run(job: Job) -> Iterator[Report]:
        library.restore(plan, n, job.progress(plan))
        yield Report(plan, "done", done)

    begin_job(library, _("Putting version {n} back").format(n=n), run)


def _show_found(library: Library, info: PlanInfo, old: int, new: int, filling: bool) -> None:
    job = access.changes(library, info.id, old, new)
    found = job.look()
    if filling and not job.running:
        st.rerun()  # the page without the clock
    with show_errors():
        if job.error:
            raise job.error
        if not found:
            show_line(_("Comparing the versions, and asking the saved questions again."))
            return
        _show(library, info, found[0])


def _show(library: Library, info: PlanInfo, changes: Changes) -> None:
    counts = Counter(sentence.change for sentence in changes.sentences)
    kinds = enumerated(_(said).format(count=f"{counts[kind]:,}") for kind, said in _COUNTS.items() if counts[kind])
    show(element("h2", _("Sentences: {counts}").format(counts=kinds) if kinds else _("No sentence differs.")))
    graver = Counter(each for sentence in changes.sentences for each in sentence.classes[:1])
    if graver[ChangeClass.WEAKENED] or graver[ChangeClass.STRENGTHENED]:
        weaker, stronger = graver[ChangeClass.WEAKENED], graver[ChangeClass.STRENGTHENED]
        said = _("{weaker} weakened, {stronger} strengthened; these come first.")
        show_line(said.format(weaker=f"{weaker:,}", stronger=f"{stronger:,}"))
    newest = changes.new.until == ""
    listed = st.session_state[LISTED]
    for rank, sentence in enumerate(gravest_first(changes.sentences)[:listed], 1):
        key = f"{state.CHANGE}{rank}"
        with st.container(key=key, gap="xsmall"):
            show(_sentence(sentence))
            if sentence.new and newest:
                st.button(
                    _("Show in its surroundings"),
                    key=f"open-{key}",
                    type="tertiary",
                    on_click=open_source,
                    args=(key,),
                )
        if sentence.new and st.session_state[OPENED] == key:
            show_source(library, _place(info, sentence.new), key)
    if len(changes.sentences) > listed:
        st.button(_("Show more changes"), key="further-changes", on_click=list_further)
    show(element("h2", _("Saved questions"), css="rule"))
    if not changes.answers:
        show_line(_("This plan still gives the same answers to the saved questions."), "none")
    for answer in changes.answers:
        show(answer_html(answer))
    show_alerts(library, [alert for alert in library.alerts() if alert.plan == info.id])


def answer_html(changed: ChangedAnswer) -> Html:
    """A saved question with the quotes that answered it before and those that answer it now."""
    return element(
        "section",
        element("p", changed.saved.question, css="card-title"),
        *(_quote(_("Before"), plan, quote) for plan, quote in changed.removed),
        *(_quote(_("Now"), plan, quote) for plan, quote in changed.added),
        css="changed-answer",
    )


def show_alerts(library: Library, alerts: Sequence[Alert]) -> None:
    """Each answer that changed with a plan: what the change does, the old and the new quote, and where they are."""
    if not alerts:
        return
    show(element("h2", _("Changed answers"), css="rule"))
    there = {info.id for info in access.list_plans(library)}
    listed = st.session_state[LISTED]
    for i, alert in enumerate(alerts[:listed]):
        with st.container(key=f"alert-{i}", gap="xsmall"):
            show(_alert(alert, library.versions(alert.plan)[-1].n if alert.plan in there else 0))
    if len(alerts) > listed:
        st.button(_("Show more changed answers"), key="further-alerts", on_click=list_further)


def _alert(alert: Alert, last: int) -> Html:
    """An alert; ``last`` is the number of its plan's version that is in the library, 0 for none."""
    links = []
    if alert.old and alert.old_version and last:
        view = LibraryView(plan=alert.plan, part=Part.CHANGES, old=alert.old_version, new=alert.new_version)
        links.append(link(_("Where it was"), link_to(view)))
    if alert.new and alert.new_version == last:
        links.append(link(_("Where it is"), link_to(ReadView(alert.plan, (alert.new.start, alert.new.end)))))
    places = dict.fromkeys(each.place for each in (alert.old, alert.new) if each and each.place)
    crumbs = element("p", " · ".join(filter(None, [alert.title, " → ".join(places), alert.at[:10]])), css="crumbs")
    question = element("p", alert.question, css="card-title")
    wordings = _wordings(alert.classes, crumbs, alert.old, alert.new)
    return element("div", question, *wordings, element("div", *links, css="actions"))


def _quote(label: str, plan: str, quote: str) -> Html:
    return element(
        "p",
        element("span", _("{label}, {plan}").format(label=label, plan=plan), css="badge"),
        marked_html(quote),
        css="passage-text",
    )


def _sentence(change: ChangedSentence) -> Html:
    """What became of a sentence: where it is, its old and new words, the differing ones marked."""
    place = change.new or change.old
    assert place
    page = [_("page {page}").format(page=place.page)] if place.page is not None else []
    crumbs = element("p", " › ".join([*place.section, *page]), css="crumbs")
    if change.change is Change.MOVED:
        moved = element("span", _(_LABELS[change.change]), css="badge")
        return element("div", moved, crumbs, element("p", marked_html(place.text), css="passage-text"))
    return element("div", *_wordings(change.classes, crumbs, change.old, change.new))


def _wordings(classes: Sequence[ChangeClass], crumbs: Html, old: Sentence | None, new: Sentence | None) -> list[Html]:
    """What a change does, where that is, and the old and new words, the differing ones marked."""
    before, after = differing_words(old.text, new.text) if old and new else ([], [])
    pieces = [*(element("span", _(_CLASSES[each]), css="badge") for each in classes), crumbs]
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
        st.text_input(_("Question to save"), key=_QUESTION, placeholder=_("To see when its answer changes"))
        st.multiselect(
            _("Plans"),
            list(titles),
            key=_PLANS,
            format_func=lambda plan: titles.get(plan, plan),
            placeholder=_("All plans"),
        )
        st.form_submit_button(_("Save"), key="save-submit", type="primary", on_click=_save, args=(library,))
    questions, alerts = library.saved(), library.alerts()
    if not questions:
        show_line(_("No questions are saved yet. Saved questions are asked again when plans change."), "none")
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
        whose = _("Shared") if library.person.name and not question.owner else ""
        about = _question_line(question, titles, answer, asked=changed is not None)
        show(element("p", " · ".join(filter(None, [whose, about])), css="crumbs"))
        with st.container(key=f"saved-actions-{i}", horizontal=True, gap="small", vertical_alignment="center"):
            view = AskView(question.question, question.plans or (), question.section or "")
            show(link(_("Ask again"), link_to(view)))
            mine = library.person.may(Action.KEEP if question.owner or not library.person.name else Action.SHARE)
            if question.owner and library.person.may(Action.SHARE):
                st.button(
                    _("Share with all"), key=f"share-{i}", type="tertiary", on_click=_share, args=(library, question)
                )
            if answer and mine:
                st.button(
                    _("Accept today's answer"),
                    key=f"resave-{i}",
                    type="tertiary",
                    on_click=_resave,
                    args=(library, question),
                )
            if mine:
                st.button(_("Delete"), key=f"forget-{i}", type="tertiary", on_click=_forget, args=(library, question))


def _question_line(
    question: SavedQuestion, titles: Mapping[str, str], answer: ChangedAnswer | None, *, asked: bool
) -> str:
    plans = question.plans or ()
    within = _("; ").join(titles.get(plan, plan) for plan in plans) if plans else _("all plans")
    section = _("sections with “{words}”").format(words=question.section) if question.section else ""
    some = _("answered by {sentences} on {date}") if question.quotes else _("answered by nothing on {date}")
    now = _("the answer has changed") if answer else _("same answer now")
    parts = [
        _("In {scope}").format(scope=enumerated(filter(None, [within, section]))),
        some.format(sentences=counted(len(question.quotes), "sentence"), date=question.at[:10]),
        now if asked else _("asking it again"),
    ]
    return " · ".join(parts)


@state.guarded
def _save(library: Library) -> None:
    plans = st.session_state[_PLANS]
    saved = library.save_question(st.session_state[_QUESTION], plans=plans or None)
    st.session_state[_QUESTION] = ""
    said = _("Saved. Today {sentences} answer it.")
    state.notify(said.format(sentences=counted(len(saved.quotes), "sentence")))


@state.guarded
def _resave(library: Library, question: SavedQuestion) -> None:
    scope: dict[str, Any] = {"plans": question.plans, "section": question.section}
    library.save_question(question.question, **scope, shared=not question.owner)
    state.notify(_("Today's answer is the one to compare with from now on."))


@state.guarded
def _share(library: Library, question: SavedQuestion) -> None:
    library.backend.save_question(replace(question, owner=""))
    library.forget_question(question.id)
    state.notify(_("Everyone sees this question now: {question}").format(question=question.question))


@state.guarded
def _forget(library: Library, question: SavedQuestion) -> None:
    library.forget_question(question.id)
    state.notify(_("Deleted: {question}").format(question=question.question), forgotten=question)


@state.guarded
def keep_again(library: Library, question: SavedQuestion) -> None:
    """Undo the deletion of a question: it is saved with the answer that it had."""
    library.backend.save_question(question)
