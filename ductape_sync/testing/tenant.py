"""`Tenant`: how a test reaches a server, and as whom."""

from __future__ import annotations

from typing import Any

from attrs import field, frozen

from ..client import Ductape


@frozen(kw_only=True)
class Tenant:
    """A product and an environment that only one test uses."""

    base_url: str
    """Where the server is."""
    access_key: str = field(repr=False)
    """The access key."""
    product: str
    """The product."""
    env: str
    """The environment."""

    @property
    def variables(self) -> dict[str, str]:
        """The environment variables that make `Ductape()` a client of it."""
        return {
            "DUCTAPE_ACCESS_KEY": self.access_key,
            "DUCTAPE_PRODUCT": self.product,
            "DUCTAPE_ENV": self.env,
            "DUCTAPE_BASE_URL": self.base_url,
        }

    def client(self, **options: Any) -> Ductape:
        """A client of it, for the caller to close.

        Args:
            options: As `Ductape` takes them.
        """
        reach = {
            "access_key": self.access_key,
            "product": self.product,
            "env": self.env,
            "base_url": self.base_url,
            "proxies": {},
        }
        return Ductape(**{**reach, **options})
