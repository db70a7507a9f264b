"""``http://...`` and ``https://...``: a service as a scorer, by a small protocol.

A request posts ``{"images": ["<base64 of a PNG>", ...]}`` as JSON, the service answers with
status 200 and ``{"scores": [61.5, null, ...]}``, one number per image in order and null for a
picture that it cannot score. docs/scorers.md has a service in a dozen lines.
"""

from __future__ import annotations

import base64
import json
import math
import os
import string
import time
import weakref
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from blackcamo.errors import OptionError, ScorerError
from blackcamo.extras import import_extra
from blackcamo.scorers.base import extra_int, score_scorable, sha256
from blackcamo.scorers.foreign import declare_foreign, extra_float, number, png
from blackcamo.types import Pixels, ScorerOptions

if TYPE_CHECKING:
    import httpx

_EXTRA = ("auth_env", "auth_header", "backoff_s", "batch", "rate", "retries", "timeout_s")
_LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")
_MOST_WAIT_S: Final = 60.0
_TRANSIENT: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Status codes after which the same request may succeed; all others say that it will not."""


class _Unanswered(Exception):  # noqa: N818 - an outcome, told to the caller as ScorerError
    """A request without usable answer; ``again`` if another try could help, and when."""

    def __init__(self, reason: str, *, again: bool = False, wait_s: float = 0.0) -> None:
        super().__init__(reason)
        self.again, self.wait_s = again, wait_s


class Service:
    """A scoring service. Every image sent counts as a query, also when it is sent again.

    Args:
        url: where to post; without user name and password.
        options: range, threshold and direction; extra ``timeout_s`` (of one request, 30),
            ``batch`` (most images per request, 16), ``retries`` (2), ``backoff_s`` (wait before
            the first retry, 0.5; doubles with each), ``rate`` (most images per second, 0: no
            limit), ``auth_env`` (environment variable whose value is sent as authentication)
            and ``auth_header`` (in this header, "Authorization").

    Raises:
        OptionError: no such URL, or an option out of its bounds.
        MissingExtraError: httpx is not installed.
    """

    def __init__(self, url: str, options: ScorerOptions) -> None:
        shown = _shown(url)
        self.info = declare_foreign(shown, sha256(url.encode()), options, known=_EXTRA)
        headers = _authentication(url, options)
        self._timeout_s = extra_float(options, "timeout_s", default=30, low=0.01, high=3600)
        self._batch = extra_int(options, "batch", default=16, low=1, high=1024)
        self._retries = extra_int(options, "retries", default=2, low=0, high=10)
        self._backoff_s = extra_float(options, "backoff_s", default=0.5, low=0, high=_MOST_WAIT_S)
        self._rate = extra_float(options, "rate", default=0, low=0, high=1e6)
        self._httpx: Any = import_extra("httpx", extra="http", who=f"scorer {shown!r}")
        try:
            self._url = self._httpx.URL(url)
        except self._httpx.InvalidURL as error:
            raise OptionError(f"the URL of scorer {shown!r} is malformed ({error})") from error
        self._client: httpx.Client = self._httpx.Client(timeout=self._timeout_s, headers=headers)
        weakref.finalize(self, self._client.close)
        self._permit: Callable[[int], bool] = lambda _: True
        self._free_at = -math.inf

    def permit_retries(self, permit: Callable[[int], bool]) -> None:
        """Ask ``permit(n)`` before n images are sent again; False means the budget is spent."""
        self._permit = permit

    def score(self, images: Sequence[Pixels], *, reference: bool = False) -> Sequence[float]:
        """One number per image; NaN for the images of a request that stays without an answer.

        Raises:
            ScorerError: no request of this call was answered; says why the last one was not.
        """
        step = 1 if reference else self._batch
        scores: list[float] = []
        failures: list[_Unanswered] = []
        starts = range(0, len(images), step)
        for start in starts:
            part = images[start : start + step]
            try:
                scores += score_scorable(part, self._request)
            except _Unanswered as failure:
                failures.append(failure)
                scores += [math.nan] * len(part)
        if failures and len(failures) == len(starts):
            raise ScorerError(f"scorer {self.info.name!r}: {failures[-1]}")
        return scores

    def _request(self, images: list[Pixels]) -> list[float]:
        encoded = [base64.b64encode(png(image)).decode("ascii") for image in images]
        body = json.dumps({"images": encoded}).encode()
        attempt = 0
        while True:
            self._keep_rate(len(images))
            try:
                return self._post(body, images=len(images))
            except _Unanswered as failure:
                if not failure.again or attempt == self._retries:
                    raise
                if not self._permit(len(images)):
                    raise _Unanswered(f"{failure}; the budget allows no retry") from failure
                wait_s = max(self._backoff_s * 2**attempt, failure.wait_s)
            attempt += 1
            time.sleep(min(wait_s, _MOST_WAIT_S))

    def _keep_rate(self, images: int) -> None:
        """Wait until ``images`` more keep to the rate."""
        if self._rate == 0:
            return
        now = time.monotonic()
        time.sleep(max(0.0, self._free_at - now))
        self._free_at = max(now, self._free_at) + images / self._rate

    def _post(self, body: bytes, *, images: int) -> list[float]:
        # Messages are our own: those of httpx may hold headers, the service's may repeat them.
        deadline = time.monotonic() + self._timeout_s
        late = _Unanswered(
            f"no answer within {self._timeout_s:g} s; raise timeout_s or lower batch", again=True
        )
        headers = {"content-type": "application/json", "accept": "application/json"}
        most = 10_000 + 1_000 * images
        content = bytearray()
        try:
            with self._client.stream("POST", self._url, content=body, headers=headers) as answer:
                if answer.status_code != 200:
                    raise _refusal(answer)
                for chunk in answer.iter_bytes():
                    content += chunk
                    if len(content) > most:
                        raise _Unanswered(f"the answer is longer than {most} bytes")
                    if time.monotonic() > deadline:
                        raise late
        except self._httpx.TimeoutException:
            raise late from None
        except self._httpx.ConnectError:
            raise _Unanswered("cannot connect; is the service running?", again=True) from None
        except (self._httpx.HTTPError, self._httpx.StreamError) as error:
            raise _Unanswered(f"broken answer ({type(error).__name__})", again=True) from None
        return self._read(bytes(content), images=images)

    def _read(self, content: bytes, *, images: int) -> list[float]:
        try:
            scores = json.loads(content)["scores"]
        except (ValueError, KeyError, TypeError, RecursionError):
            scores = None
        if not isinstance(scores, list):
            raise _Unanswered('the answer is not {"scores": [...]}')
        if len(scores) != images:
            raise _Unanswered(f"the answer has {len(scores)} scores for {images} images")
        return [number(score) for score in scores]


def http(argument: str, options: ScorerOptions) -> Service:
    """A web service that is sent images and answers with scores (http://...)."""
    return Service(f"http:{argument}", options)


def https(argument: str, options: ScorerOptions) -> Service:
    """A web service, as with http, but encrypted (https://...)."""
    return Service(f"https:{argument}", options)


def _shown(url: str) -> str:
    """The URL without its query, which may hold a secret; refused with a password."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise OptionError(f"the scorer's URL is malformed ({error})") from error
    if not host:
        raise OptionError(f"scorer {url.partition('?')[0]!r} needs a host: http://HOST:PORT/PATH")
    if parts.username is not None or parts.password is not None:
        raise OptionError(
            f"the URL of the scorer at {host!r} holds a user name or password; "
            "put them into an environment variable and name it with the option auth_env"
        )
    at = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{at}{f':{port}' if port else ''}{parts.path}"


def _authentication(url: str, options: ScorerOptions) -> dict[str, str]:
    variable = options.extra.get("auth_env")
    header = options.extra.get("auth_header", "Authorization")
    if variable is None:
        if "auth_header" in options.extra:
            raise OptionError("scorer option auth_header needs auth_env, which names the variable")
        return {}
    secret = os.environ.get(variable, "")
    parts = urlsplit(url)
    if not secret:
        raise OptionError(f"the environment variable {variable!r} (option auth_env) is not set")
    if not (secret.isascii() and secret.isprintable()):
        raise OptionError(
            f"the environment variable {variable!r} holds characters that no header can have; "
            "it must be printable ASCII on one line"
        )
    if not header or not set(header) <= set(string.ascii_letters + string.digits + "-_"):
        raise OptionError(f"scorer option auth_header is {header!r}, which is no header's name")
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise OptionError(
            f"authentication would go to {parts.hostname!r} unencrypted; use https://, "
            "or a service on this machine"
        )
    return {header: secret}


def _refusal(answer: httpx.Response) -> _Unanswered:
    """What an answer with another status than 200 means."""
    code = answer.status_code
    wait = answer.headers.get("retry-after", "")
    return _Unanswered(
        f"the service answered with status {code}",
        again=code in _TRANSIENT,
        wait_s=float(wait) if wait.isdecimal() else 0.0,
    )
