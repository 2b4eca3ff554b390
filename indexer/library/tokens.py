"""Tokens by which programs sign in to a server, each with a role; only their hashes are kept.

A token is 256 random bits, so that its SHA-256 can be neither reversed nor guessed; a slow hash would add nothing.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from indexer.errors import LibraryError
from indexer.library.audit import recorded
from indexer.library.rights import Action, Role
from indexer.storage import Backend
from indexer.storage.disk import write_lock, write_whole

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
    path = tokens_file(backend)
    try:
        entries: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))
        tokens = [Token(**{name: str(value) for name, value in entry.items()}) for entry in entries]
        for token in tokens:
            Role[token.role.upper()]
            _ = token.expired
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError, AttributeError, KeyError, RecursionError) as error:
        raise LibraryError(
            f"The tokens in {path} cannot be read ({error}). Delete the file and make them anew."
        ) from error
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
        _write(backend, [*known, made])
    return token


def revoke_token(backend: Backend, name: str) -> bool:
    """Delete the token called ``name``; False when there is none. Raises LibraryError."""
    backend.require(Action.ADMINISTER)
    with recorded(backend, "revoke a token", name), write_lock(backend.folder):
        known = list_tokens(backend)
        kept = [token for token in known if token.name != name]
        if len(kept) < len(known):
            _write(backend, kept)
    return len(kept) < len(known)


def find_token(backend: Backend, given: str) -> Token | None:
    """The token that ``given`` is, expired or not; None for any other text."""
    digest = _hash(given)
    found = [token for token in list_tokens(backend) if secrets.compare_digest(token.sha256, digest)]
    return found[0] if found else None


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def _write(backend: Backend, tokens: Sequence[Token]) -> None:
    path = tokens_file(backend)
    try:
        path.touch(mode=0o600)
        write_whole(path, json.dumps([asdict(token) for token in tokens], indent=1))
        path.chmod(0o600)
    except OSError as error:
        raise LibraryError(
            f"The tokens in {path} cannot be changed ({error.strerror or error}). "
            "Check the disk's free space and the folder's permissions."
        ) from error
