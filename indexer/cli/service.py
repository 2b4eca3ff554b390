"""Commands on the library as a whole: serve, mcp, check, doctor, rebuild, backup, copy."""

from __future__ import annotations

import errno
import os
import socket
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from indexer.api import missing_extra
from indexer.cli.common import (
    SOME_FAILED,
    AlertsOption,
    LibraryOption,
    ModelOption,
    QuietOption,
    YesOption,
    app,
    count_bar,
    note,
    open_library,
    progress_bar,
)
from indexer.errors import IndexerError
from indexer.library.rights import Mode

#: Addresses that only this machine reaches.
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@app.command()
def serve(
    library: LibraryOption = "index",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the web app.")] = 8501,
    address: Annotated[
        str, typer.Option(help="Address to listen on; any other than localhost opens the app to the network.")
    ] = "localhost",
    allow_anonymous: Annotated[
        bool, typer.Option("--allow-anonymous", help="Serve the network without sign-in: see docs/operating.md.")
    ] = False,
    public_name: Annotated[
        str | None, typer.Option(metavar="HOST", help="Host name of the app behind a proxy, as browsers see it.")
    ] = None,
    mcp_write: Annotated[
        bool, typer.Option("--mcp-write", help="Let assistants at /mcp add and remove plans, too.")
    ] = False,
    require_token: Annotated[
        bool,
        typer.Option("--require-token", help="Ask programs and assistants for a token; see: plancite token."),
    ] = False,
    sign_in: Annotated[
        Mode,
        typer.Option(
            help="How people sign in: not at all, by the headers of a proxy, or at an OpenID Connect provider that "
            ".streamlit/secrets.toml names; see docs/operating.md."
        ),
    ] = Mode.NONE,
    trusted_proxy: Annotated[
        list[str] | None,
        typer.Option(metavar="ADDRESS", help="Address or network of the proxy whose headers count; repeatable."),
    ] = None,
    user_field: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Header or claim with the user's name. [X-Remote-User; email for oidc]"),
    ] = None,
    role_field: Annotated[
        str, typer.Option(metavar="NAME", help="Header or claim with the role: reader, editor or admin.")
    ] = "",
    groups_field: Annotated[
        str, typer.Option(metavar="NAME", help="Header or claim with the groups, a list or with commas between.")
    ] = "",
    alerts: AlertsOption = None,
    quiet: QuietOption = False,
) -> None:
    """Serve the web app, the HTTP API and MCP, on this machine only by default."""
    if address not in _LOOPBACK and not allow_anonymous and sign_in is Mode.NONE:
        raise IndexerError(
            f"Listening on {address} lets everyone on that network read, add and remove plans: there is no sign-in. "
            "Let people sign in with --sign-in (docs/operating.md), or give --allow-anonymous."
        )
    settings = _sign_in_settings(sign_in, trusted_proxy or [], user_field, role_field, groups_field)
    channels = _alerts_file(alerts)
    _check_port(address, port)
    options = {"server.port": port, "server.address": address, "logger.level": "error" if quiet else "info"}
    if public_name:
        options["browser.serverAddress"] = public_name
    command = [sys.executable, "-m", "indexer.ui.server"]
    command += [f"--option={name}={value}" for name, value in options.items()]
    command += ["--mcp-writes"] if mcp_write else []
    command += ["--asks-for-token"] if require_token else []
    environment = {**os.environ, "PLANCITE_LIBRARY": library, "PLANCITE_SIGN_IN": settings, **channels}
    if os.name == "posix":  # in the place of this process, so that signals reach the server
        os.execve(command[0], command, environment)
    raise typer.Exit(subprocess.run(command, env=environment, check=False).returncode)


@app.command()
def mcp(
    library: LibraryOption = "index",
    write: Annotated[bool, typer.Option("--write", help="Let the assistant add and remove plans, too.")] = False,
    quiet: QuietOption = False,
) -> None:
    """Serve the library to an assistant on this machine by MCP, over standard input and output."""
    try:
        from indexer.api.mcp import make_server
    except ImportError as error:
        raise IndexerError(missing_extra(error)) from error
    with open_library(library, quiet=quiet) as opened:
        make_server(lambda: opened, write=write).run()


def _sign_in_settings(mode: Mode, proxies: list[str], user: str | None, role: str, groups: str) -> str:
    """The settings as the server reads them; "" where nobody signs in. Raises IndexerError for those that make none."""
    if mode is Mode.NONE:
        if proxies or user or role or groups:
            raise IndexerError("Nobody signs in without --sign-in proxy or --sign-in oidc. Give one of them.")
        return ""
    from indexer.api.sign_in import SignInSettings, check_provider, settings_text

    if mode is Mode.OIDC and not find_spec("authlib"):
        raise IndexerError("Sign-in at a provider needs Authlib. Install it with: pip install 'plancite[oidc]'")
    if mode is Mode.OIDC and "STREAMLIT_SECRETS_FILES" not in os.environ:  # else they are in files of another place
        check_provider(Path(".streamlit", "secrets.toml"), Path.home() / ".streamlit" / "secrets.toml")
    named = user or ("email" if mode is Mode.OIDC else "X-Remote-User")
    return settings_text(SignInSettings(mode, tuple(proxies), named, role, groups))


def _alerts_file(alerts: Path | None) -> dict[str, str]:
    """The variable that names the file of channels to the server, if there is one. Raises IndexerError."""
    if alerts is None:
        return {}
    from indexer.delivery.settings import VARIABLE, read_settings

    read_settings(alerts)
    return {VARIABLE: str(alerts.absolute())}


def _check_port(address: str, port: int) -> None:
    """Raise IndexerError unless the server can listen on ``port`` of ``address``."""
    try:
        places = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise IndexerError(f"There is no address {address} ({error.strerror}). Check --address.") from error
    errors: list[OSError] = []
    for family, kind, protocol, _, place in places:
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(place)
            except OSError as error:
                errors.append(error)
    if any(error.errno == errno.EADDRINUSE for error in errors):
        raise IndexerError(f"Port {port} is in use. Choose another with --port, or stop what uses it.")
    if len(errors) == len(places):
        raise IndexerError(f"The server cannot listen on {address}, port {port} ({errors[0].strerror}). Choose others.")


@app.command()
def check(library: LibraryOption = "index", quiet: QuietOption = False) -> None:
    """Check the library for damage; exit code 0 if there is none."""
    with open_library(library, quiet=quiet) as opened:
        problems = opened.check()
    for problem in problems:
        print(problem)
    if problems:
        raise typer.Exit(SOME_FAILED)
    if not quiet:
        print("The library is sound.")


@app.command()
def doctor(library: LibraryOption = "index", quiet: QuietOption = False) -> None:
    """Show versions, model and library, and whether they work together."""
    from indexer.library.diagnosis import diagnose

    sound = True
    for ok, line in diagnose(library, note(quiet)):
        print(("ok    " if ok else "wrong ") + line)
        sound = sound and ok
    if not sound:
        raise typer.Exit(SOME_FAILED)


@app.command()
def rebuild(
    library: LibraryOption = "index", model: ModelOption = None, yes: YesOption = False, quiet: QuietOption = False
) -> None:
    """Chunk and embed every plan again, with another model if given.

    Where the library has questions of its own (plancite eval), another model is tried on a copy first; if it answers
    them worse, the switch needs a yes.
    """
    from indexer.cli.evaluating import ask_before_switch
    from indexer.library.judgements import judgements_file

    with open_library(library, quiet=quiet) as opened, progress_bar(quiet) as progress:
        if model is not None and judgements_file(opened.backend).exists():
            ask_before_switch(opened, model, progress, note(quiet), yes=yes)
        opened.rebuild(model, progress)
    if not quiet:
        print("Rebuilt.")


@app.command()
def backup(
    folder: Annotated[Path, typer.Argument(help="Where backups are kept; each gets a dated folder of its own.")],
    keep: Annotated[
        int | None, typer.Option(min=1, help="Delete older backups there, except for this many of the latest.")
    ] = None,
    library: LibraryOption = "index",
    quiet: QuietOption = False,
) -> None:
    """Back up a library, also while it is served; every hash is compared."""
    from indexer.library.backup import back_up

    with open_library(library, quiet=quiet) as opened, count_bar(quiet) as progress:
        made = back_up(opened.backend, folder, keep=keep, progress=progress)
    print(made)


@app.command()
def copy(
    source: Annotated[str, typer.Argument(metavar="FROM", help="The library to copy: its folder or URI.")],
    target: Annotated[str, typer.Argument(metavar="TO", help="The copy: a new folder, or a URI of Milvus.")],
    quiet: QuietOption = False,
) -> None:
    """Copy a library to a folder or to Milvus without embedding again; an interrupted copy continues."""
    from indexer.library.copying import copy_library
    from indexer.storage import open_backend

    opened = open_backend(source, notify=note(quiet))
    made = None
    try:
        made = open_backend(target, create=True, notify=note(quiet))
        with count_bar(quiet) as progress:
            copied = copy_library(opened, made, progress)
    finally:
        opened.close()
        if made:
            made.close()
    if not quiet:
        print(
            f"{copied.plans} plans, {copied.passages:,} passages, {copied.versions} earlier versions and "
            f"{copied.questions} saved questions are in {target}, {copied.added} plans new; counts and hashes agree."
        )
