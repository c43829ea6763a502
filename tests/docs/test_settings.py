"""The guide to self-hosting shows every setting there is, with its default."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

from attrs import fields

from ductape_sync.gateway.config import Limits, TemporalTLS, load
from tests.docs.reader import blocks
from tests.servers import ROOT

if TYPE_CHECKING:
    from pathlib import Path

SHOWN = {block.name: block.text for block in blocks(ROOT / "docs" / "self-hosting.md")}


def test_all_limits_are_shown_with_their_defaults(tmp_path: Path) -> None:
    path = tmp_path / "all.toml"
    path.write_text(SHOWN["all.toml"])
    settings = load(path)
    assert settings.limits == Limits()
    assert list(tomllib.loads(path.read_text())["limits"]) == [field.name for field in fields(Limits)]
    assert settings.public_url == "https://ductape.example.com"
    assert settings.allowed_hosts
    assert settings.allowed_origins


def test_all_of_tls_towards_temporal_is_shown(tmp_path: Path) -> None:
    path = tmp_path / "cloud.toml"
    path.write_text(SHOWN["cloud.toml"])
    for name in ("temporal-api-key", "ca.pem", "client-cert.pem", "client-key.pem"):
        (tmp_path / name).write_text(name)
    settings = load(path)
    assert settings.api_key == "temporal-api-key"
    assert settings.tls is not None
    assert all(getattr(settings.tls, field.name) for field in fields(TemporalTLS))
