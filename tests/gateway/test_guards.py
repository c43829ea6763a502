from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from websockets.exceptions import InvalidStatus

from tests.gateway.contract import check_problem
from tests.gateway.running import BANK_KEY, SHOP_KEY, gateway
from tests.gateway.scripted import ScriptedEngine

if TYPE_CHECKING:
    from tests.gateway.running import Running


class TestKeys:
    @pytest.mark.parametrize(
        "authorization",
        [
            None,
            "",
            "Bearer",
            "Bearer ",
            "Bearer wrong",
            f"Bearer {SHOP_KEY}x",
            f"Bearer {SHOP_KEY} x",
            f"Basic {SHOP_KEY}",
            SHOP_KEY,
            "Bearer \xff",
        ],
    )
    def test_without_a_right_one_nobody_gets_in(self, served: Running, authorization: str | None) -> None:
        headers = {} if authorization is None else {"Authorization": authorization.encode("latin-1")}
        for method, path in (
            ("GET", "/v1/executions"),
            ("POST", "/v1/executions"),
            ("GET", "/v1/executions/a"),
            ("GET", "/v1/executions/a/history"),
            ("POST", "/v1/executions/a/signals"),
            ("POST", "/v1/executions/a/cancel"),
            ("GET", "/v1/workflows"),
            ("GET", "/v1/events"),
        ):
            answer = served.request(method, path, key=None, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")

    def test_the_scheme_is_case_insensitive(self, served: Running) -> None:
        headers = {"Authorization": f"bEARER {SHOP_KEY}"}
        assert served.get("/v1/workflows", key=None, headers=headers).status_code == 200

    def test_headers_that_agree_are_fine(self, served: Running) -> None:
        headers = {"X-Ductape-Product": "shop", "X-Ductape-Env": "dev"}
        assert served.get("/v1/workflows", headers=headers).status_code == 200

    @pytest.mark.parametrize(("name", "value"), [("X-Ductape-Product", "bank"), ("X-Ductape-Env", "prod")])
    def test_headers_that_disagree_are_403(self, served: Running, name: str, value: str) -> None:
        assert served.refused("GET", "/v1/workflows", headers={name: value}) == (403, "forbidden", name)

    def test_the_body_is_not_read_before_the_key(self, served: Running) -> None:
        with served.raw(
            b"POST /v1/executions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Content-Length: 1000000\r\n\r\n"
        ) as connection:
            assert connection.recv(100).startswith(b"HTTP/1.1 401")


class TestHosts:
    @pytest.mark.parametrize(
        "host", ["localhost", "LOCALHOST:1234", "127.0.0.1", "127.0.0.1:7711", "[::1]:7711", "10.1.2.3"]
    )
    def test_local_names_and_addresses_are_answered(self, served: Running, host: str) -> None:
        assert served.get("/v1/workflows", headers={"Host": host}).status_code == 200

    @pytest.mark.parametrize(
        "host",
        ["evil.example", "evil.example:7711", "localhost.evil.example", "127.0.0.1.evil.example", "", ":"],
    )
    @pytest.mark.parametrize("path", ["/v1/workflows", "/v1/health", "/", "/nothing"])
    def test_a_name_that_is_not_ours_is_403(self, served: Running, host: str, path: str) -> None:
        assert served.refused("GET", path, headers={"Host": host}) == (403, "forbidden", "Host")

    def test_configured_names_are_answered(self) -> None:
        settings = {"allowed_hosts": frozenset({"gateway"}), "public_url": "https://ductape.example"}
        with gateway(ScriptedEngine(), **settings) as served:
            for host in ("gateway:7711", "Ductape.Example"):
                assert served.get("/v1/workflows", headers={"Host": host}).status_code == 200
            assert served.refused("GET", "/v1/workflows", headers={"Host": "evil.example"})[0] == 403


class TestOrigins:
    body = {"workflow": "process-order"}  # noqa: RUF012

    @pytest.mark.parametrize(
        "origin", ["https://evil.example", "null", "http://127.0.0.1:1", "http://localhost"]
    )
    def test_a_page_of_another_origin_can_change_nothing(self, served: Running, origin: str) -> None:
        refused = served.refused("POST", "/v1/executions", json=self.body, headers={"Origin": origin})
        assert refused == (403, "forbidden", "Origin")

    def test_the_own_origin_may(self, served: Running) -> None:
        answer = served.post("/v1/executions", self.body, headers={"Origin": served.base})
        assert answer.status_code == 201

    def test_a_configured_origin_may(self) -> None:
        with gateway(ScriptedEngine(), allowed_origins=frozenset({"https://app.example"})) as served:
            for origin, status in (("https://app.example", 201), ("https://evil.example", 403)):
                answer = served.post("/v1/executions", self.body, headers={"Origin": origin})
                assert answer.status_code == status

    def test_by_https_a_page_of_the_same_name_without_it_may_not(self) -> None:
        with gateway(ScriptedEngine(), public_url="https://ductape.example") as served:
            for origin, status in (("https://ductape.example", 201), ("http://ductape.example", 403)):
                headers = {"Host": "ductape.example", "Origin": origin}
                assert served.post("/v1/executions", self.body, headers=headers).status_code == status
            answer = served.post("/v1/executions", self.body, headers={"Origin": served.base})
            assert answer.status_code == 201  # on the machine itself

    @pytest.mark.parametrize(("origin", "status"), [("https://evil.example", 403), ("null", 403)])
    def test_a_page_of_another_origin_opens_no_websocket(
        self, served: Running, origin: str, status: int
    ) -> None:
        with pytest.raises(InvalidStatus) as refused, served.socket(headers={"Origin": origin}):
            pass
        assert check_problem(refused.value.response) == (status, "forbidden", "Origin")

    def test_the_own_origin_opens_a_websocket(self, served: Running) -> None:
        with served.socket(headers={"Origin": served.base}) as socket:
            socket.subscribe("none")
            assert socket.receive()["problem"]["code"] == "execution_not_found"


class TestAllowedOrigins:
    """Pages of other origins that are configured may do what programs may, with a key."""

    ORIGIN = "https://app.example"

    def test_a_browser_is_told_what_they_may_ask(self) -> None:
        with gateway(ScriptedEngine(), allowed_origins=frozenset({self.ORIGIN})) as served:
            headers = {"Origin": self.ORIGIN, "Access-Control-Request-Method": "POST"}
            answer = served.request("OPTIONS", "/v1/executions", key=None, headers=headers)
            assert answer.status_code == 204
            assert answer.headers["Access-Control-Allow-Origin"] == self.ORIGIN
            assert "POST" in answer.headers["Access-Control-Allow-Methods"]
            assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]
            assert "Access-Control-Allow-Credentials" not in answer.headers

    def test_they_can_read_answers_and_refusals(self) -> None:
        with gateway(ScriptedEngine(), allowed_origins=frozenset({self.ORIGIN})) as served:
            for path, status in (("/v1/workflows", 200), ("/nothing", 404)):
                answer = served.get(path, headers={"Origin": self.ORIGIN})
                assert answer.status_code == status
                assert answer.headers["Access-Control-Allow-Origin"] == self.ORIGIN
                assert "X-Request-Id" in answer.headers["Access-Control-Expose-Headers"]
                assert answer.headers["Vary"] == "Origin"

    def test_others_cannot(self) -> None:
        with gateway(ScriptedEngine(), allowed_origins=frozenset({self.ORIGIN})) as served:
            evil = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
            assert served.refused("OPTIONS", "/v1/executions", headers=evil)[0] == 405
            answer = served.get("/v1/workflows", headers={"Origin": "https://evil.example"})
            assert "Access-Control-Allow-Origin" not in answer.headers
            assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


class TestCookies:
    """The dashboard's cookie opens the API to the gateway's own pages, and to nobody else's."""

    def cookie(self, served: Running) -> dict[str, str]:
        return {"Cookie": f"other=1; ductape_key_{served.port}={SHOP_KEY}"}

    @pytest.mark.parametrize("more", [{}, {"Sec-Fetch-Site": "same-origin"}])
    def test_own_pages_read_with_it(self, served: Running, more: dict[str, str]) -> None:
        headers = self.cookie(served) | more
        assert served.get("/v1/workflows", key=None, headers=headers).status_code == 200

    def test_own_pages_write_with_it(self, served: Running) -> None:
        for more in ({"Origin": served.base}, {"Sec-Fetch-Site": "same-origin"}):
            answer = served.post(
                "/v1/executions", {"workflow": "process-order"}, key=None, headers=self.cookie(served) | more
            )
            assert answer.status_code == 201

    @pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
    def test_other_pages_read_nothing_with_it(self, served: Running, site: str) -> None:
        headers = self.cookie(served) | {"Sec-Fetch-Site": site}
        assert served.refused("GET", "/v1/workflows", key=None, headers=headers)[0] == 401

    def test_a_write_that_does_not_say_where_it_comes_from_is_refused(self, served: Running) -> None:
        refused = served.refused(
            "POST", "/v1/executions", json={"workflow": "x"}, key=None, headers=self.cookie(served)
        )
        assert refused[:2] == (401, "unauthenticated")

    def test_a_websocket_needs_the_own_origin(self, served: Running) -> None:
        headers = self.cookie(served)
        with served.socket(key=None, headers=headers | {"Origin": served.base}) as socket:
            socket.send("unsubscribe", "a")
            assert socket.receive()["op"] == "unsubscribed"
        with pytest.raises(InvalidStatus) as refused, served.socket(key=None, headers=headers):
            pass
        assert check_problem(refused.value.response)[:2] == (401, "unauthenticated")

    def test_a_wrong_one_is_refused(self, served: Running) -> None:
        headers = {"Cookie": f"ductape_key_{served.port}=wrong"}
        assert served.refused("GET", "/v1/workflows", key=None, headers=headers)[0] == 401

    def test_that_of_another_port_means_nothing(self, served: Running) -> None:
        headers = {"Cookie": f"ductape_key_1={SHOP_KEY}"}
        assert served.refused("GET", "/v1/workflows", key=None, headers=headers)[0] == 401

    def test_a_key_in_the_header_counts_more(self, served: Running) -> None:
        headers = self.cookie(served)
        assert served.refused("GET", "/v1/workflows", key="wrong", headers=headers)[0] == 401
        assert served.get("/v1/workflows", key=BANK_KEY, headers=headers).status_code == 200
