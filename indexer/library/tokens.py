"""Tokens by which programs sign in to a server, each with a role; only their hashes are kept.

A token is 256 random bits, so that its SHA-256 can be neither reversed nor guessed; a slow hash would add nothing.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from indexer.errors import LibraryError
from indexer.library.audit import recorded
from indexer.library.json_files import read_json_file, write_json_file
from indexer.library.rights import Action, Role
from indexer.storage import Backend
from indexer.storage.disk import write_lock

FILE = "tokens.json"
#: What a token begins with, so that scanners for secrets know it.
_PREFIX = "plancite_"


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it is kept: ``sha256`` is its hash; ``until`` is when it expires, ISO 8601 in UTC, "" for never."""

    name: str
    role: str
    sha256: str
    since: str
    until: str = ""

    @property
    def expired(self) -> bool:
        """Whether its time is over."""
        return bool(self.until) and datetime.fromisoformat(self.until) <= datetime.now(UTC)


def tokens_file(backend: Backend) -> Path:
    """The file that holds the tokens of a library."""
    return backend.folder / FILE


def list_tokens(backend: Backend) -> list[Token]:
    """All tokens, in the order in which they were made. Raises LibraryError when they cannot be read."""
    path, remedy = tokens_file(backend), "Delete the file and make the tokens anew."
    tokens = read_json_file(path, list[Token], remedy) or []
    try:
        for token in tokens:
            Role[token.role.upper()]
            _ = token.expired
    except (ValueError, TypeError, KeyError) as error:
        raise LibraryError(f"{path} cannot be read ({error}). {remedy}") from error
    return tokens


def make_token(backend: Backend, name: str, role: Role, days: int | None = None) -> str:
    """Make a token called ``name``; the token itself, which is kept nowhere. Raises LibraryError for a taken name."""
    name = " ".join(name.split())
    if not name or len(name) > 100 or not name.isprintable():
        raise LibraryError("A token's name says who uses it, in up to 100 letters. Give one.")
    token = _PREFIX + secrets.token_urlsafe(32)
    now = datetime.now(UTC).replace(microsecond=0)
    until = (now + timedelta(days=days)).isoformat() if days else ""
    backend.require(Action.ADMINISTER)
    made = Token(name, role.name.lower(), _hash(token), now.isoformat(), until)
    with recorded(backend, f"make a token for the role {made.role}", name), write_lock(backend.folder):
        known = list_tokens(backend)
        if any(other.name == name for other in known):
            raise LibraryError(f"There is a token {name!r} already. Choose another name, or revoke that one first.")
        write_json_file(tokens_file(backend), [*known, made], private=True)
    return token


def revoke_token(backend: Backend, name: str) -> bool:
    """Delete the token called ``name``; False when there is none. Raises LibraryError."""
    backend.require(Action.ADMINISTER)
    with recorded(backend, "revoke a token", name), write_lock(backend.folder):
        known = list_tokens(backend)
        kept = [token for token in known if token.name != name]
        if len(kept) < len(known):
            write_json_file(tokens_file(backend), kept, private=True)
    return len(kept) < len(known)


def find_token(backend: Backend, given: str) -> Token | None:
    """The token that ``given`` is, expired or not; None for any other text."""
    digest = _hash(given)
    found = [token for token in list_tokens(backend) if secrets.compare_digest(token.sha256, digest)]
    return found[0] if found else None


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
