"""A limit to what a request may send, counted while it comes, since its stated length may be missing or wrong."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from indexer.api.problems import Problem, problem_response
from indexer.reading.loading import LARGEST_FILE

#: Bytes of a request in JSON, and of an upload: several files, each of which has a limit of its own.
MOST_JSON, MOST_UPLOADED = 1 << 20, 2 * LARGEST_FILE


class _TooLarge(Exception):
    """Ends the reading of a request."""


class LimitBody:
    """ASGI middleware: a request larger than its kind may be is refused with 413."""

    def __init__(self, app: ASGIApp, json: int = MOST_JSON, uploaded: int = MOST_UPLOADED) -> None:
        self._app = app
        self._json = json
        self._uploaded = uploaded

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        most = self._uploaded if headers.get("content-type", "").startswith("multipart/") else self._json
        size, begun = 0, False

        async def receive_counted() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > most:
                raise _TooLarge
            return message

        async def send_noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        said = headers.get("content-length", "")
        try:
            if said.isdecimal() and int(said) > most:
                raise _TooLarge
            await self._app(scope, receive_counted, send_noted)
        except _TooLarge:
            if begun:
                raise
            much = f"{most >> 20} MB" if most >= 1 << 20 else f"{most:,} bytes"
            refusal = Problem(413, "too-large", f"The request is larger than {much}, the most at once. Send less.")
            await problem_response(refusal)(scope, receive, send)
