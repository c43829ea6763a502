"""What goes wrong on the way, in the SDK's own words. Foreign exceptions end here."""

from __future__ import annotations

import http.client
import ssl

import urllib3
from requests import exceptions as requests_errors

from ..errors import ConnectionFailed, RequestTimeout, TransportError

FOREIGN = (
    requests_errors.RequestException,
    urllib3.exceptions.HTTPError,
    http.client.HTTPException,
    OSError,
    ValueError,
)


def translate(error: Exception, origin: str) -> TransportError:
    """Make the error that a foreign one stands for.

    Args:
        error: What was raised.
        origin: The server's URL, for the message.
    """
    reason = _root(error)
    text = str(reason) or type(reason).__name__
    if isinstance(reason, ssl.SSLError):
        remedy = "; see verify= and REQUESTS_CA_BUNDLE" if "CERTIFICATE_VERIFY_FAILED" in text else ""
        broke = isinstance(reason, ssl.SSLEOFError | ssl.SSLZeroReturnError)
        return ConnectionFailed(f"no secure connection to {origin}: {text}{remedy}", retryable=broke)
    timed_out = isinstance(reason, TimeoutError | urllib3.exceptions.TimeoutError)
    if timed_out and not isinstance(
        reason, urllib3.exceptions.NewConnectionError
    ):  # which is one, for urllib3
        return RequestTimeout(f"{origin} did not answer in time")
    if isinstance(error, requests_errors.ProxyError):
        return ConnectionFailed(f"the proxy for {origin} failed: {text}")
    if isinstance(reason, ConnectionRefusedError):
        return ConnectionFailed(
            f"nothing answers at {origin} (connection refused): start the server, for one with "
            "'ductape-sync dev workflows.py', or set DUCTAPE_BASE_URL to where it runs"
        )
    return ConnectionFailed(f"the connection to {origin} failed: {text}")


def _root(error: BaseException) -> BaseException:
    """The innermost fault: requests and urllib3 wrap it in up to three of their own."""
    while True:
        inner = getattr(error, "reason", None) or next(
            (arg for arg in error.args if isinstance(arg, BaseException)), error.__cause__
        )
        if not isinstance(inner, BaseException) or inner is error:
            return error
        error = inner
