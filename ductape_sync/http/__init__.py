"""HTTP: the only importer of requests and urllib3."""

from urllib3._version import __version__ as _version

if _version.startswith("1."):
    # requests would do with it. Its way with TLS contexts turns the check of certificates off.
    raise ImportError(f"ductape-sync needs urllib3 2, and {_version} is installed: pip install -U urllib3")
