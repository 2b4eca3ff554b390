"""Who a request is from and what it may do: a token's holder, whom a proxy names, or anyone where nobody signs in."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar

from anyio import to_thread
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from indexer.api.problems import Problem, problem_response, to_problem
from indexer.api.provider import UNREACHABLE
from indexer.api.sign_in import SignInSettings
from indexer.errors import IndexerError, RightsError
from indexer.library import Library, audit
from indexer.library.people import read_people
from indexer.library.rights import ANYONE, Action, Mode, Person, Role
from indexer.library.tokens import find_token


class SignIn:
    """Identifies requests by their tokens or by a proxy's headers; where it is ``required``, others are refused.

    Headers count as they come: ``indexer.ui.server.Guard`` takes out those that no trusted proxy has sent.
    """

    def __init__(
        self,
        open_library: Callable[[], Library],
        *,
        required: bool,
        settings: SignInSettings | None = None,
        provider_is_down: Callable[[], bool] = lambda: False,
    ) -> None:
        self._open_library = open_library
        self._settings = settings or SignInSettings()
        self.required = required or self._settings.mode is not Mode.NONE
        self._provider_is_down = provider_is_down
        self._asking: ContextVar[Person] = ContextVar("asking")

    def person(self, request: Request) -> Person:
        """Who a request is from. Raises Problem, 401, for nobody where somebody is required; LibraryError."""
        if not self.required:
            return ANYONE
        kind, _, given = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not given.strip():
            claims = self._settings.by_headers(request.headers.items())
            if person := self._settings.person(self._open_library, claims):
                return person
            said = "Give a token, as in Authorization: Bearer TOKEN. Who runs the server makes it."
            raise Problem(401, "no-token", f"{said} {UNREACHABLE}" if self._provider_is_down() else said)
        backend = self._open_library().backend
        token = find_token(backend, given.strip())
        if token is None:
            raise Problem(401, "no-token", "This token is not known: it was revoked, or mistyped. Ask for another.")
        if token.expired:
            raise Problem(401, "expired-token", f"This token expired on {token.until[:10]}. Ask for another.")
        # the role is the token's, whatever the person of its name may do elsewhere
        return Person(token.name, Role[token.role.upper()], read_people(backend).person(token.name).groups)

    def admit(self, request: Request, action: Action, doing: str) -> Person:
        """Who a request is from, who must be allowed ``action``; a refusal is a line of the audit log.

        ``doing`` is what the request is for. Raises what ``person`` does, and RightsError.
        """
        person = self.person(request)
        try:
            person.require(action)
        except RightsError:
            self.begin(request, person)
            audit.record_refusal(self._open_library().backend, doing, ", ".join(map(str, request.path_params.values())))
            raise
        return person

    def begin(self, request: Request, person: Person) -> None:
        """Let what follows be done by ``person``."""
        audit.actor.set(person.name or client_address(request))
        self._asking.set(person)

    def library(self) -> Library:
        """The library as the person of the request that is at work sees it. Raises LibraryError."""
        return self._open_library().for_person(self._asking.get())


def client_address(request: Request) -> str:
    """The address that a request comes from."""
    return request.client.host if request.client else ""


class ByRole:
    """An ASGI application that is ``reading`` for readers and ``writing`` for those who may change the library.

    It takes POST alone: there are no sessions, and so neither a stream to listen to nor anything to end.
    """

    def __init__(self, sign_in: SignIn, reading: ASGIApp, writing: ASGIApp) -> None:
        self._sign_in = sign_in
        self._reading = reading
        self._writing = writing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        try:
            person = await to_thread.run_sync(self._sign_in.person, request)
        except (Problem, IndexerError) as error:
            problem = error if isinstance(error, Problem) else to_problem(error)
            await problem_response(problem)(scope, receive, send)
            return
        if request.method != "POST":
            refusal = problem_response(Problem(405, "request", "MCP takes POST here: there are no sessions."))
            refusal.headers["Allow"] = "POST"
            await refusal(scope, receive, send)
            return
        self._sign_in.begin(request, person)
        app = self._writing if person.may(Action.EDIT) else self._reading
        await app(scope, receive, send)
