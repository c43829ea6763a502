from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.gateway.running import SHOP_KEY, gateway
from tests.gateway.scripted import ScriptedEngine

if TYPE_CHECKING:
    from tests.gateway.running import Running


def page(served: Running, method: str, path: str, **more: Any) -> requests.Response:
    """Ask for a page as a browser does that has just been started."""
    with requests.Session() as session:
        session.trust_env = False
        return session.request(method, served.base + path, allow_redirects=False, timeout=20, **more)


def cookie_of(answer: requests.Response) -> str:
    return answer.headers["Set-Cookie"].partition(";")[0]


def test_the_token_in_the_url_becomes_a_cookie_and_leaves_the_address(served: Running) -> None:
    answer = page(served, "GET", f"/?token={SHOP_KEY}")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    name, _, attributes = answer.headers["Set-Cookie"].partition("; ")
    assert name == f"ductape_key_{served.port}={SHOP_KEY}"
    assert set(attributes.split("; ")) == {"Path=/", "HttpOnly", "SameSite=Strict"}
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "no-store"
    home = page(served, "GET", "/", headers={"Cookie": cookie_of(answer)})
    assert home.status_code == 200
    assert 'name="key"' not in home.text


def test_behind_https_the_cookie_is_secure() -> None:
    with gateway(ScriptedEngine(), public_url="https://ductape.example") as served:
        answer = page(served, "GET", f"/?token={SHOP_KEY}", headers={"Host": "ductape.example"})
        assert cookie_of(answer) == f"__Host-ductape_key={SHOP_KEY}"
        assert "Secure" in answer.headers["Set-Cookie"].split("; ")
        home = page(served, "GET", "/", headers={"Host": "ductape.example", "Cookie": cookie_of(answer)})
        assert 'name="key"' not in home.text


@pytest.mark.parametrize("token", ["", "wrong", "%ff", "<script>alert(1)</script>"])
def test_a_wrong_token_shows_the_sign_in_page(served: Running, token: str) -> None:
    answer = page(served, "GET", f"/?token={token}")
    assert answer.status_code in {200, 401}
    assert 'name="key"' in answer.text
    assert "alert(1)" not in answer.text
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_token_in_a_link_of_another_page_signs_nobody_in_unasked(served: Running, site: str) -> None:
    # The browser may be signed in as somebody else, and its cookie does not come along to tell.
    headers = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate"}
    answer = page(served, "GET", f"/?token={SHOP_KEY}", headers=headers)
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert "shop (dev)" in answer.text
    assert f'<input type="hidden" name="key" value="{SHOP_KEY}">' in answer.text
    assert '<meta name="referrer" content="strict-origin">' in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert "form-action 'self'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_wrong_token_in_a_link_of_another_page_asks_for_nothing(served: Running, site: str) -> None:
    answer = page(served, "GET", "/?token=wrong", headers={"Sec-Fetch-Site": site})
    assert answer.status_code == 401
    assert "not known here" in answer.text


@pytest.mark.parametrize("site", ["none", "same-origin"])
def test_a_token_that_a_person_opens_signs_in_at_once(served: Running, site: str) -> None:
    answer = page(served, "GET", f"/?token={SHOP_KEY}", headers={"Sec-Fetch-Site": site})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert cookie_of(answer).endswith(SHOP_KEY)


def test_without_a_cookie_there_is_the_sign_in_page(served: Running) -> None:
    answer = page(served, "GET", "/")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert 'name="key"' in answer.text


def test_a_key_that_is_pasted_signs_in(served: Running) -> None:
    headers = {"Origin": served.base}
    answer = page(served, "POST", "/sign-in", data={"key": f" {SHOP_KEY}\n"}, headers=headers)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert cookie_of(answer).endswith(SHOP_KEY)


def test_a_wrong_key_that_is_pasted_says_so(served: Running) -> None:
    answer = page(served, "POST", "/sign-in", data={"key": "wrong"})
    assert answer.status_code == 401
    assert "not known here" in answer.text
    assert "Set-Cookie" not in answer.headers


def test_another_page_cannot_sign_a_browser_in(served: Running) -> None:
    headers = {"Origin": "https://evil.example"}
    answer = page(served, "POST", "/sign-in", data={"key": SHOP_KEY}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_what_is_no_form_is_refused(served: Running) -> None:
    assert page(served, "POST", "/sign-in", json={"key": SHOP_KEY}).status_code == 415
    assert page(served, "POST", "/sign-in", data={"key": "x" * 10_000}).status_code == 413


def test_signing_out_takes_the_cookie_away(served: Running) -> None:
    answer = page(served, "POST", "/sign-out", headers={"Origin": served.base})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert cookie_of(answer) == f"ductape_key_{served.port}="
    assert "Max-Age=0" in answer.headers["Set-Cookie"]
    assert page(served, "GET", "/sign-out").status_code == 405


@pytest.mark.parametrize("query", ["", f"?token={SHOP_KEY}x"])
def test_a_page_runs_no_code_but_the_gateways_and_is_in_no_frame(served: Running, query: str) -> None:
    answer = page(served, "GET", f"/{query}")
    policy = dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert "<script>" not in answer.text
    assert "style=" not in answer.text


def test_files_are_served_and_kept_until_they_change(served: Running) -> None:
    answer = page(served, "GET", "/icon.svg")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/svg+xml")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    again = page(served, "GET", "/icon.svg", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/../pages.py",
        "/%2e%2e/pages.py",
        "/..%2fpages.py",
        "//etc/passwd",
        "/sign-in.html",
        "/enter.html",
        "/index.html",
    ],
)
def test_nothing_else_is_a_file(served: Running, path: str) -> None:
    with served.raw(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()) as raw:
        assert raw.recv(12) == b"HTTP/1.1 404"
