"""A secret goes to the service that it is meant for, and nowhere else."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from blackcamo.errors import ScorerError
from blackcamo.scorers import load_scorer
from blackcamo.scorers.pace import paces
from blackcamo.types import ScorerOptions
from tests.scorers.service import Service

PICTURE = np.full((4, 4, 3), 255, np.uint8)


@pytest.fixture(autouse=True)
def _at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLACKCAMO_HOME", str(tmp_path))


class Proxy:
    """Writes down what it is sent, and passes nothing on."""

    def __init__(self) -> None:
        heard: list[bytes] = []

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                heard.append(self.request.recv(65536))
                self.request.sendall(b"HTTP/1.1 502 no\r\ncontent-length: 0\r\n\r\n")

        self.heard = heard
        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """The proxy that the environment names for everything."""
    paces.clear()
    made = Proxy()
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, made.url)
        monkeypatch.setenv(name.upper(), made.url)
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SERVICE_KEY", "Bearer s3cr3t")
    thread = threading.Thread(target=made.server.serve_forever, args=(0.01,))
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


def ask(url: str, **extra: str) -> float:
    options = ScorerOptions(extra={"retries": "0", "timeout_s": "5", **extra})
    return float(load_scorer(url, options).score([PICTURE])[0])


def test_no_proxy_stands_between_us_and_this_machine(proxy: Proxy) -> None:
    with Service() as service:
        assert ask(service.url, auth_env="SERVICE_KEY") == 100
        assert ask(service.url.replace("127.0.0.1", "localhost")) == 100
        assert service.headers[0]["Authorization"] == "Bearer s3cr3t"
    assert proxy.heard == []


def test_a_proxy_is_used_where_nothing_is_secret(proxy: Proxy) -> None:
    with pytest.raises(ScorerError, match="status 502"):
        ask("http://blackcamo.invalid/score")
    assert proxy.heard[0].startswith(b"POST http://blackcamo.invalid/score HTTP/1.1\r\n")


def test_a_secret_in_a_plain_url_goes_through_no_proxy(proxy: Proxy) -> None:
    with pytest.raises(ScorerError, match="cannot connect") as caught:
        ask("http://blackcamo.invalid/score?key=s3cr3t")
    assert proxy.heard == []
    assert "s3cr3t" not in repr(caught.value)


def test_a_tunnel_carries_secrets_and_shows_none(proxy: Proxy) -> None:
    with pytest.raises(ScorerError, match="cannot connect"):
        ask("https://blackcamo.invalid/score?key=s3cr3t", auth_env="SERVICE_KEY")
    assert proxy.heard[0].startswith(b"CONNECT blackcamo.invalid:443 HTTP/1.1\r\n")
    assert b"s3cr3t" not in b"".join(proxy.heard)


def test_a_query_reaches_the_service_and_no_log(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    paces.clear()
    caplog.set_level("DEBUG")
    with Service() as service:
        scorer = load_scorer(f"{service.url}?key=s3cr3t&model=a%20b")
        assert list(scorer.score([PICTURE])) == [100]
        assert service.paths == ["/score?key=s3cr3t&model=a%20b"]
        service.faults = [lambda handler: handler.answer({"error": handler.path}, status=400)]
        with pytest.raises(ScorerError, match="status 400") as caught:
            scorer.score([PICTURE])
    shown = [caplog.text, repr(caught.value), repr(scorer.info), repr(vars(scorer))]
    assert "HTTP Request: POST" in caplog.text
    assert not any("s3cr3t" in text for text in shown)
