from __future__ import annotations

import datetime as dt
import traceback
from typing import TYPE_CHECKING, Any

import pytest

from ductape_sync import ConfigurationError, Ductape
from ductape_sync.config import Config
from ductape_sync.secret import Secret

if TYPE_CHECKING:
    from pathlib import Path

KEY = "dsk_the-key-of-these-tests"


def config(**settings: Any) -> Config:
    key = settings.pop("access_key", KEY)
    return Config(Secret(key), **({"product": "shop", "env": "dev"} | settings))


@pytest.mark.parametrize(
    ("missing", "variable"),
    [("access_key", "DUCTAPE_ACCESS_KEY"), ("product", "DUCTAPE_PRODUCT"), ("env", "DUCTAPE_ENV")],
)
def test_a_missing_setting_is_named_with_its_argument_and_its_variable(missing: str, variable: str) -> None:
    settings = {"access_key": KEY, "product": "shop", "env": "dev"}
    del settings[missing]
    with pytest.raises(
        ConfigurationError, match=f"pass {missing}=… or set the environment variable {variable}"
    ):
        Ductape(**settings)  # type: ignore[arg-type]


def test_variables_stand_in_for_arguments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUCTAPE_ACCESS_KEY", KEY)
    monkeypatch.setenv("DUCTAPE_PRODUCT", "bank")
    monkeypatch.setenv("DUCTAPE_ENV", "prod")
    monkeypatch.setenv("DUCTAPE_BASE_URL", "https://api.example.com")
    monkeypatch.setenv("DUCTAPE_WS_URL", "wss://events.example.com/v1/events")
    settings = Config()
    assert settings.access_key.reveal() == KEY
    assert (settings.product, settings.env) == ("bank", "prod")
    assert settings.api_url == "https://api.example.com/v1"
    assert settings.ws_url == "wss://events.example.com/v1/events"


def test_an_argument_wins_over_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUCTAPE_PRODUCT", "bank")
    monkeypatch.setenv("DUCTAPE_BASE_URL", "https://api.example.com")
    settings = config(product="shop", base_url="http://127.0.0.1:1234")
    assert (settings.product, settings.base_url) == ("shop", "http://127.0.0.1:1234")


@pytest.mark.parametrize(
    ("base_url", "api_url", "ws_url"),
    [
        (None, "http://127.0.0.1:7711/v1", "ws://127.0.0.1:7711/v1/events"),
        ("https://d.example.com/", "https://d.example.com/v1", "wss://d.example.com/v1/events"),
        ("https://d.example.com/v1/", "https://d.example.com/v1", "wss://d.example.com/v1/events"),
        (
            "https://example.com/ductape",
            "https://example.com/ductape/v1",
            "wss://example.com/ductape/v1/events",
        ),
        ("HTTP://[::1]:7711", "http://[::1]:7711/v1", "ws://[::1]:7711/v1/events"),
    ],
)
def test_the_base_url_leads_to_the_api_and_the_events(
    base_url: str | None, api_url: str, ws_url: str
) -> None:
    settings = config(base_url=base_url)
    assert (settings.api_url, settings.ws_url) == (api_url, ws_url)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"product": "shop\n"}, "the product .product or DUCTAPE_PRODUCT. must be printable ASCII"),
        ({"product": " shop"}, "the product"),
        ({"env": "größe"}, "the environment"),
        ({"env": 7}, "the environment"),
        ({"base_url": "localhost:7711"}, "base_url .or DUCTAPE_BASE_URL. must look like http://host:port"),
        ({"base_url": "ftp://host"}, "base_url"),
        ({"base_url": "http://"}, "base_url"),
        ({"base_url": "http://host:port"}, "base_url"),
        ({"base_url": "http://host:0"}, "base_url"),
        ({"base_url": "http://host:99999"}, "base_url"),
        ({"base_url": "http://[::1"}, "base_url"),
        ({"base_url": "http://host/?a=1"}, "base_url"),
        ({"base_url": "http://ho st"}, "base_url"),
        ({"base_url": "http://host\r\nX-Evil: 1"}, "base_url"),
        ({"base_url": 7711}, "base_url"),
        ({"base_url": "http://user:pw@host"}, "without a user or password in it"),
        ({"ws_url": "http://host"}, "ws_url .or DUCTAPE_WS_URL. must look like ws://host:port"),
        ({"timeout": -1}, "timeout must not be negative"),
        ({"timeout": 0}, "timeout must be more than 0 seconds; None means without a limit"),
        ({"timeout": "30"}, "timeout must be seconds"),
        ({"timeout": float("nan")}, "timeout must be seconds"),
        ({"retry_attempts": -1}, "retry_attempts must be 0 or more, not -1"),
        ({"retry_attempts": True}, "retry_attempts"),
        ({"retry_attempts": 1.5}, "retry_attempts"),
        ({"headers": {"X Bad": "1"}}, "headers has a name that is not one: 'X Bad'"),
        ({"headers": {"X-Team": "a\nb"}}, "headers.'X-Team'. must be printable ASCII without line breaks"),
        ({"headers": {"X-Team": 1}}, "headers.'X-Team'."),
        ({"headers": [1]}, "headers must be a dict of values by name, not .1."),
        ({"proxies": "http://user:secret@proxy"}, "proxies must be a dict of URLs by scheme, such as"),
        ({"proxies": {"http": 5}}, "proxies must be"),
        ({"verify": 5}, "verify must be True, False or the path of a CA bundle, not 5"),
        ({"cert": 5}, "cert must be the path of a file, or a pair of paths"),
        ({"cert": ("a", "b", "c")}, "cert must be"),
        ({"cert": ("a", 1)}, "cert must be"),
        ({"headers": {"authorization": "Basic x"}}, "headers must not set authorization: the client sets it"),
        ({"verify": "/no/such/bundle.pem"}, "a file that does not exist: /no/such/bundle.pem"),
        (
            {"cert": ("/no/such/cert.pem", "/no/such/key.pem")},
            "a file that does not exist: /no/such/cert.pem",
        ),
    ],
)
def test_a_setting_that_cannot_be_is_refused_with_its_name(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        config(**settings)


def test_a_password_in_the_base_url_is_not_shown() -> None:
    with pytest.raises(ConfigurationError) as caught:
        config(base_url="http://user:hunter2@host")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("key", [f"{KEY}\n", f"{KEY}\r\nX-Evil: 1", f" {KEY}", f"{KEY} {KEY}", f"{KEY}é"])
@pytest.mark.parametrize("given", ["argument", "variable"])
def test_a_key_that_cannot_be_is_refused_without_being_shown(
    key: str, given: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if given == "variable":
        monkeypatch.setenv("DUCTAPE_ACCESS_KEY", key)
    with pytest.raises(
        ConfigurationError, match="must be printable ASCII without blanks and line breaks"
    ) as caught:
        Ductape(key if given == "argument" else None, "shop", "dev")
    ours = caught.value.with_traceback(caught.value.__traceback__.tb_next)  # type: ignore[union-attr]
    shown = traceback.TracebackException.from_exception(ours, capture_locals=True)
    assert KEY not in "".join(shown.format())


def test_a_key_of_another_type_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="access key"):
        Ductape(b"dsk_bytes", "shop", "dev")  # type: ignore[arg-type]


def test_times_can_be_given_as_timedelta() -> None:
    assert config(timeout=dt.timedelta(minutes=1)).timeout == 60.0
    assert config(timeout=None).timeout is None


def test_certificates_that_exist_are_taken(tmp_path: Path) -> None:
    bundle = tmp_path / "ca.pem"
    bundle.touch()
    settings = config(verify=str(bundle), cert=(str(bundle), str(bundle)))
    assert (settings.verify, settings.cert) == (str(bundle), (str(bundle), str(bundle)))


def test_headers_of_the_user_replace_those_of_the_client_in_any_case() -> None:
    assert config(headers={"user-agent": "shop/1", "X-TEAM": "a"}).headers == {
        "User-Agent": "shop/1",
        "X-Team": "a",
    }
