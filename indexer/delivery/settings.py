"""The administrator's file of channels -> the channels; no other place names an address."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path

import msgspec

from indexer.delivery import Channel
from indexer.delivery.mail import Mail, Tls
from indexer.delivery.webhook import Webhook, read_secret
from indexer.errors import IndexerError

#: The environment variable in which a server finds the file; those of secrets that are in no file.
VARIABLE = "PLANCITE_ALERTS"
WEBHOOK_SECRET, MAIL_PASSWORD = "PLANCITE_WEBHOOK_SECRET", "PLANCITE_MAIL_PASSWORD"


class _Webhook(msgspec.Struct, forbid_unknown_fields=True):
    url: str
    secret_file: str = ""


class _Mail(msgspec.Struct, forbid_unknown_fields=True, rename={"sender": "from", "recipients": "to"}):
    server: str
    sender: str
    recipients: list[str]
    port: int = 587
    tls: Tls = Tls.STARTTLS
    user: str = ""
    password_file: str = ""


class _File(msgspec.Struct, forbid_unknown_fields=True):
    webhook: _Webhook | None = None
    mail: _Mail | None = None
    pages: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """The channels of alerts, and the address of the pages as they see it, "" where the file does not say."""

    channels: tuple[Channel, ...] = ()
    pages: str = ""


def read_settings(path: Path) -> Settings:
    """What a file says. Raises IndexerError for one that cannot be read, or that names no recipient or no secret."""
    try:
        given = msgspec.convert(tomllib.loads(path.read_text("utf-8")), _File)
    except (OSError, ValueError, msgspec.ValidationError) as error:
        raise IndexerError(f"The channels in {path} cannot be read ({error}). See docs/operating.md.") from error
    channels: list[Channel] = []
    if hook := given.webhook:
        secret = _secret(WEBHOOK_SECRET, path, hook.secret_file, "secret_file of [webhook]")
        channels.append(Webhook(hook.url, read_secret(secret)))
    if mail := given.mail:
        password = _secret(MAIL_PASSWORD, path, mail.password_file, "password_file of [mail]") if mail.user else ""
        channels.append(
            Mail(mail.server, mail.port, mail.sender, tuple(mail.recipients), mail.tls, mail.user, password)
        )
    return Settings(tuple(channels), given.pages.rstrip("/"))


def settings_from_environment() -> Settings:
    """What the file that ``VARIABLE`` names says; no channels where it is not set. Raises IndexerError."""
    path = os.environ.get(VARIABLE)
    return read_settings(Path(path)) if path else Settings()


def _secret(variable: str, path: Path, file: str, what: str) -> str:
    """A secret: the environment's, else that of a file, named from the folder of the file of channels."""
    if variable in os.environ:
        return os.environ[variable].strip()
    if not file:
        raise IndexerError(f"{path} names no secret. Set {variable}, or name a file that holds it: {what}.")
    try:
        return (path.parent / file).read_text("utf-8").strip()
    except (OSError, ValueError) as error:
        raise IndexerError(f"The {what} cannot be read ({error}). Check its name and permissions.") from error
