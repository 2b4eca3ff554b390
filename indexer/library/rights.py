"""Who may do what: people, their roles, and what each role may."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from indexer.errors import RightsError


class Mode(StrEnum):
    """How people sign in to a server."""

    NONE = "none"
    PROXY = "proxy"
    OIDC = "oidc"


class Role(IntEnum):
    """What one may do, each role all that those before it may."""

    READER = 1
    EDITOR = 2
    ADMIN = 3


class Action(StrEnum):
    """What a role lets one do, as a sentence goes on after "may"."""

    READ = "read and ask"
    KEEP = "keep questions, notes and briefs of one's own"
    EDIT = "add, edit and remove plans"
    SHARE = "share questions and briefs with all"
    ADMINISTER = "see all plans and the audit log, say who reads a collection, set watched folders, check and rebuild"


_READS = frozenset({Action.READ, Action.KEEP})
_EDITS = _READS | {Action.EDIT, Action.SHARE}
RIGHTS: Mapping[Role, frozenset[Action]] = {
    Role.READER: _READS,
    Role.EDITOR: _EDITS,
    Role.ADMIN: _EDITS | {Action.ADMINISTER},
}


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks: a person who signed in, or the program of a token. ``name`` is "" where nobody signs in."""

    name: str
    role: Role
    groups: tuple[str, ...] = ()

    def may(self, action: Action) -> bool:
        """Whether the person's role lets them do this."""
        return action in RIGHTS[self.role]

    def require(self, action: str) -> None:
        """Raise RightsError unless the person may do this."""
        if not self.may(Action(action)):
            needed, has = role_for(Action(action)).name.lower(), self.role.name.lower()
            raise RightsError(f"To {action} takes the role {needed}; {self.name!r} has the role {has}.")


#: Whoever uses a library that asks nobody who they are.
ANYONE = Person("", Role.ADMIN)


def role_for(action: Action) -> Role:
    """The lowest role that may do this."""
    return min(role for role, actions in RIGHTS.items() if action in actions)
