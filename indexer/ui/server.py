"""Serves pages and programs on one port: Streamlit's ASGI app with the API in it, behind a guard.

`plancite serve` runs this module in its own place.
"""

from __future__ import annotations

import argparse
import ipaddress
import os
import re
import signal
import sys
import threading
import tomllib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext, suppress
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import urlsplit

import uvicorn
from anyio import to_thread
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config, net_util
from streamlit.starlette import App
from streamlit.web import bootstrap
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from indexer.api import missing_extra
from indexer.api.access import ByRole, SignIn
from indexer.api.application import NotFound, api_app
from indexer.api.problems import Problem, problem_response
from indexer.api.routes import PREFIX
from indexer.api.sign_in import SignInSettings, settings_from_environment
from indexer.delivery.rounds import run_rounds
from indexer.delivery.settings import settings_from_environment as settings_of_alerts
from indexer.library import Library
from indexer.library.folder_rounds import run_folder_rounds
from indexer.library.rights import Mode
from indexer.ui.shared.provider import provider_is_down

_UI = Path(__file__).parent
#: The script that draws the pages.
SCRIPT = _UI / "app.py"
#: Seconds after a signal in which connections end, and in which the process ends.
CLOSING, ENDING = 2, 4
_THEME = _UI / "theme.toml"
#: Streamlit's options: nothing leaves this machine, and errors show no code.
OPTIONS: dict[str, Any] = {
    "browser.gatherUsageStats": False,
    "client.showErrorDetails": "none",
    "client.showErrorLinks": "false",
    "client.toolbarMode": "viewer",
    "runner.postScriptGC": False,  # a full collection takes a third of an answer; Python collects when due
    "server.enableAgentApi": False,
    "server.fileWatcherType": "none",
    "server.headless": True,
    "theme.base": str(_THEME),
}
#: What a page may load: only what this server sends. Streamlit needs inline scripts and styles, and eval for charts.
CONTENT_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "media-src 'self' blob:",
        "worker-src 'self' blob:",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
#: Routes for operators and machines that Streamlit opens to everyone.
_CLOSED = re.compile(r"/_stcore/(?:metrics|agent|script-health-check)(?:/|$)")
#: Where Streamlit sends people to the provider, and where they come back.
_SIGNING_IN = re.compile(r"/auth/login$|/oauth2callback$")
#: Paths for programs, which get their refusals as problem+json.
_PROGRAMS = re.compile(r"/(?:api|mcp)(?:/|$)")
#: Switches of ``app_options``, which the command gives as --switch.
_PROGRAM_OPTIONS = ("mcp_writes", "asks_for_token")
#: What is open to everyone: whether the server runs.
_OPEN = ("/_stcore/health",)
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})

# Streamlit asks a public service for this machine's address, and a socket for the way to it.
net_util.get_external_ip = lambda: None
net_util.get_internal_ip = lambda: None


class Guard:
    """ASGI middleware: security headers on each response, no requests of other sites, no operator routes.

    Headers that say who somebody is are taken out unless a trusted proxy has sent them. Where one signs people in, a
    request for the pages that names nobody is refused.
    """

    def __init__(self, app: ASGIApp, settings: SignInSettings | None = None) -> None:
        self._app = app
        self._settings = settings or SignInSettings()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        address, _ = scope.get("client") or ("", 0)
        scope = {**scope, "headers": self._settings.vet(scope["headers"], address)}
        headers = Headers(scope=scope)
        origin, host = headers.get("origin"), headers.get("host", "")
        given = [*([f"//{host}"] if host else []), *([origin] if origin is not None else [])]
        foreign = [address for address in given if not own_address(address, host)]
        path = scope["path"]
        # a line break in a name would match no route of the API, and so reach the pages
        if _CLOSED.search(path) or (_PROGRAMS.match(path) and not path.isprintable()):
            await _refuse(scope, receive, send_guarded, 404, "There is nothing here.")
        elif foreign:
            reason = f"The app is not served under {_host(foreign[0])}. See: plancite serve --public-name"
            await _refuse(scope, receive, send_guarded, 403, reason)
        elif self._is_for_pages(path) and not self._settings.name(self._settings.by_headers(headers.items())):
            reason = "You are not signed in. Open the app by the address that its sign-in is at."
            await _refuse(scope, receive, send_guarded, 401, reason)
        elif (
            self._settings.mode is Mode.OIDC and _SIGNING_IN.search(path) and await to_thread.run_sync(provider_is_down)
        ):
            # the page says why; Streamlit would say "Authentication error"
            back = RedirectResponse("../" if path.endswith("/login") else "./", 302)
            await back(scope, receive, send_guarded)
        else:
            # Streamlit would look up this machine's address to compare it; its sign-in asks for the origin as it is
            if origin is not None and self._settings.mode is not Mode.OIDC:
                kept = [(name, value) for name, value in scope["headers"] if name != b"origin"]
                scope = {**scope, "headers": [*kept, (b"origin", b"http://localhost")]}
            await self._app(scope, receive, send_guarded)

    def _is_for_pages(self, path: str) -> bool:
        """Whether a proxy has to say who asks: programs may have a token instead."""
        return self._settings.mode is Mode.PROXY and not _PROGRAMS.match(path) and path not in _OPEN


def own_address(address: str, host: str) -> bool:
    """Whether an address, of a request's Origin header or its Host header, names this app.

    It does by a local name, a name that the server was started with, or the IP address of the request itself. Any other
    name may be one that a foreign site has pointed at this machine (DNS rebinding).
    """
    names = {config.get_option("server.address"), config.get_option("browser.serverAddress")}
    names |= {_host(entry) for entry in config.get_option("server.corsAllowedOrigins") or ()}
    name = _host(address)
    return name in _LOCAL | names or (_is_ip(name) and name == _host(f"//{host}"))


async def _refuse(scope: Scope, receive: Receive, send: Send, status: int, reason: str) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
    elif _PROGRAMS.match(scope["path"]):
        await problem_response(Problem(status, "foreign", reason))(scope, receive, send)
    else:
        await PlainTextResponse(reason, status)(scope, receive, send)


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _is_ip(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


class _Server(uvicorn.Server):
    """A server that ends within ``ENDING`` seconds of a signal, whatever is running."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if not self.should_exit:
            deadline = threading.Timer(ENDING, _end)
            deadline.daemon = True
            deadline.start()
        self.should_exit = True


def _end() -> None:
    """End this process and its children at once: a question or a file may still be at work."""
    for listed in Path("/proc/self/task").glob("*/children"):  # Linux; elsewhere they end with the group
        for child in listed.read_text().split():
            with suppress(OSError):
                os.kill(int(child), signal.SIGKILL)
    if os.name == "posix" and os.getpgrp() == os.getpid():
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.killpg(os.getpid(), signal.SIGTERM)
    sys.stdout.flush()
    os._exit(0)


def open_library() -> Library:
    """The whole library, of which pages show each person theirs. Raises LibraryError."""
    from indexer.ui.shared import access  # whose caches need a server that runs

    return access.open_whole()


def set_options() -> None:
    """Set ``OPTIONS`` where another command than ``plancite serve`` has started Streamlit, save what a person has set.

    Streamlit reads its options in the folder that it is started in, and a theme's file only as it begins.
    """
    theme = tomllib.loads(_THEME.read_text("utf-8"))["theme"]
    looks = {"theme": theme} | {f"theme.{scheme}": theme.pop(scheme) for scheme in ("light", "dark")}
    named = {f"{section}.{name}": value for section, values in looks.items() for name, value in values.items()}
    for name, value in {**OPTIONS, "theme.base": "light", **named}.items():
        if not config.is_manually_set(name):
            config.set_option(name, value)


def app_options(*, mcp_writes: bool = False, asks_for_token: bool = False) -> dict[str, Any]:
    """What makes ``App(SCRIPT, ...)`` the pages, the API and MCP as one ASGI application.

    ``mcp_writes`` lets assistants change the library; with ``asks_for_token`` programs and assistants need a token,
    whose role says what they may do. How people sign in, and where alerts are sent, is in the environment. Raises
    IndexerError.
    """
    settings = settings_from_environment()
    sign_in = SignIn(open_library, required=asks_for_token, settings=settings, provider_is_down=provider_is_down)
    mcp, begin_mcp = _mcp(sign_in, mcp_writes)
    channels = settings_of_alerts()

    @asynccontextmanager
    async def lifespan(app: App) -> AsyncIterator[None]:
        stopped = threading.Event()
        arguments = open_library, replace(channels, pages=channels.pages or _base()), stopped
        threading.Thread(target=run_rounds, args=arguments, name="saved questions", daemon=True).start()
        threading.Thread(
            target=run_folder_rounds, args=(open_library, stopped), name="watched folders", daemon=True
        ).start()
        try:
            async with begin_mcp(app) if begin_mcp else nullcontext():
                yield
        finally:
            stopped.set()

    elsewhere = PREFIX.rpartition("/")[0]  # what is no address of the API is no page either
    api = Mount(PREFIX, api_app(open_library, sign_in=sign_in, base=_base() if _has_name() else ""))
    routes = [api, Route(elsewhere, NotFound()), Mount(elsewhere, NotFound()), mcp]
    # the guard comes first: it looks at the address that a request comes from, not at the one that is forwarded
    forwarded = Middleware(ProxyHeadersMiddleware, trusted_hosts=[*(settings.proxies or ("127.0.0.1",))])
    return {"routes": routes, "middleware": [Middleware(Guard, settings=settings), forwarded], "lifespan": lifespan}


def _mcp(sign_in: SignIn, writes: bool) -> tuple[Route, Callable[[App], AbstractAsyncContextManager[None]] | None]:
    """The route of MCP and its lifespan; without the package, a route that says what to install."""
    try:
        from indexer.api.mcp import http_app, make_server
    except ImportError as error:
        refusal = problem_response(Problem(501, "not-installed", missing_extra(error)))
        return Route("/mcp", lambda request: refusal, methods=["GET", "POST", "DELETE"]), None
    reading, begin_reading = http_app(make_server(sign_in.library, base=_base()))
    writing, begin_writing = http_app(make_server(sign_in.library, base=_base(), write=writes))

    @asynccontextmanager
    async def lifespan(app: App) -> AsyncIterator[None]:
        async with begin_reading(), begin_writing():
            yield

    return Route("/mcp", ByRole(sign_in, reading, writing)), lifespan


def _base() -> str:
    """The address of the pages, as far as this server knows it: a proxy with a name of its own has TLS."""
    if _has_name():
        return f"https://{config.get_option('browser.serverAddress')}"
    scheme = "https" if config.get_option("server.sslCertFile") else "http"
    address, port = config.get_option("server.address") or "localhost", config.get_option("server.port")
    return f"{scheme}://{_in_url(address)}:{port}"


def _has_name() -> bool:
    """Whether a proxy's name was given: without one, that option says "localhost"."""
    return bool(config.is_manually_set("browser.serverAddress"))


def _in_url(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def serve(options: dict[str, Any], **programs: bool) -> None:
    """Serve until a signal comes; ``options`` are Streamlit's, ``programs`` those of ``app_options``.

    Exits 1 when the port is taken.
    """
    config._main_script_path = str(SCRIPT)
    bootstrap.load_config_options({**OPTIONS, **options})
    address, port = config.get_option("server.address"), config.get_option("server.port")
    settings = uvicorn.Config(
        App(SCRIPT, **app_options(**programs)),
        host=address,
        port=port,
        ssl_certfile=config.get_option("server.sslCertFile"),
        ssl_keyfile=config.get_option("server.sslKeyFile"),
        ws_max_size=config.get_option("server.maxMessageSize") * 2**20,
        access_log=False,
        log_level="error",
        server_header=False,
        proxy_headers=False,  # they are read behind the guard
        timeout_graceful_shutdown=CLOSING,
    )
    scheme = "https" if settings.ssl_certfile else "http"
    print(f"Plancite is served at {scheme}://{_in_url(address)}:{port} (Ctrl+C to stop)", flush=True)
    _Server(settings).run()
    _end()


def main() -> None:
    """Read ``--NAME=VALUE`` for any of Streamlit's options and serve."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--option", action="append", default=[], metavar="NAME=VALUE")
    for name in _PROGRAM_OPTIONS:
        parser.add_argument(f"--{name.replace('_', '-')}", action="store_true")
    given = vars(parser.parse_args())
    options = dict(entry.split("=", 1) for entry in given.pop("option"))
    serve(options, **given)


if __name__ == "__main__":
    main()
