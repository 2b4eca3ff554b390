"""People on the Library page, for admins: roles and groups, tokens of programs, and who did what."""

from __future__ import annotations

from datetime import date

import streamlit as st

from indexer.exporting.audit import audit_csv
from indexer.library import Library
from indexer.library.audit import entries
from indexer.library.people import forget_person, read_people, set_person
from indexer.library.rights import Action, Role
from indexer.library.tokens import list_tokens, make_token, revoke_token
from indexer.translation import N_, _, enumerated, pgettext
from indexer.ui.library import view as state
from indexer.ui.shared.downloads import show_download
from indexer.ui.shared.markup import element, show, show_line
from indexer.wording import counted, file_name

_NAME, _ROLE, _GROUPS = "person-name", "person-role", "person-groups"
_TOKEN, _TOKEN_ROLE, _MADE = "token-name", "token-role", "token-made"
_ROLES = [role.name.lower() for role in Role]
_AS_SENT = N_("as signed in")


def show_people(library: Library) -> None:
    """The people that are listed, the tokens, and the audit log to download."""
    library.person.require(Action.ADMINISTER)
    show(element("h2", _("People")))
    show_line(_("Who signs in and is not listed has the role that the sign-in says, else reader."))
    for i, (name, person) in enumerate(sorted(read_people(library.backend).people.items())):
        with st.container(key=f"person-{i}", horizontal=True, gap="small", vertical_alignment="center"):
            role = _(str(person.role or _AS_SENT))
            grouped = _("{role}, in {groups}").format(role=role, groups=enumerated(person.groups))
            show(element("p", element("b", name), f" {grouped if person.groups else role}"))
            st.button(_("Remove"), key=f"forget-person-{i}", type="tertiary", on_click=_forget, args=(library, name))
    with st.form("person", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(_("Name, as the sign-in gives it"), key=_NAME, max_chars=200)
        st.selectbox(_("Role"), [_AS_SENT, *_ROLES], format_func=_, key=_ROLE)
        st.text_input(_("Groups"), key=_GROUPS, placeholder=_("With commas between"), max_chars=2000)
        st.form_submit_button(pgettext("a person", "List"), key="person-save", on_click=_list, args=(library,))
    show(element("h2", _("Tokens for programs")))
    if made := st.session_state.pop(_MADE, None):
        show_line(_("This is the token. It is shown once, and kept nowhere:"))
        st.code(made, language=None)
    for i, token in enumerate(list_tokens(library.backend)):
        with st.container(key=f"token-{i}", horizontal=True, gap="small", vertical_alignment="center"):
            said = _("{role}, since {since}, until {until}") if token.until else _("{role}, since {since}")
            about = said.format(role=_(str(token.role)), since=token.since[:10], until=token.until[:10])
            show(element("p", element("b", token.name), f" {about}"))
            st.button(_("Revoke"), key=f"revoke-{i}", type="tertiary", on_click=_revoke, args=(library, token.name))
    with st.form("token", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(_("Who uses it"), key=_TOKEN, max_chars=100)
        st.selectbox(_("Role"), _ROLES, format_func=_, key=_TOKEN_ROLE)
        st.form_submit_button(_("Make a token"), key="token-make", on_click=_make, args=(library,))
    show(element("h2", _("Who did what")))
    log = entries(library.backend)
    show_line(_("The audit log has {lines}.").format(lines=counted(len(log), "line")))
    name = file_name("audit", date.today(), "csv")
    label = _("Download, CSV")
    show_download(label, audit_csv(log).encode("utf-8-sig"), name, "text/csv", "audit-csv")


@state.guarded
def _list(library: Library) -> None:
    name, role = str(st.session_state[_NAME]), st.session_state[_ROLE]
    groups = [group.strip() for group in str(st.session_state[_GROUPS]).split(",") if group.strip()]
    set_person(library.backend, name, None if role == _AS_SENT else Role[role.upper()], groups)
    state.notify(_("Listed: {name}.").format(name=name))


@state.guarded
def _forget(library: Library, name: str) -> None:
    forget_person(library.backend, name)
    state.notify(_("Not listed any more: {name}.").format(name=name))


@state.guarded
def _make(library: Library) -> None:
    st.session_state[_MADE] = make_token(
        library.backend, str(st.session_state[_TOKEN]), Role[str(st.session_state[_TOKEN_ROLE]).upper()]
    )


@state.guarded
def _revoke(library: Library, name: str) -> None:
    revoke_token(library.backend, name)
    state.notify(_("Revoked: {name}.").format(name=name))
