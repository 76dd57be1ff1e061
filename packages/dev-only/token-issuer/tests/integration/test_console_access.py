# DEV-ONLY: never ship to production.
"""The console by settings and by who asks: where it is available, and what it says elsewhere."""

import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import httpx
import jwt
import pytest
from tests import patient_http
from token_issuer.testing import RunningIssuer, run_token_issuer
from token_issuer.timing.durations import parse_duration

pytestmark = pytest.mark.requirement("TI-13")

BROWSER: Final = {"Accept": "text/html,*/*;q=0.8"}
CONSOLE: Final = "token-issuer console"
UNAVAILABLE: Final = "The console is not available here"
SECRET: Final = "correct-horse"
EVERYWHERE: Final = "0.0.0.0"  # noqa: S104  # for what is served there
StartIssuer = Callable[..., Any]


@pytest.fixture(scope="module")
def issuer() -> Iterator[RunningIssuer]:
    with run_token_issuer(issuer="self", issuers={"staff": {}, "b2b": {}}) as running:
        yield running


def open_page(url: str, **headers: str) -> httpx.Response:
    response = patient_http.get(f"{url}/", headers={**BROWSER, **headers})
    assert response.status_code == 200
    assert "content-security-policy" in response.headers
    assert response.headers["x-dev-only"] == "token-issuer"
    assert "<strong>DEV ONLY: token-issuer</strong>" in response.text
    return response


def test_console_is_open_on_loopback(issuer: RunningIssuer) -> None:
    page = open_page(issuer.url).text

    assert CONSOLE in page
    assert 'data-admin="open"' in page
    assert f"<code>{issuer.issuer}</code>" in page


def test_page_has_the_paths_of_its_issuer_and_links_to_the_others(issuer: RunningIssuer) -> None:
    main, staff = (open_page(url).text for url in (issuer.url, issuer.issuers["staff"].url))
    without_slash = patient_http.get(issuer.issuers["staff"].url, headers=BROWSER).text

    assert 'src="/console/main.js"' in main
    assert 'Other issuers: <a href="/staff/">staff</a>, <a href="/b2b/">b2b</a>' in main
    assert 'src="/staff/console/main.js"' in staff
    assert 'Other issuers: <a href="/">main</a>, <a href="/b2b/">b2b</a>' in staff
    assert without_slash == staff
    script = patient_http.get(f"{issuer.issuers['staff'].url}/console/main.js")
    assert script.headers["content-type"] == "text/javascript; charset=utf-8"


def test_issuer_named_main_hides_no_other() -> None:
    with run_token_issuer(issuers={"main": {}, "staff": {}}) as issuer:
        page = open_page(issuer.issuers["staff"].url).text

    assert 'Other issuers: <a href="/">main</a>, <a href="/main/">main</a>' in page


@pytest.mark.parametrize("path", ["", "/realms/dev"])
def test_page_has_the_path_of_the_public_url(path: str) -> None:
    settings: Any = {"public_url": "http://gateway.test/realms/dev", "issuers": {"staff": {}}}
    with run_token_issuer(**settings) as issuer:
        main, staff = (open_page(f"{issuer.url}{path}{name}").text for name in ("", "/staff"))

    assert 'src="/realms/dev/console/main.js"' in main
    assert '<a href="/realms/dev/staff/">staff</a>' in main
    assert 'src="/realms/dev/staff/console/main.js"' in staff
    assert '<a href="/realms/dev/">main</a>' in staff


def test_text_of_the_settings_is_escaped() -> None:
    identifier = 'https://x.test/"><script>alert(1)</script>'
    with run_token_issuer(issuer=identifier) as issuer:
        pages = [open_page(issuer.url).text, open_page(issuer.url, Host="evil.test").text]

    for page in pages:
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


@pytest.mark.parametrize(
    ("settings", "remedy"),
    [
        ({"host": EVERYWHERE}, "Set <code>TOKEN_ISSUER_ADMIN_TOKEN</code>"),
        ({"admin": False}, "the setting <code>TOKEN_ISSUER_ADMIN</code> switches them off"),
    ],
)
def test_page_without_admin_surface_says_how_to_switch_it_on(
    settings: Mapping[str, Any], remedy: str
) -> None:
    with run_token_issuer(**settings) as issuer:
        url = issuer.url.replace(EVERYWHERE, "127.0.0.1")
        page = open_page(url).text

        assert UNAVAILABLE in page
        assert remedy in page
        assert "<script" not in page
        discovery = patient_http.get(f"{url}/.well-known/openid-configuration").json()
        for name, value in discovery.items():
            if name.endswith("_endpoint"):
                assert f"<strong>{name}</strong> <code>{value}</code>" in page
        assert f'href="/.well-known/jwks.json"><code>{discovery["jwks_uri"]}</code>' in page
        assert f'href="/oauth2/v1/certs"><code>{url}/oauth2/v1/certs</code>' in page
        assert 'href="/console/api"' in page


def test_links_to_documents_lead_where_the_browser_reaches_them() -> None:
    urls: Any = {
        "public_url": "http://token-issuer:8081",
        "browser_url": "http://localhost:8081/auth",
    }
    with run_token_issuer(admin=False, **urls) as issuer:
        page = open_page(issuer.url).text

    assert (
        '<a href="/auth/.well-known/jwks.json">'
        "<code>http://token-issuer:8081/.well-known/jwks.json</code></a>"
    ) in page


def test_browser_of_several_workers_sees_why_there_is_no_console(start_issuer: StartIssuer) -> None:
    running = start_issuer("--workers", "2")
    page = open_page(running.url).text

    assert UNAVAILABLE in page
    assert "Remove the settings <code>TOKEN_ISSUER_WORKERS</code> and" in page
    assert "<strong>token_endpoint</strong>" in page
    assert "authorization_endpoint" not in page
    assert "several processes" in patient_http.get(running.url).json()["detail"]


def test_rebound_host_gets_no_console_and_no_admin_surface(issuer: RunningIssuer) -> None:
    """A page of evil.test, whose name now resolves to this machine, is of the same origin."""
    host = {"Host": "evil.test"}
    page = open_page(issuer.url, **host).text
    refused = patient_http.get(f"{issuer.url}/admin/keys", headers=host)

    assert UNAVAILABLE in page
    assert "Host: &#x27;evil.test" in page or "Host: 'evil.test'" in page
    assert "TOKEN_ISSUER_ADMIN_HOSTS" in page
    assert refused.status_code == 403
    assert refused.json()["detail"].startswith("Host: 'evil.test'")


@pytest.mark.parametrize(
    "fields",
    [
        {"Origin": "https://evil.test"},
        {"Origin": "null"},
        {"Referer": "https://evil.test/page"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
def test_page_of_another_site_can_trigger_nothing(
    issuer: RunningIssuer, fields: dict[str, str]
) -> None:
    with patient_http.Client(base_url=issuer.url, headers=fields) as http:
        refused = [
            http.get("/admin/profiles"),
            http.post("/admin/keys/rotate"),
            http.put("/admin/clock", content='{"offset":"8d"}'),
            http.delete("/admin/requests"),
        ]

    assert [response.status_code for response in refused] == [403] * 4
    assert not [each for each in refused if "access-control-allow-origin" in each.headers]


def test_link_of_another_site_opens_the_page(issuer: RunningIssuer) -> None:
    page = open_page(issuer.url, **{"Sec-Fetch-Site": "cross-site", "Referer": "https://x.test/"})

    assert CONSOLE in page.text


def test_page_of_another_port_of_this_machine_may_use_the_admin_surface(
    issuer: RunningIssuer,
) -> None:
    """Test pages on this machine plan logins and turn the clock; without a secret, all may."""
    origin = {"Origin": "http://localhost:3000"}
    response = patient_http.get(f"{issuer.url}/admin/clock", headers=origin)

    assert response.status_code == 200
    assert response.headers["access-control-allow-origin"] == "http://localhost:3000"


def test_with_a_secret_the_page_asks_for_it_and_nothing_else_is_readable() -> None:
    with (
        run_token_issuer(host=EVERYWHERE, admin_token=SECRET) as issuer,
        patient_http.Client(base_url=issuer.url.replace(EVERYWHERE, "127.0.0.1")) as http,
    ):
        page = open_page(str(http.base_url).rstrip("/")).text
        elsewhere = open_page(str(http.base_url).rstrip("/"), Host="qa.test").text
        described = http.get("/openapi.json").json()["paths"]
        admin = {path: item for path, item in described.items() if path.startswith("/admin/")}
        rejected = [
            http.request(method, path.replace("{number}", "1"), headers=fields).status_code
            for path, item in admin.items()
            for method in item
            for fields in ({}, {"Authorization": "Bearer wrong-horse"})
        ]
        bearer = {"Authorization": f"Bearer {SECRET}", "Sec-Fetch-Site": "same-origin"}
        accepted = [http.get(path, headers=bearer) for path in ("/admin/keys", "/admin/profiles")]

    assert 'data-admin="secret"' in page
    assert SECRET not in page
    assert elsewhere == page
    assert len(rejected) > 40
    assert set(rejected) == {401}
    assert [response.status_code for response in accepted] == [200, 200]


def test_console_leaves_no_trace_in_the_request_log() -> None:
    with run_token_issuer() as issuer, patient_http.Client(base_url=issuer.url) as http:
        open_page(issuer.url)
        http.get("/console/main.js")
        http.get("/console/nosuchfile.js")
        http.get("/admin/requests")
        http.get("/")
        http.get("/", headers={**BROWSER, "Metadata-Flavor": "Google"})

        logged = http.get("/admin/requests").json()["requests"]

    assert [(each["path"], each["status"]) for each in logged] == [("/", 404), ("/", 200)]


LIST_LOADED: Final = """
import sys
import urllib.request

from token_issuer.testing import run_token_issuer

def list_loaded():
    prefixes = ("token_issuer.web.console", "webbrowser", "pkgutil")
    return sorted(name for name in sys.modules if name.startswith(prefixes))

before = set(list_loaded())
with run_token_issuer() as issuer:
    def get(path, **headers):
        request = urllib.request.Request(issuer.url + path, headers=headers)
        return urllib.request.urlopen(request).read()

    issuer.mint()
    get("/certs")
    get("/openapi.json")
    print(sorted(set(list_loaded()) - before))
    get("/", Accept="text/html")
    print("token_issuer.web.console.page" in sys.modules)
"""


def test_nothing_of_the_console_is_loaded_before_it_is_asked_for(
    clean_environ: dict[str, str],
) -> None:
    environ = {**clean_environ, "NO_PROXY": "*"}
    loaded = subprocess.run(
        [sys.executable, "-c", LIST_LOADED],
        env=environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert (loaded.stdout, loaded.stderr) == ("[]\nTrue\n", "")


@pytest.mark.requirement("GO-4")
def test_profiles_are_listed_with_the_values_of_the_settings(tmp_path: Path) -> None:
    path = tmp_path / "profiles.toml"
    path.write_text(
        "[profiles.employees]\nttl = '5m'\nalg = 'EdDSA'\nomit = ['jti', 'sub']\n"
        "[profiles.employees.claims]\nroles = ['reader']\n"
    )
    with run_token_issuer(profiles=path, profile="iap", audience="own", ttl="2h") as issuer:
        described = patient_http.get(f"{issuer.url}/admin/profiles").json()
        profiles = {each["name"]: each for each in described["profiles"]}
        tokens = {
            name: patient_http.post(f"{issuer.url}/token", json={"profile": name}).json()
            for name in profiles
        }

    for name, profile in profiles.items():
        token = tokens[name]["access_token"]
        claims = jwt.decode(token, options={"verify_signature": False})
        assert profile["claims"].items() <= claims.items()
        assert claims.keys().isdisjoint(profile["omit"])
        assert jwt.get_unverified_header(token)["alg"] == profile["alg"]
        assert tokens[name]["expires_in"] == parse_duration(profile["ttl"]).total_seconds()
    assert described["default"] == "iap"
    assert list(profiles) == ["plain", "google", "iap", "firebase", "pubsub", "employees"]
    assert profiles["plain"] == {
        "name": "plain",
        "alg": "RS256",
        "ttl": "2h",
        "claims": {"iss": "https://issuer.local", "sub": "dev-user", "aud": "own"},
        "omit": [],
    }
    assert profiles["employees"]["claims"] == {
        "iss": "https://issuer.local",
        "aud": "own",
        "roles": ["reader"],
    }
    assert profiles["employees"]["alg"] == "EdDSA"
    assert profiles["employees"]["omit"] == ["jti", "sub"]
    assert profiles["firebase"]["claims"]["iss"] == (
        "https://securetoken.google.com/dev-only-project"
    )
