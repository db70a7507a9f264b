"""What of a service's URL is shown, kept, and sent by whom."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from blackcamo.errors import OptionError, OutputError
from blackcamo.scorers.address import Address, public_spec

PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of the test's own, and no proxy but the test's."""
    monkeypatch.setenv("BLACKCAMO_HOME", str(tmp_path / "home"))
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    return tmp_path / "home"


def test_only_the_query_and_the_fragment_are_kept_back() -> None:
    address = Address.of("https://Host:8443/v1/score?key=s3cr3t&model=a#part")
    assert address.shown == public_spec(address.shown) == "https://host:8443/v1/score"
    assert (address.origin, address.query) == ("https://host:8443", "key=s3cr3t&model=a")
    assert Address.of("http://[::1]:80/a").shown == "http://[::1]:80/a"
    assert "s3cr3t" not in repr(address)


def test_the_digest_tells_services_apart_and_nothing_of_the_query(
    at_home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    plain = Address.of("https://host/").digest
    assert not at_home.exists(), "no query, no key"
    one, other = (Address.of(f"https://host/?key={n}").digest for n in (1, 2))
    assert len({one, other, plain}) == 3
    assert Address.of("https://host/?key=1").digest == one
    (key,) = at_home.iterdir()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    monkeypatch.setenv("BLACKCAMO_HOME", str(tmp_path / "another user's"))
    assert Address.of("https://host/?key=1").digest != one, "it could be tried out"
    assert Address.of("https://host/").digest == plain


def test_a_key_that_cannot_be_kept_is_said(at_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at_home.mkdir()
    (at_home / "identity.key").write_bytes(b"short")
    with pytest.raises(OutputError, match="has 5 bytes and not 32; delete it"):
        _ = Address.of("https://host/?a").digest
    monkeypatch.setenv("BLACKCAMO_HOME", "/proc/nothing")
    with pytest.raises(
        OutputError, match=r"hides the query .* BLACKCAMO_HOME, or send .* auth_env"
    ):
        _ = Address.of("https://host/?a").digest


@pytest.mark.parametrize(
    "url",
    [
        "http://me:s3cr3t@host/",
        "http://me:s3cr3t@/",
        "http://s3cr3t@host/",
        "http://me:s3cr3t@host:port/",
        "http://me:s3cr3t@ho\u2100st/",
        "http://[me:s3cr3t@host/",
        "http:?s3cr3t",
        "http:///a?s3cr3t",
    ],
)
def test_a_refused_url_shows_no_secret(url: str) -> None:
    with pytest.raises(OptionError) as caught:
        Address.of(url)
    assert "s3cr3t" not in str(caught.value)


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("localhost", True),
        ("my.localhost", True),
        ("127.0.0.1", True),
        ("127.8.9.1", True),
        ("[::1]", True),
        ("[::ffff:127.0.0.1]", True),
        ("localhost.example", False),
        ("127.0.0.1.example", False),
        ("10.0.0.1", False),
        ("[::ffff:10.0.0.1]", False),
        ("example", False),
    ],
)
def test_what_this_machine_is(host: str, here: bool) -> None:
    assert Address.of(f"http://{host}/").loopback is here


@pytest.mark.parametrize(
    ("url", "credentials", "by"),
    [
        ("http://host/", False, "http://proxy:1"),
        ("https://host/", False, "http://proxy:2"),
        # A tunnel: the proxy reads nothing.
        ("https://host/?key=s3cr3t", True, "http://proxy:2"),
        ("http://host/?key=s3cr3t", False, None),
        ("http://host/", True, None),
        ("http://127.0.0.1:8000/", False, None),
        ("http://localhost/", True, None),
        ("https://[::1]/", False, None),
        ("http://spared/", False, None),
    ],
)
def test_proxies_get_nothing_that_they_could_read(
    url: str, credentials: bool, by: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://proxy:1")
    monkeypatch.setenv("https_proxy", "proxy:2")
    monkeypatch.setenv("no_proxy", "spared")
    assert Address.of(url).proxy(credentials=credentials) == by
