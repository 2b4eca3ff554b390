"""Who a request is from and what it may do: a token's role, or everything where the server asks for none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from anyio import to_thread
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from indexer.api.problems import Problem, problem_response, to_problem
from indexer.errors import IndexerError
from indexer.library import Library, audit
from indexer.library.tokens import Role, find_token


@dataclass(frozen=True, slots=True)
class Client:
    """Who asks: ``name`` is a token's, or the address of a program without one."""

    name: str
    role: Role


class SignIn:
    """Identifies requests by their tokens; with ``required`` those without one are refused."""

    def __init__(self, open_library: Callable[[], Library], *, required: bool) -> None:
        self._open_library = open_library
        self.required = required

    def client(self, request: Request) -> Client:
        """Who a request is from. Raises Problem: 401 without a valid token, where one is required."""
        address = request.client.host if request.client else ""
        if not self.required:
            return Client(address, Role.ADMIN)
        kind, _, given = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not given.strip():
            raise Problem(
                401, "no-token", "Give a token, as in Authorization: Bearer TOKEN. Who runs the server makes it."
            )
        token = find_token(self._open_library().backend, given.strip())
        if token is None:
            raise Problem(401, "no-token", "This token is not known: it was revoked, or mistyped. Ask for another.")
        if token.expired:
            raise Problem(401, "expired-token", f"This token expired on {token.until[:10]}. Ask for another.")
        return Client(token.name, Role[token.role.upper()])


def require_role(client: Client, role: Role) -> None:
    """Raise Problem, 403, unless the client has ``role``."""
    if client.role < role:
        has, needed = client.role.name.lower(), role.name.lower()
        raise Problem(403, "role", f"This takes the role {needed}; the token {client.name!r} has the role {has}.")


class ByRole:
    """An ASGI application that is ``reading`` for readers and ``writing`` for those who may change the library."""

    def __init__(self, sign_in: SignIn, reading: ASGIApp, writing: ASGIApp) -> None:
        self._sign_in = sign_in
        self._reading = reading
        self._writing = writing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            client = await to_thread.run_sync(self._sign_in.client, Request(scope))
        except (Problem, IndexerError) as error:
            problem = error if isinstance(error, Problem) else to_problem(error)
            await problem_response(problem)(scope, receive, send)
            return
        audit.actor.set(client.name)
        app = self._writing if client.role >= Role.EDITOR else self._reading
        await app(scope, receive, send)
