from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ductape_sync.gateway.config import ConfigError, Limits, load
from ductape_sync.gateway.tenants import Tenant, hash_key, new_key

if TYPE_CHECKING:
    from pathlib import Path

HASH = "sha256:" + "a" * 64
TENANT = f'[[tenants]]\nproduct = "shop"\nenv = "prod"\nkeys = ["{HASH}"]\n'


def write(folder: Path, text: str) -> Path:
    path = folder / "gateway.toml"
    path.write_text(text)
    return path


def test_a_tenant_and_a_key_are_enough(tmp_path: Path) -> None:
    key = new_key()
    settings = load(write(tmp_path, TENANT.replace(HASH, hash_key(key))))
    assert settings.limits == Limits()
    found = settings.keys.find(key)
    assert found is not None
    assert found[1] == Tenant(product="shop", env="prod", namespace="default", task_queue="shop-prod")
    assert key not in found[0]
    assert settings.keys.find(key + "x") is None
    assert settings.keys.find("") is None


def test_everything_can_be_said(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("CA")
    (tmp_path / "key").write_text("secret-of-temporal\n")
    settings = load(
        write(
            tmp_path,
            f"""
            [server]
            public_url = "https://Ductape.example/"
            allowed_hosts = ["Gateway.internal"]
            allowed_origins = ["https://app.example:8443"]

            [temporal]
            api_key_file = "key"
            tls = {{ server_root_ca_cert = "ca.pem", domain = "temporal.internal" }}

            [limits]
            requests_per_second = 2.5
            burst = 10

            [[tenants]]
            product = "shop"
            env = "prod"
            namespace = "shop"
            task_queue = "orders"
            keys = ["{HASH}", "{HASH.replace("aa", "bb")}"]
            """,
        )
    )
    assert settings.public_url == "https://ductape.example"
    assert settings.allowed_hosts == {"gateway.internal"}
    assert settings.allowed_origins == {"https://app.example:8443"}
    assert settings.api_key == "secret-of-temporal"
    assert settings.tls is not None
    assert (settings.tls.server_root_ca_cert, settings.tls.domain) == (b"CA", "temporal.internal")
    assert (settings.limits.requests_per_second, settings.limits.burst) == (2.5, 10)
    assert list(settings.keys.tenants()) == [Tenant("shop", "prod", "shop", "orders")]
    assert "secret-of-temporal" not in repr(settings)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no tenant"),
        ("[[tenants", "not TOML"),
        ("tenants = 3", "tenants must be an array of tables, [[tenants]]"),
        ("tenants = [3]", "tenants must be an array of tables, [[tenants]]"),
        ('[[tenants]]\nenv = "prod"', "tenants[0].product is missing"),
        ('[[tenants]]\nproduct = 3\nenv = "prod"', "tenants[0].product must be a text"),
        ('[[tenants]]\nproduct = ""\nenv = "prod"', "tenants[0].product must not be empty"),
        *(
            (f"[[tenants]]\nproduct = '{wrong}'\nenv = 'b'", "tenants[0].product must be printable ASCII")
            for wrong in ("ü", 'a"b', "a\\b", " a", "a ", " ")
        ),
        (
            "[[tenants]]\nproduct = 'a'\nenv = 'b'\ntask_queue = 'a\"b'",
            "tenants[0].task_queue must be printable",
        ),
        ('[[tenants]]\nproduct = "a"\nenv = "b"', "no tenant"),
        (TENANT.replace("keys", "key"), "tenants[0].key is not a field"),
        (TENANT.replace(HASH, "my-password"), "tenants[0].keys[0] is not a hash"),
        (TENANT.replace(f'"{HASH}"', "7"), "tenants[0].keys must be an array of texts"),
        (TENANT + TENANT.replace("shop", "bank"), "tenants[1].keys[0] is there already"),
        (TENANT + TENANT.replace("a" * 64, "b" * 64), "tenants[1]: tenants[0] has this namespace"),
        (
            TENANT + '[server]\npublic_url = "ductape.example"',
            "server.public_url must be a scheme and a host",
        ),
        (TENANT + '[server]\nallowed_origins = ["https://a.example/x"]', "server.allowed_origins must be"),
        *(
            (TENANT + f'[server]\nallowed_origins = ["{wrong}"]', "server.allowed_origins must be")
            for wrong in (
                "https://a.example/?x=1",
                "https://a.example#f",
                "https://u:p@a.example",
                "ftp://a.example",
                "https://a.example:99999",
                "https://bücher.example",
                "https://",
                "https://[::1",
                "a.example",
            )
        ),
        *(
            (TENANT + f'[server]\nallowed_hosts = ["{wrong}"]', "server.allowed_hosts must be names")
            for wrong in ("gateway:7711", "http://gateway", "", "bücher.example")
        ),
        (TENANT + '[server]\nallowed_hosts = "a.example"', "server.allowed_hosts must be an array of texts"),
        (TENANT + "[server]\nport = 80", "server.port is not a field"),
        (TENANT + "[limits]\nburst = 1.5", "limits.burst must be a whole number"),
        (TENANT + "[limits]\nburst = true", "limits.burst must be a whole number"),
        (TENANT + "[limits]\nburst = -1", "limits.burst must be a whole number, 1 or more"),
        (TENANT + "[limits]\nconnections = 0", "limits.connections must be a whole number, 1 or more"),
        (TENANT + "[limits]\nheader_seconds = 0.0", "limits.header_seconds must be a number, 0.1 or more"),
        (TENANT + "[limits]\nrequests_per_second = -1", "limits.requests_per_second must be a number, 0 or"),
        (TENANT + "[limits]\nping_seconds = inf", "limits.ping_seconds must be a number"),
        (TENANT + "[limits]\nspeed = 1", "limits.speed is not a field"),
        (TENANT + '[temporal]\napi_key_file = "none"', "temporal.api_key_file cannot be read: No such file"),
        (TENANT + '[temporal.tls]\nclient_cert = "none"', "temporal.tls.client_cert cannot be read: No such"),
        (TENANT + '[temporal.tls]\nca = "none"', "temporal.tls.ca is not a field"),
        (TENANT + "[temporal]\ntls = true", "temporal.tls must be a table"),
        ("[extra]\n" + TENANT, "extra is not a field"),
    ],
)
def test_what_is_wrong_is_told_with_the_name_of_the_field(tmp_path: Path, text: str, says: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(ConfigError) as error:
        load(path)
    assert str(error.value).startswith(f"{path}")
    assert says in str(error.value)
    assert "my-password" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://App.example:443", "https://app.example"),
        ("http://app.example:80/", "http://app.example"),
        ("http://app.example:443", "http://app.example:443"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_an_origin_is_written_as_browsers_do(tmp_path: Path, text: str, origin: str) -> None:
    settings = load(write(tmp_path, f'{TENANT}[server]\nallowed_origins = ["{text}"]'))
    assert settings.allowed_origins == {origin}


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.toml cannot be read: No such file"):
        load(tmp_path / "none.toml")
