# DEV-ONLY: never ship to production.
"""The browser of the fixture, and the logins that it drives."""

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from tests import patient_http
from tests.relying_party import RelyingParty, run_relying_party
from token_issuer import RunningIssuer, run_token_issuer
from token_issuer.browser.browser import MAX_REDIRECTS, Browser
from token_issuer.browser.transport import MAX_RESPONSE_BYTES
from token_issuer.errors import BrowserError, InvalidInputError

pytestmark = pytest.mark.requirement("TI-7")

TIMEOUT: Final = timedelta(minutes=1)
Answer = tuple[int, Mapping[str, str], bytes]
Respond = Callable[["Handler"], Answer]


class Handler(BaseHTTPRequestHandler):
    """Passes requests to a function of the test."""

    respond: Respond
    sent: bytes

    def do_GET(self) -> None:
        self.sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status, headers, body = type(self).respond(self)
        self.send_response(status)
        for name, value in headers.items():
            for line in value.split("\n"):
                self.send_header(name, line)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815  # http.server names it

    def log_message(self, *_: Any) -> None:
        """Write no log."""


@contextmanager
def run_server(respond: Respond) -> Iterator[int]:
    """Run a server on a free port, and yield the port."""
    handler = type("BoundHandler", (Handler,), {"respond": staticmethod(respond)})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        try:
            yield server.server_port
        finally:
            server.shutdown()


RunServer = Callable[[Respond], int]


@pytest.fixture
def serve() -> Iterator[RunServer]:
    with ExitStack() as stack:
        yield lambda respond: stack.enter_context(run_server(respond))


@pytest.fixture(scope="module")
def shared() -> Iterator[RunningIssuer]:
    with run_token_issuer(issuer="self", issuers={"staff": {}}) as issuer:
        yield issuer


@pytest.fixture
def issuer(shared: RunningIssuer) -> RunningIssuer:
    shared.reset()
    return shared


@pytest.fixture
def app(issuer: RunningIssuer) -> Iterator[RelyingParty]:
    with run_relying_party(issuer.url) as party:
        yield party


def test_login_goes_on_as_the_user(issuer: RunningIssuer, app: RelyingParty) -> None:
    issuer.users.add("erin", groups=["admin"])

    login = issuer.login(f"{app.url}/login", user="erin", timeout=TIMEOUT)

    assert (login.url, login.status, login.text) == (f"{app.url}/", 200, "welcome")
    assert login.browser.get("/me").json()["groups"] == ["admin"]
    assert login.visited[0] == f"{app.url}/login"
    assert login.visited[-1] == login.url
    request = parse_qs(urlsplit(login.visited[1]).query)
    assert request["code_challenge_method"] == ["S256"]
    cookie = f"dev-only-session-{urlsplit(issuer.url).port}"
    assert set(login.browser.cookies) == {"app-session", cookie}
    assert Browser(app.url).get("/me").status == 401
    assert login.browser.get("/logout").text.startswith("<!doctype html>")
    assert login.browser.get(f"{app.url}/me").status == 401


def test_login_works_without_the_gateway_of_the_public_url() -> None:
    public_url = "http://gateway.test/auth"
    with run_token_issuer(public_url=public_url, issuers={"staff": {}}) as running:
        for issuer in (running, running.issuers["staff"]):
            with run_relying_party(issuer.url) as app:
                login = issuer.login(f"{app.url}/login", user="alice", timeout=TIMEOUT)

            assert login.url.startswith(f"{app.url}/callback?code=")


def test_login_without_a_page_needs_no_user(issuer: RunningIssuer, app: RelyingParty) -> None:
    start = f"{app.url}/login"
    first = issuer.login(start, user="alice")
    same_browser = issuer.login(start, browser=first.browser)
    issuer.logins.next("bob", claims={"tier": "gold"})
    planned = issuer.login(start)
    with run_relying_party(issuer.url, login_hint="carol") as hinting:
        hinted = issuer.login(f"{hinting.url}/login").browser.get("/me").json()

    users = [login.browser.get("/me").json() for login in (first, same_browser, planned)]
    assert [user["sub"] for user in (*users, hinted)] == ["alice", "alice", "bob", "carol"]
    assert same_browser.browser is first.browser
    with pytest.raises(BrowserError, match="asks who logs in: pass user='alice' or deny=True"):
        issuer.login(start)
    with pytest.raises(BrowserError, match="without a login page, so nobody could decide"):
        issuer.login(start, user="bob", browser=first.browser)


def test_denied_login_ends_at_the_application(issuer: RunningIssuer, app: RelyingParty) -> None:
    login = issuer.login(f"{app.url}/login", deny=True)

    assert (login.status, login.text) == (403, "access_denied")
    assert login.url.startswith(f"{app.url}/callback?error=access_denied")


def test_response_is_posted_to_the_application(issuer: RunningIssuer) -> None:
    staff = issuer.issuers["staff"]
    staff.users.add("erin")
    with run_relying_party(staff.url, response_mode="form_post") as app:
        login = staff.login(f"{app.url}/login", user="erin")
        assert login.browser.get("/me").json()["iss"] == staff.url
        with pytest.raises(BrowserError, match=r"another issuer; call login of that issuer"):
            issuer.login(f"{app.url}/login", user="alice")
    assert [user.name for user in issuer.users] == ["alice", "bob", "carol"]


def test_login_works_by_any_name_of_this_machine(issuer: RunningIssuer) -> None:
    port = urlsplit(issuer.url).port
    start = f"http://sub.localhost:{port}/authorize?client_id=a&response_type=code&redirect_uri="

    login = issuer.login(f"{start}{issuer.url}/health", user="alice")

    assert login.url.startswith(f"{issuer.url}/health?code=dev-only-code")
    assert login.status == 200


def test_device_is_approved(issuer: RunningIssuer) -> None:
    form = {"client_id": "tv", "scope": "openid"}
    device = patient_http.post(f"{issuer.url}/device/code", data=form).json()

    login = issuer.login(device["verification_uri_complete"], user="alice")

    assert "The device is logged in" in login.text
    grant = {"grant_type": "urn:ietf:params:oauth:grant-type:device_code"}
    poll = {**grant, "client_id": "tv", "device_code": device["device_code"]}
    assert patient_http.post(f"{issuer.url}/token", data=poll).status_code == 200


def test_redirect_to_a_native_application_ends_the_login(issuer: RunningIssuer) -> None:
    issuer.clients.add("native", redirect_uris=["com.example.app:/callback"])
    query = "client_id=native&redirect_uri=com.example.app:/callback&response_type=code&state=x"

    login = issuer.login(f"{issuer.url}/authorize?{query}", user="alice")

    assert login.url.startswith("com.example.app:/callback?code=dev-only-code")
    assert (login.status, login.body) == (303, b"")


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("client_id=a&redirect_uri=http://evil.test/", "redirect_uri: .he client 'a' may not use"),
        ("redirect_uri=http://localhost/", "client_id: .issing"),
    ],
)
def test_error_page_of_the_issuer_is_an_error(
    issuer: RunningIssuer, query: str, problem: str
) -> None:
    url = f"{issuer.url}/authorize"
    with pytest.raises(BrowserError, match=f"rejects the login at {url}: {problem}"):
        issuer.login(f"{url}?{query}", user="alice")


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"user": "alcie"}, r"user: no user is named 'alcie' \(did you mean alice\?\)"),
        ({"user": "alice", "deny": True}, "user and deny: expected at most one"),
        ({"timeout": 5}, 'timeout: 5 is wrong: .* write "5s" for seconds'),
        ({"timeout": "0s"}, "timeout: '0s' is wrong: expected more than zero"),
    ],
)
def test_wrong_arguments_are_explained(
    issuer: RunningIssuer, arguments: dict[str, Any], problem: str
) -> None:
    with pytest.raises(InvalidInputError, match=problem):
        issuer.login("http://localhost:1/", **arguments)


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("/login", "'/login' is not a URL to open; expected http or https"),
        ("file:///etc/passwd", "'file:///etc/passwd' is not a URL to open"),
        ("http://[::1/", "is not a URL; expected one such as"),
        ("http://localhost:99999/", "is not a URL; expected one such as"),
        ("http://", "is not a URL; expected one such as"),
        ("http://localhost:1/x?code=secret", "no server responds at http://localhost:1/x: Conn"),
    ],
)
def test_wrong_urls_are_explained(issuer: RunningIssuer, url: str, problem: str) -> None:
    with pytest.raises(BrowserError, match=problem) as caught:
        issuer.login(url)
    assert "secret" not in str(caught.value)


def test_forms_of_other_pages_are_not_sent(issuer: RunningIssuer, serve: RunServer) -> None:
    """Neither those of a page that looks like the issuer's, nor those to another server."""
    posted: list[str] = []
    page = (
        f'<form method="post" action="{issuer.url}/login"><input name="interaction"></form>'
        '<form method="post" action="/login"><input name="iss" value="x"></form>'
    ).encode()

    def respond(handler: Handler) -> Answer:
        if handler.command == "POST":
            posted.append(handler.path)
        return 200, {"X-Dev-Only": "token-issuer", "Content-Type": "text/html"}, page

    port = serve(respond)
    for path in ("", "authorize", "login"):
        with pytest.raises(BrowserError, match=r"another issuer|without a login page"):
            issuer.login(f"http://localhost:{port}/{path}", user="alice")
    assert posted == []
    assert issuer.requests.count("/login") == 0


def read(browser: Browser, url: str) -> set[str]:
    """Return the names of the cookies that a server receives, which it sends back."""
    return {pair.partition("=")[0] for pair in browser.get(url).text.split("; ")}


def test_cookies_stay_with_their_host_on_all_its_ports(serve: RunServer) -> None:
    def respond(handler: Handler) -> Answer:
        if handler.path == "/set":
            cookies = (
                "own=1; Path=/; Secure; HttpOnly; SameSite=Lax\nforeign=1; Domain=evil.test\n"
                "wide=1; Domain=.localhost; Path=/\npath=1; Path=/deep\nlocal=1; Domain=local"
            )
            return 200, {"Set-Cookie": cookies}, b""
        return 200, {}, handler.headers.get("Cookie", "").encode()

    first, second = serve(respond), serve(respond)
    browser = Browser(f"http://localhost:{first}/", TIMEOUT)
    browser.get("/set")

    assert read(browser, f"http://LOCALHOST:{second}/") == read(browser, "/") == {"own", "wide"}
    assert read(browser, "/deep/x") == {"own", "wide", "path"}
    for host in ("127.0.0.1", "sub.localhost", "deep.sub.localhost"):
        assert read(browser, f"http://{host}:{first}/") == {""}
    browser.get(f"http://sub.localhost:{first}/set")
    assert read(browser, f"http://sub.localhost:{second}/") == {"own"}
    assert read(browser, f"http://deep.sub.localhost:{second}/") == {""}


def test_redirects_keep_or_change_the_method_as_in_browsers(serve: RunServer) -> None:
    def respond(handler: Handler) -> Answer:
        status = int(handler.path[1:4]) if handler.path[1:4].isdigit() else 200
        received = f"{handler.command} {handler.sent.decode()} {handler.headers.get('X-Test')}"
        return status, {"Location": "/end#part"} if status != 200 else {}, received.encode()

    port = serve(respond)
    browser = Browser(f"http://localhost:{port}/", TIMEOUT)
    pages = [
        browser.post(f"/{status}", {"a": "1"}, headers={"X-Test": "yes"})
        for status in (301, 302, 303, 307, 308)
    ]

    assert [page.text for page in pages] == ["GET  yes"] * 3 + ["POST a=1 yes"] * 2
    assert {page.url for page in pages} == {f"http://localhost:{port}/end#part"}
    assert browser.get("/304").status == 304


def test_redirect_to_another_origin_drops_header_fields(serve: RunServer) -> None:
    end = serve(lambda handler: (200, {}, str(handler.headers.get("Authorization")).encode()))
    start = serve(lambda _: (302, {"Location": f"http://localhost:{end}/"}, b""))

    page = Browser("").get(f"http://localhost:{start}/", headers={"Authorization": "Bearer x"})

    assert page.text == "None"


def test_number_of_redirects_is_limited(serve: RunServer) -> None:
    def respond(handler: Handler) -> Answer:
        rest = int(handler.path.partition("?")[0][1:])
        return (302, {"Location": f"/{rest - 1}?code=secret"}, b"") if rest else (200, {}, b"")

    browser = Browser(f"http://localhost:{serve(respond)}/", TIMEOUT)

    assert browser.get(f"/{MAX_REDIRECTS}").status == 200
    with pytest.raises(BrowserError, match="more than 20 redirects, the last one to ") as caught:
        browser.get(f"/{MAX_REDIRECTS + 1}")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("target", ["javascript:alert(1)", "file:///etc/passwd", "data:,x"])
def test_redirects_that_browsers_refuse_are_errors(serve: RunServer, target: str) -> None:
    port = serve(lambda _: (302, {"Location": target}, b""))

    with pytest.raises(BrowserError, match=f"the scheme '{target.partition(':')[0]}:'"):
        Browser("").get(f"http://localhost:{port}/")


def test_location_may_have_characters_that_requests_forbid(serve: RunServer) -> None:
    port = serve(
        lambda handler: (
            (302, {"Location": "/ü x?a=b|c"}, b"")
            if handler.path == "/"
            else (200, {}, handler.path.encode())
        )
    )

    assert Browser("").get(f"http://localhost:{port}").text == "/%FC%20x?a=b%7Cc"


def test_size_of_a_response_is_limited(serve: RunServer) -> None:
    port = serve(lambda _: (200, {}, b"x" * (MAX_RESPONSE_BYTES + 1)))

    with pytest.raises(BrowserError, match="the response is larger than 8 MiB"):
        Browser("", TIMEOUT).get(f"http://localhost:{port}/")


@pytest.mark.parametrize("first", [b"", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_time_of_a_login_is_limited(issuer: RunningIssuer, first: bytes) -> None:
    """Whether the server is silent, or sends a body without end."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://localhost:{listener.getsockname()[1]}/"

        def drip() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.sendall(first)
                waiting = threading.Event()
                while first and not waiting.wait(0.01):
                    try:
                        connection.sendall(b"x")
                    except OSError:
                        return
                connection.recv(65536)
                connection.recv(65536)

        thread = threading.Thread(target=drip)
        thread.start()
        with (
            time_machine.travel(datetime(2030, 1, 1, tzinfo=UTC), tick=False),
            pytest.raises(BrowserError, match=f"{url} did not respond within 0s"),
        ):
            issuer.login(url, timeout=timedelta(seconds=0.2))
        thread.join()


def test_frozen_time_does_not_disturb_a_login(issuer: RunningIssuer, app: RelyingParty) -> None:
    with time_machine.travel(datetime(2030, 1, 1, tzinfo=UTC), tick=False):
        login = issuer.login(f"{app.url}/login", user="alice", timeout=TIMEOUT)
        claims = login.browser.get("/me").json()

    assert datetime.fromtimestamp(claims["iat"], UTC) == datetime(2030, 1, 1, tzinfo=UTC)


def test_page_is_decoded_as_it_says(serve: RunServer) -> None:
    def respond(handler: Handler) -> Answer:
        return (
            200,
            {"Content-Type": f"text/plain; charset={handler.path[1:]}"},
            "ü".encode("latin-1"),
        )

    port = serve(respond)

    assert Browser("").get(f"http://localhost:{port}/latin-1").text == "ü"
    assert Browser("").get(f"http://localhost:{port}/nonsense").text == "\N{REPLACEMENT CHARACTER}"
