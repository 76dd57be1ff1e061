# DEV-ONLY: never ship to production.
"""Who may call `/admin` without a secret: hosts and web pages, on raw connections."""

import json
import socket
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import pytest
from token_issuer.errors import SettingsError
from token_issuer.testing import RunningIssuer, run_token_issuer

pytestmark = pytest.mark.requirement("GO-4")

ROUTES: Final = [
    ("GET", "/admin/keys"),
    ("HEAD", "/admin/keys"),
    ("POST", "/admin/keys/rotate"),
    ("DELETE", "/admin/keys/dev-key"),
    ("GET", "/admin/clock"),
    ("PUT", "/admin/clock"),
    ("DELETE", "/admin/clock"),
    ("GET", "/admin/faults"),
    ("PUT", "/admin/faults"),
    ("POST", "/admin/faults"),
    ("DELETE", "/admin/faults/1"),
    ("DELETE", "/admin/faults"),
    ("GET", "/admin/requests"),
    ("DELETE", "/admin/requests"),
    ("POST", "/admin/inspect"),
    ("GET", "//admin//keys/"),
]


class Answer(NamedTuple):
    status: int
    header: str
    body: bytes

    @property
    def detail(self) -> str:
        detail: str = json.loads(self.body)["detail"]
        return detail


def send(issuer: RunningIssuer, line: str, *fields: str) -> Answer:
    """Send a request as it is, without the fields that a client would add."""
    port = int(issuer.url.rpartition(":")[2])
    request = "\r\n".join((line, *fields, "Connection: close", "", ""))
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(request.encode("latin-1"))
        data = b"".join(iter(lambda: connection.recv(65536), b""))
    header, _, body = data.partition(b"\r\n\r\n")
    return Answer(int(header.split()[1]), header.decode("latin-1"), body)


@pytest.fixture(scope="module")
def issuer() -> Iterator[RunningIssuer]:
    with run_token_issuer(public_url="https://public.issuer.test:8443/base") as running:
        yield running


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "localhost:8081",
        "LOCALHOST:1",
        "localhost.",
        "localhost.:8081",
        "app.localhost:8081",
        "127.0.0.1",
        "127.0.0.1:8081",
        "127.42.0.1",
        "127.1:8081",
        "[::1]",
        "[::1]:8081",
        "[0:0:0:0:0:0:0:1]:8081",
        "[::ffff:127.0.0.1]:8081",
        "token-issuer",
        "Token-Issuer:8081",
        "host.docker.internal:8081",
        "public.issuer.test",
        "public.issuer.test.:8443",
    ],
)
def test_loopback_and_configured_names_are_served(issuer: RunningIssuer, host: str) -> None:
    assert send(issuer, "GET /admin/keys HTTP/1.1", f"Host: {host}").status == 200
    same = f"Origin: http://{host}"
    assert send(issuer, "GET /admin/keys HTTP/1.1", f"Host: {host}", same).status == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.com",
        "evil.com:8081",
        "127.0.0.1.nip.io",
        "127.0.0.1.nip.io:8081",
        "localhost.evil.com",
        "notlocalhost",
        "localhost.localdomain",
        "token-issuer.evil.com",
        "issuer.test",
        "x.public.issuer.test",
        "0.0.0.0:8081",
        "192.168.1.7:8081",
        "[::]:8081",
        "[fe80::1]",
        "..",
    ],
)
def test_other_hosts_are_refused_with_the_setting_to_change(
    issuer: RunningIssuer, host: str
) -> None:
    origin = f"Origin: http://{host}"
    answers = [
        send(issuer, "GET /admin/keys HTTP/1.1", f"Host: {host}"),
        send(issuer, "GET /admin/keys HTTP/1.1", f"Host: {host}", origin),
        send(issuer, "GET /admin/keys HTTP/1.1", f"Host: {host}", "Sec-Fetch-Site: same-origin"),
    ]

    assert [answer.status for answer in answers] == [403] * 3
    for answer in answers:
        assert answer.detail.startswith("Host: ")
        assert "TOKEN_ISSUER_ADMIN_HOSTS" in answer.detail
        assert "application/problem+json" in answer.header


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_every_admin_route_is_closed_to_a_rebinding_page(
    issuer: RunningIssuer, method: str, path: str
) -> None:
    page = ("Host: evil.com:8081", "Origin: http://evil.com:8081")
    answer = send(issuer, f"{method} {path} HTTP/1.1", *page)

    assert answer.status == 403
    assert issuer.kid == "dev-key"


@pytest.mark.parametrize(
    "fields",
    [
        ("Host:",),
        ("Host: localhost", "Host: evil.com"),
        ("Host: evil.com", "Host: localhost"),
        ("Host: localhost/",),
        ("Host: evil.com@localhost",),
        ("Host: localhost@evil.com",),
        ("Host: localhost,evil.com",),
        ("Host: [::1",),
        ("Host: localhost evil.com",),
        ("Host: evil.com#localhost",),
        ("Host: evil.com", "X-Forwarded-Host: localhost"),
    ],
)
def test_missing_malformed_and_repeated_hosts_are_refused(
    issuer: RunningIssuer, fields: tuple[str, ...]
) -> None:
    assert send(issuer, "GET /admin/keys HTTP/1.1", *fields).status in {400, 403}
    old = send(issuer, "GET /admin/keys HTTP/1.0")
    assert (old.status, old.detail.startswith("Host: no name is neither")) == (403, True)


@pytest.mark.parametrize(
    "page",
    [
        "Origin: http://localhost:3000",
        "Origin: https://localhost",
        "Origin: http://[::1]:5173",
        "Origin: http://127.0.0.1:8081",
        "Origin: http://token-issuer:8081",
        "Origin: https://public.issuer.test",
        "Referer: http://localhost:3000/page?query#part",
        "Sec-Fetch-Site: same-origin",
        "Sec-Fetch-Site: same-site",
        "Sec-Fetch-Site: none",
    ],
)
def test_pages_of_this_machine_and_of_configured_hosts_are_served(
    issuer: RunningIssuer, page: str
) -> None:
    assert send(issuer, "GET /admin/keys HTTP/1.1", "Host: localhost", page).status == 200


@pytest.mark.parametrize(
    "page",
    [
        "Origin: http://evil.com",
        "Origin: https://evil.com:8081",
        "Origin: http://localhost.evil.com",
        "Origin: http://127.0.0.1.nip.io:8081",
        "Origin: null",
        "Origin: ",
        "Origin: file://",
        "Origin: chrome-extension://abcdef",
        "Origin: localhost",
        "Origin: http://localhost@evil.com",
        "Origin: http://[::1",
        "Referer: http://evil.com/localhost",
        "Referer: http://localhost@evil.com/",
        "Sec-Fetch-Site: cross-site",
        "Sec-Fetch-Site: Cross-Site",
    ],
)
def test_foreign_pages_are_refused(issuer: RunningIssuer, page: str) -> None:
    for line in ("GET /admin/keys HTTP/1.1", "POST /admin/keys/rotate HTTP/1.1"):
        answer = send(issuer, line, "Host: localhost", page)

        assert answer.status == 403
        assert answer.detail.startswith(page.partition(":")[0])
    assert issuer.kid == "dev-key"


def test_origin_takes_precedence_over_the_referer(issuer: RunningIssuer) -> None:
    fields = ("Host: localhost", "Origin: http://localhost:3000", "Referer: http://evil.com/")

    assert send(issuer, "GET /admin/keys HTTP/1.1", *fields).status == 200


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("GET /certs HTTP/1.1", 200),
        ("GET /oauth2/v1/certs HTTP/1.1", 200),
        ("GET /health HTTP/1.1", 200),
        ("GET /defects HTTP/1.1", 200),
        ("GET /.well-known/openid-configuration HTTP/1.1", 200),
        ("POST /token HTTP/1.1", 200),
    ],
)
def test_public_routes_serve_any_host_and_origin(
    issuer: RunningIssuer, line: str, status: int
) -> None:
    fields = ("Host: evil.com", "Origin: http://evil.com", "Content-Length: 0")

    assert send(issuer, line, *fields).status == status


def test_configured_names_replace_the_default_ones() -> None:
    with run_token_issuer(admin_hosts="Issuer.Test., [2001:DB8::7], 192.0.2.7") as issuer:
        statuses = [
            send(issuer, "GET /admin/keys HTTP/1.1", f"Host: {host}").status
            for host in (
                "issuer.test:80",
                "[2001:db8:0::7]",
                "192.0.2.7",
                "localhost",
                "token-issuer",
            )
        ]

    assert statuses == [200, 200, 200, 200, 403]


def test_with_a_secret_any_host_is_served_but_pages_of_other_sites_are_not() -> None:
    with run_token_issuer(admin_token="correct-horse") as issuer:
        secret = "Authorization: Bearer correct-horse"
        line = "GET /admin/keys HTTP/1.1"
        served = send(issuer, line, "Host: issuer.test", "Origin: http://issuer.test", secret)
        foreign = send(issuer, line, "Host: issuer.test", "Sec-Fetch-Site: cross-site", secret)

    assert (served.status, foreign.status) == (200, 403)


@pytest.mark.parametrize("hosts", ["*", "http://a", "a:80", "a b", ["a", "b/c"], 7])
def test_wrong_names_are_refused_at_the_start(hosts: Any) -> None:
    with (
        pytest.raises(SettingsError, match=r"admin_hosts: .* expected host names such as"),
        run_token_issuer(admin_hosts=hosts),
    ):
        pass
