"""Where a service is, and what of its URL may be shown, recorded and sent through a proxy.

The query of a URL may hold a secret (``?key=...``), so it is sent to the service and written
nowhere. Two services that differ in it alone are told apart by a digest under a key that never
leaves this user's data folder: from such a digest nobody can try out what the query was.
"""

from __future__ import annotations

import contextlib
import hmac
import ipaddress
import secrets
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from blackcamo.errors import OptionError, OutputError
from blackcamo.scorers.base import sha256
from blackcamo.scorers.python import function_spec
from blackcamo.types import ScoreFunction
from blackcamo.weights.store import home

_KEY = "identity.key"
_KEY_BYTES = 32


@dataclass(frozen=True, slots=True, repr=False)
class Address:
    """A service's URL in parts: what everybody may see, scheme and host of that, and its query.

    Raises:
        OptionError: it is malformed, or holds a user name or password.
    """

    shown: str
    origin: str
    query: str
    host: str
    encrypted: bool

    @classmethod
    def of(cls, url: str) -> Address:
        """The address that a URL names."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            # What Python says of it may hold the password.
            raise OptionError(
                "the scorer's URL is malformed; it must be http://HOST:PORT/PATH"
            ) from None
        if parts.username is not None or parts.password is not None:
            raise OptionError(
                "the scorer's URL holds a user name or password; "
                "put them into an environment variable and name it with the option auth_env"
            )
        if not host:
            raise OptionError(f"scorer {public_spec(url)!r} needs a host: http://HOST:PORT/PATH")
        at = f"[{host}]" if ":" in host else host
        origin = f"{parts.scheme}://{at}{f':{port}' if port else ''}"
        return cls(
            shown=f"{origin}{parts.path}",
            origin=origin,
            query=parts.query,
            host=host,
            encrypted=parts.scheme == "https",
        )

    @property
    def loopback(self) -> bool:
        """Whether the service is on this machine."""
        if self.host == "localhost" or self.host.endswith(".localhost"):
            return True
        try:
            found = ipaddress.ip_address(self.host)
        except ValueError:
            return False
        mapped = getattr(found, "ipv4_mapped", None) or found
        return bool(mapped.is_loopback)

    @property
    def digest(self) -> str:
        """The identity of this service.

        Raises:
            OutputError: the key that hides the query cannot be kept.
        """
        if not self.query:
            return sha256(self.shown.encode())
        hidden = hmac.digest(_key(), self.query.encode(), "sha256")
        return sha256(self.shown.encode(), hidden)

    def proxy(self, *, credentials: bool) -> str | None:
        """The proxy that the environment names for this service.

        There is none to this machine, and none that could read ``credentials`` or a query.
        """
        readable = not self.encrypted and (credentials or bool(self.query))
        if self.loopback or readable or proxy_bypass(self.host):
            return None
        proxies = getproxies()
        named = proxies.get("https" if self.encrypted else "http") or proxies.get("all")
        return f"http://{named}" if named and "://" not in named else named


def public_spec(spec: str | ScoreFunction) -> str:
    """A scorer's spec as it may be shown and recorded: a URL without its query, a callable's name.

    >>> public_spec("https://host/score?key=abc"), public_spec("python:model:score")
    ('https://host/score', 'python:model:score')
    """
    if not isinstance(spec, str):
        return function_spec(spec)
    if not spec.lower().startswith(("http:", "https:")):
        return spec
    return spec.partition("?")[0].partition("#")[0]


def _key() -> bytes:
    path = home() / _KEY
    try:
        if not path.exists():
            _make_key(path)
        key = path.read_bytes()
    except OSError as error:
        raise OutputError(
            f"cannot keep {path}, which hides the query of a scorer's URL: {error.strerror}; name "
            "a folder that you may write to in BLACKCAMO_HOME, or send the secret by auth_env"
        ) from error
    if len(key) != _KEY_BYTES:
        raise OutputError(f"{path} has {len(key)} bytes and not {_KEY_BYTES}; delete it")
    return key


def _make_key(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{secrets.token_hex(8)}.tmp")
    try:
        fresh.touch(mode=0o600, exist_ok=False)
        fresh.write_bytes(secrets.token_bytes(_KEY_BYTES))
        # Of two processes that come at once, one makes the key of both.
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(fresh)
    finally:
        fresh.unlink(missing_ok=True)
