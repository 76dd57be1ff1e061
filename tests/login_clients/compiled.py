"""Applications in Go, Java and C, among them proxies."""

import os
import secrets
from collections.abc import Mapping
from functools import partial
from typing import Final
from urllib.parse import urlsplit

from tests.login_clients.application import (
    CLIENT,
    CLIENT_ID,
    CLIENT_SECRET,
    HERE,
    Application,
    Launch,
    Place,
)
from tests.machine import ROOT, build_debian_environ, find_command, run
from tests.verifiers.catalogue import Runtime
from tests.verifiers.installing import UNPACKED
from tests.verifiers.installing import install as install_verifiers

BUILT: Final = ROOT / ".cache/oidc-clients"
GO_BUILT: Final = BUILT / "go"
SPRING: Final = BUILT / "spring-login"
OAUTH2_PROXY: Final = "github.com/oauth2-proxy/oauth2-proxy/v7@v7.15.6"
APACHE_PAGE: Final = """\
sub <!--#echo var="OIDC_CLAIM_sub" -->
email <!--#echo var="OIDC_CLAIM_email" -->
access_token <!--#echo var="OIDC_access_token" encoding="none" -->
"""


def install_go() -> None:
    """Build the Go application as a static binary."""
    go = find_command("go", "install Go 1.25 or newer")
    environ = {**os.environ, "CGO_ENABLED": "0"}
    run(go, "build", "-mod=readonly", "-o", GO_BUILT / "login", cwd=HERE / "go", environ=environ)


def install_oauth2_proxy() -> None:
    """Build a release of oauth2-proxy with the dependency versions that its `go.mod` pins."""
    go = find_command("go", "install Go 1.26 or newer")
    environ = {**os.environ, "CGO_ENABLED": "0", "GOBIN": str(GO_BUILT)}
    run(go, "install", OAUTH2_PROXY, environ=environ)


def install_spring() -> None:
    """Compile the Spring Boot application, and copy its dependencies."""
    find_command("java", "install a JDK, version 17 or newer")
    maven = find_command("mvn", "install Maven 3.8 or newer")
    goals = ("compile", "dependency:copy-dependencies")
    run(maven, "--batch-mode", "--quiet", *goals, cwd=HERE / "spring")


def launch_go(place: Place) -> Launch:
    environ = {"ISSUER_URL": place.issuer_url, "PORT": str(place.port)}
    return Launch((GO_BUILT / "login",), CLIENT | environ)


def launch_spring(place: Place) -> Launch:
    command = (
        *("java", "-XX:TieredStopAtLevel=1"),  # starts faster
        *("-cp", f"{SPRING / 'classes'}:{SPRING / 'dependency'}/*", "login.Login"),
    )
    environ = {
        "ISSUER_URL": place.issuer_url,
        "PORT": str(place.port),
        "SERVER_ADDRESS": "localhost",
    }
    return Launch(command, CLIENT | environ)


def launch_apache(place: Place) -> Launch:
    """Configure Apache with a page that shows claims by server-side includes."""
    pages = place.state / "html"
    pages.mkdir()
    (pages / "me").write_text(APACHE_PAGE, encoding="utf-8")
    (pages / "bye").write_text("logged out\n", encoding="utf-8")
    environ = {
        "ISSUER_URL": place.issuer_url,
        "APP_URL": place.url,
        "CRYPTO_PASSPHRASE": secrets.token_urlsafe(),
        "PORT": str(place.port),
        "STATE": str(place.state),
        "APACHE_ROOT": str(UNPACKED),
        "LOGIN_CONF": str(HERE / "apache/login.conf"),
    }
    command = (UNPACKED / "usr/sbin/apache2", "-DFOREGROUND", "-f", HERE / "apache/server.conf")
    return Launch(command, CLIENT | environ | build_debian_environ(UNPACKED))


def launch_oauth2_proxy(place: Place, config: str, environ: dict[str, str]) -> Launch:
    """Configure oauth2-proxy to refresh tokens as soon as it can, not after half an hour."""
    common = {
        "OAUTH2_PROXY_CLIENT_ID": CLIENT_ID,
        "OAUTH2_PROXY_CLIENT_SECRET": CLIENT_SECRET,
        "OAUTH2_PROXY_COOKIE_SECRET": secrets.token_urlsafe(32),
        "OAUTH2_PROXY_COOKIE_REFRESH": "1ns",
        "OAUTH2_PROXY_HTTP_ADDRESS": f"127.0.0.1:{place.port}",
        "OAUTH2_PROXY_REDIRECT_URL": f"{place.url}/oauth2/callback",
        "OAUTH2_PROXY_UPSTREAMS": place.upstream_url,
        # The logout may redirect to the issuer.
        "OAUTH2_PROXY_WHITELIST_DOMAINS": urlsplit(place.issuer_url).netloc,
    }
    command = (GO_BUILT / "oauth2-proxy", "--config", HERE / "oauth2_proxy" / config)
    return Launch(command, common | environ)


def launch_oauth2_proxy_oidc(place: Place) -> Launch:
    environ = {"OAUTH2_PROXY_OIDC_ISSUER_URL": place.issuer_url}
    return launch_oauth2_proxy(place, "oidc.cfg", environ)


def launch_oauth2_proxy_google(place: Place) -> Launch:
    environ = {
        # As in its own login URL: Google gives a refresh token only if the client asks for it.
        "OAUTH2_PROXY_LOGIN_URL": f"{place.issuer_url}/o/oauth2/v2/auth?access_type=offline",
        "OAUTH2_PROXY_REDEEM_URL": f"{place.issuer_url}/token",
        "OAUTH2_PROXY_VALIDATE_URL": f"{place.issuer_url}/oauth2/v1/tokeninfo",
    }
    return launch_oauth2_proxy(place, "google.cfg", environ)


# `{id_token}` is a placeholder of oauth2-proxy.
OAUTH2_PROXY_LOGOUT: Final = (
    "/oauth2/sign_out?rd={issuer}%2Flogout%3Fid_token_hint%3D%7Bid_token%7D"
    "%26post_logout_redirect_uri%3D{app}%252Foauth2%252Fsign_in"
)

APPLICATIONS: Final[Mapping[str, Application]] = {
    "go-oidc": Application(install=install_go, launch=launch_go),
    "go-oidc-at-google": Application(
        install=install_go, launch=launch_go, issuer_settings={"TOKEN_ISSUER_PROFILE": "google"}
    ),
    "oauth2-proxy-oidc": Application(
        install=install_oauth2_proxy,
        launch=launch_oauth2_proxy_oidc,
        login="/oauth2/start",
        page="/",
        callback="/oauth2/callback",
        after_logout="/oauth2/sign_in",
        refresh="/",
        logout=OAUTH2_PROXY_LOGOUT,
    ),
    "oauth2-proxy-google": Application(
        install=install_oauth2_proxy,
        launch=launch_oauth2_proxy_google,
        login="/oauth2/start",
        page="/",
        callback="/oauth2/callback",
        after_logout="/oauth2/sign_in",
        refresh="/",
        logout=OAUTH2_PROXY_LOGOUT,
        sends_nonce=False,
        userinfo_path="/oauth2/v1/tokeninfo",
        authorization_path="/o/oauth2/v2/auth",
        issuer_settings={"TOKEN_ISSUER_PROFILE": "google"},
    ),
    "spring": Application(
        install=install_spring,
        launch=launch_spring,
        login="/oauth2/authorization/google",
        callback="/login/oauth2/code/google",
        denial="Invalid credentials",
        after_logout="/",
        refresh="/refresh",
        logout="/logout",
        # Spring refreshes access tokens that expire within a minute.
        issuer_settings={"TOKEN_ISSUER_TTL": "55s"},
    ),
    "mod_auth_openidc": Application(
        install=partial(install_verifiers, Runtime.DEBIAN),
        launch=launch_apache,
        login="/me",
        after_logout="/bye",
        # It mistakes an error with the parameter `iss` for a login that a third party starts.
        denial="Invalid Request",
        revokes_tokens=True,
        refresh="/callback?refresh={app}%2Fme&access_token={token}",
        logout="/callback?logout={app}%2Fbye",
    ),
}
