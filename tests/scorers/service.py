"""A scoring service for tests: real sockets, answers by the protocol, faults on demand."""

from __future__ import annotations

import base64
import io
import json
import math
import threading
import time
from collections.abc import Callable
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

import numpy as np
from PIL import Image

from blackcamo.types import Pixels

Fault = Callable[["Handler"], None]
Measure = Callable[[Pixels], float]


def brightness(image: Pixels) -> float:
    """0-100."""
    return float(image.mean() / 2.55)


class Handler(BaseHTTPRequestHandler):
    """Scores by mean brightness; the service's next fault, if there is one, replaces that."""

    server: _Server
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        service = self.server.service
        body = self.rfile.read(int(self.headers["content-length"]))
        images = [
            np.asarray(Image.open(io.BytesIO(base64.b64decode(text))))
            for text in json.loads(body)["images"]
        ]
        with service.lock:
            service.times.append(time.monotonic())
            service.sizes.append(len(images))
            service.headers.append(dict(self.headers.items()))
            service.paths.append(self.path)
            fault = service.faults.pop(0) if service.faults else None
            if fault is None and service.bucket is not None:
                fault = service.bucket.refuse(len(images))
            service.answered += len(images) if fault is None else 0
        if fault is not None:
            fault(self)
            return
        self.answer({"scores": [service.measure(image) for image in images]})

    def answer(self, value: Any, *, status: int = 200, **headers: str) -> None:
        self.raw(json.dumps(value).encode(), status=status, **headers)

    def raw(self, content: bytes, *, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        self.send_header("content-length", str(len(content)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Keep quiet."""


class Bucket:
    """Lets ``size`` images through at once, and as many more in ``per_s`` seconds.

    Args:
        form: how a refusal says when to come back: seconds, fraction or date.
    """

    def __init__(self, size: int, per_s: float, form: str) -> None:
        self.size, self.rate, self.form = size, size / per_s, form
        self.tokens, self.at = float(size), time.monotonic()
        self.refusals = 0

    def refuse(self, images: int) -> Fault | None:
        """The refusal of a request of so many images, None if they are let through."""
        now = time.monotonic()
        self.tokens = min(self.tokens + (now - self.at) * self.rate, self.size)
        self.at = now
        if images <= self.tokens:
            self.tokens -= images
            return None
        self.refusals += 1
        wait_s = (images - self.tokens) / self.rate
        said = {
            "seconds": f"{math.ceil(wait_s)}",
            "fraction": f"{wait_s:.2f}",
            # As programs do: whole seconds, the rest cut off.
            "date": formatdate(time.time() + wait_s, usegmt=True),
        }[self.form]
        return lambda handler: handler.answer({"error": "slow down"}, status=429, retry_after=said)


class _Server(ThreadingHTTPServer):
    service: Service

    def handle_error(self, *_: Any) -> None:
        """A client that went away after its timeout is expected here."""


class Service:
    """Runs while the context lasts; counts images as they arrive."""

    def __init__(self, *, port: int = 0, measure: Measure = brightness) -> None:
        self.measure = measure
        self.lock = threading.Lock()
        self.sizes: list[int] = []
        self.times: list[float] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.faults: list[Fault | None] = []
        self.bucket: Bucket | None = None
        self.answered = 0
        self._server = _Server(("127.0.0.1", port), Handler)
        self._server.service = self
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/score"

    @property
    def images(self) -> int:
        """Images received so far."""
        return sum(self.sizes)

    def __enter__(self) -> Service:
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
