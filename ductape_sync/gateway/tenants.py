"""Who may do what: a tenant is a product in an environment, and an access key belongs to one."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from typing import TYPE_CHECKING

from attrs import Factory, frozen

from .problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_PREFIX = "dsk_"
_NAME = re.compile(r"(?! )[ !#-\[\]-~]+(?<! )")


@frozen(slots=True)
class Tenant:
    """A product in an environment: what its executions are kept apart by."""

    product: str
    """The product's name."""
    env: str
    """The environment's name."""
    namespace: str = "default"
    """The Temporal namespace that its executions live in."""
    task_queue: str = Factory(lambda tenant: f"{tenant.product}-{tenant.env}", takes_self=True)
    """The Temporal task queue that its workers poll; ``<product>-<env>`` unless told otherwise."""

    def __attrs_post_init__(self) -> None:
        """See that headers can carry product and environment, and that Temporal can look for the task queue.

        Raises:
            ValueError: one cannot be; the message begins with its name.
        """
        for name in ("product", "env", "task_queue"):
            text = getattr(self, name)
            if not _NAME.fullmatch(text):
                raise ValueError(
                    f"{name} must be printable ASCII without double quotes, backslashes and blanks around it,"
                    f" not {text!r}"
                )


def new_key() -> str:
    """A new access key: 256 random bits, with a prefix that secret scanners can look for."""
    return _PREFIX + secrets.token_urlsafe(32)


def hash_key(key: str) -> str:
    """How a key is stored: ``sha256:`` and 64 hexadecimal digits."""
    return "sha256:" + _digest(key).hex()


def _digest(key: str) -> bytes:
    # Keys are random and long, so a fast hash is enough: there is nothing to guess.
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()


class Keys:
    """Finds the tenant of an access key.

    Args:
        hashes: tenants by the hash of each of their keys, as :func:`hash_key` writes it.
    """

    def __init__(self, hashes: Mapping[str, Tenant]) -> None:
        self._tenants = [(bytes.fromhex(name.removeprefix("sha256:")), of) for name, of in hashes.items()]

    def tenants(self) -> Iterable[Tenant]:
        """Every tenant once, in the order of the configuration."""
        return dict.fromkeys(tenant for _, tenant in self._tenants)

    def find(self, key: str) -> tuple[str, Tenant] | None:
        """The tenant that a key belongs to, with a name for the key that is no secret.

        Every stored hash is compared, each in constant time, so that the time taken says nothing.

        Returns:
            a short name of the key, for logs and limits, and its tenant; None when nobody has it.
        """
        digest, found = _digest(key), None
        for stored, tenant in self._tenants:
            if hmac.compare_digest(stored, digest):
                found = tenant
        return None if found is None else (digest.hex()[:12], found)


def check_headers(tenant: Tenant, product: str | None, env: str | None) -> None:
    """Refuse a request whose headers name another tenant than its key does.

    Args:
        tenant: the tenant of the request's access key.
        product: the header ``X-Ductape-Product``; None when absent.
        env: the header ``X-Ductape-Env``; None when absent.

    Raises:
        Problem: ``forbidden``; it does not say whose key it is.
    """
    for name, given, own in (
        ("X-Ductape-Product", product, tenant.product),
        ("X-Ductape-Env", env, tenant.env),
    ):
        if given is not None and given != own:
            raise Problem(
                "forbidden",
                f"The access key does not belong to what {name} names: use that one's key, or leave it out.",
                field=name,
            )
