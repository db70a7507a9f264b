"""``http://...`` and ``https://...``: a service as a scorer, by a small protocol.

A request posts ``{"images": ["<base64 of a PNG>", ...]}`` as JSON, the service answers with a
status of success and ``{"scores": [61.5, null, ...]}``, one number per image in order and null for
a picture that it cannot score. docs/scorers.md has a service in a dozen lines.
"""

from __future__ import annotations

import base64
import json
import logging
import os
import string
import time
import weakref
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from blackcamo.errors import OptionError, ScorerError, ScorerUnavailableError
from blackcamo.extras import import_extra
from blackcamo.scorers.address import Address
from blackcamo.scorers.base import extra_int, score_scorable
from blackcamo.scorers.foreign import declare_foreign, extra_float, number, png
from blackcamo.scorers.pace import paces, retry_after_s
from blackcamo.types import NoScore, Pixels, ScorerOptions

if TYPE_CHECKING:
    import httpx

_EXTRA = ("auth_env", "auth_header", "backoff_s", "batch", "rate", "retries", "timeout_s", "wait_s")
_MOST_BACKOFF_S: Final = 60.0
_WORTH_SAYING_S: Final = 5.0
_TRANSIENT: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Status codes after which the same request may succeed; all others say that it will not."""
_BUSY: Final = 429

_log = logging.getLogger(__name__)


class _Unanswered(Exception):  # noqa: N818 - an outcome, told to the caller as ScorerError
    """A request without usable answer.

    Args:
        again: another try could help.
        wait_s: for so long the service wants to be left alone.
        closed: it has nothing to do with the pictures that were sent.
    """

    def __init__(
        self, reason: str, *, again: bool = False, wait_s: float = 0.0, closed: bool = False
    ) -> None:
        super().__init__(reason)
        self.again, self.wait_s, self.closed = again, wait_s, closed


class Service:
    """A scoring service. Every image sent counts as a query, also when it is sent again.

    Args:
        url: where to post; without user name and password.
        options: range, threshold and direction; extra ``timeout_s`` (of one request, 30),
            ``batch`` (most images per request, 16), ``retries`` (2), ``backoff_s`` (wait before
            the first retry, 0.5; doubles with each), ``wait_s`` (longest pause that the service
            may ask for, 300), ``rate`` (most images per second, 0: no limit), ``auth_env``
            (environment variable whose value is sent as authentication) and ``auth_header`` (in
            this header, "Authorization").

    Raises:
        OptionError: no such URL, or an option out of its bounds.
        OutputError: the key that hides a query of the URL cannot be kept.
        MissingExtraError: httpx is not installed.
    """

    def __init__(self, url: str, options: ScorerOptions) -> None:
        address = Address.of(url)
        self.info = declare_foreign(address.shown, address.digest, options, known=_EXTRA)
        headers = _authentication(address, options)
        self._timeout_s = extra_float(options, "timeout_s", default=30, low=0.01, high=3600)
        self._batch = extra_int(options, "batch", default=16, low=1, high=1024)
        self._retries = extra_int(options, "retries", default=2, low=0, high=10)
        self._backoff_s = extra_float(
            options, "backoff_s", default=0.5, low=0, high=_MOST_BACKOFF_S
        )
        self._wait_s = extra_float(options, "wait_s", default=300, low=0, high=86400)
        self._rate = extra_float(options, "rate", default=0, low=0, high=1e6)
        self._httpx: Any = import_extra("httpx", extra="http", who=f"scorer {address.shown!r}")
        self._url = address.shown
        self._client: httpx.Client = _client(
            self._httpx, address, headers=headers, timeout_s=self._timeout_s
        )
        weakref.finalize(self, self._client.close)
        self._pace = paces[address.origin]
        self._permit: Callable[[int], bool] = lambda _: True
        self._wait: Callable[[float], None] = time.sleep

    @property
    def most_images(self) -> int:
        """How many images one request carries at most."""
        return self._batch

    def permit_retries(self, permit: Callable[[int], bool]) -> None:
        """Ask ``permit(n)`` before n images are sent again; False means the budget is spent."""
        self._permit = permit

    def wait_with(self, wait: Callable[[float], None]) -> None:
        """Call ``wait(seconds)`` for every pause; what that raises ends the call that waits."""
        self._wait = wait

    def pause_s(self) -> float:
        """Seconds until something may be sent: as the service asked, and the option ``rate``.

        Raises:
            ScorerUnavailableError: the service asked for more than ``wait_s``.
        """
        asked = self._pace.paused_s
        if asked > self._wait_s:
            raise ScorerUnavailableError(
                f"scorer {self.info.name!r} asks to be left alone for {asked:.0f} s, longer than "
                f"its option wait_s ({self._wait_s:g}) allows"
            )
        return self._pace.due_s()

    def score(self, images: Sequence[Pixels], *, reference: bool = False) -> Sequence[float]:
        """One number per image; NaN for the images of a request that stays without an answer.

        Raises:
            ScorerError: no request of this call was answered; says why the last one was not.
        """
        step = 1 if reference else self._batch
        scores: list[float] = []
        answered = not images
        for start in range(0, len(images), step):
            part = images[start : start + step]
            try:
                scores += score_scorable(part, self._request)
                answered = True
            except ScorerError as error:
                closed = isinstance(error, ScorerUnavailableError)
                last = start + step >= len(images)
                if not answered and (closed or last):
                    raise
                without = len(images) - start if closed else len(part)
                scores += [NoScore(str(error))] * without
                if closed:
                    break
        return scores

    def _request(self, images: list[Pixels]) -> list[float]:
        encoded = [base64.b64encode(png(image)).decode("ascii") for image in images]
        body = json.dumps({"images": encoded}).encode()
        failure: _Unanswered | None = None
        attempt = 0
        while True:
            while not self._pace.take(len(images), self._rate):
                self._wait(self.pause_s())
            if failure is not None and not self._permit(len(images)):
                raise self._error(failure, "; the budget allows no retry") from failure
            try:
                return self._post(body, images=len(images))
            except _Unanswered as unanswered:
                failure = unanswered
            again = failure.again and attempt < self._retries
            own_s = min(self._backoff_s * 2**attempt, _MOST_BACKOFF_S) if again else 0.0
            # What the service asks for is kept by all who ask it, also after the last attempt.
            self._pace.pause(max(failure.wait_s, own_s))
            if failure.wait_s >= _WORTH_SAYING_S:
                _log.warning("%s asks to wait %.0f s", self.info.name, failure.wait_s)
            if not again:
                raise self._error(failure) from failure
            attempt += 1

    def _error(self, failure: _Unanswered, more: str = "") -> ScorerError:
        kind = ScorerUnavailableError if failure.closed else ScorerError
        return kind(f"scorer {self.info.name!r}: {failure}{more}")

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
                if not answer.is_success:
                    raise _refusal(answer)
                for chunk in answer.iter_bytes():
                    content += chunk
                    if len(content) > most:
                        raise _Unanswered(f"the answer is longer than {most} bytes")
                    if time.monotonic() > deadline:
                        raise late
        except self._httpx.TimeoutException:
            raise late from None
        except (self._httpx.ConnectError, self._httpx.ProxyError):
            raise _Unanswered(
                "cannot connect; is the service running?", again=True, closed=True
            ) from None
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


def _client(
    library: Any, address: Address, *, headers: dict[str, str], timeout_s: float
) -> httpx.Client:
    """A client for one service, whose requests show no query to logs and exceptions."""
    try:
        inner = library.HTTPTransport(proxy=address.proxy(credentials=bool(headers)))
        library.URL(address.shown)
    except (library.InvalidURL, ValueError, ImportError) as error:
        raise OptionError(
            f"the URL of scorer {address.shown!r} or the proxy that the environment names for it "
            f"cannot be used ({type(error).__name__})"
        ) from None
    query = address.query.encode()

    class Transport:
        """Adds the query where nobody writes URLs down any more."""

        def handle_request(self, request: httpx.Request) -> httpx.Response:
            sent = library.Request(
                request.method,
                request.url.copy_with(query=query or None),
                headers=request.headers,
                stream=request.stream,
                extensions=request.extensions,
            )
            answer: httpx.Response = inner.handle_request(sent)
            return answer

        def close(self) -> None:
            inner.close()

    client: httpx.Client = library.Client(
        transport=Transport(), headers=headers, timeout=timeout_s, trust_env=False
    )
    return client


def _authentication(address: Address, options: ScorerOptions) -> dict[str, str]:
    variable = options.extra.get("auth_env")
    header = options.extra.get("auth_header", "Authorization")
    if variable is None:
        if "auth_header" in options.extra:
            raise OptionError("scorer option auth_header needs auth_env, which names the variable")
        return {}
    secret = os.environ.get(variable, "")
    if not secret:
        raise OptionError(f"the environment variable {variable!r} (option auth_env) is not set")
    if not (secret.isascii() and secret.isprintable()):
        raise OptionError(
            f"the environment variable {variable!r} holds characters that no header can have; "
            "it must be printable ASCII on one line"
        )
    if not header or not set(header) <= set(string.ascii_letters + string.digits + "-_"):
        raise OptionError(f"scorer option auth_header is {header!r}, which is no header's name")
    if not (address.encrypted or address.loopback):
        raise OptionError(
            f"authentication would go to {address.host!r} unencrypted; use https://, "
            "or a service on this machine"
        )
    return {header: secret}


def _refusal(answer: httpx.Response) -> _Unanswered:
    """The meaning of an answer with a status of no success."""
    code, wait_s = answer.status_code, retry_after_s(answer.headers)
    again = code in _TRANSIENT
    busy = ", too many requests" if code == _BUSY else ""
    return _Unanswered(
        f"the service answered with status {code}{busy}",
        again=again,
        wait_s=wait_s if again else 0.0,
        closed=code == _BUSY or (again and wait_s > 0),
    )
