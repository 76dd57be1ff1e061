"""Several issuers in one process: a proxy trusts one of them, and the guard refuses them all."""

from typing import Final

import httpx
import pytest
from proxy_guard import cli
from proxy_guard.probe.probe import run_probe

from tests.in_process import call_main
from tests.services import Service, Start

PROFILES: Final = """
[issuers.staff]
kids = "thumbprint"

[issuers.google]
profile = "google"
algorithms = "ES256"
"""
NAMES: Final = ("", "/staff", "/google")
PATHS: Final = {
    "/.well-known/jwks.json": {"dev_header", "dev_jwks", "dev_key"},
    "/certs": {"dev_header", "dev_jwks", "dev_key"},
    "/oauth2/v3/certs": {"dev_header", "dev_jwks", "dev_key"},
    "/oauth2/v1/certs": {"dev_header"},
    "/.well-known/openid-configuration": {"dev_header"},
    "/.well-known/oauth-authorization-server": {"dev_header"},
    "/no-such-path": {"dev_header"},
}


@pytest.fixture(scope="module")
def issuer(start_shared_issuer: Start, tmp_path_factory: pytest.TempPathFactory) -> Service:
    path = tmp_path_factory.mktemp("issuers") / "profiles.toml"
    path.write_text(PROFILES)
    return start_shared_issuer(TOKEN_ISSUER_ISSUER="self", TOKEN_ISSUER_PROFILES=str(path))


@pytest.mark.requirement("PG-3")
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("name", NAMES)
def test_guard_finds_each_path_of_each_issuer(
    issuer: Service,
    base_environ: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    path: str,
) -> None:
    monkeypatch.setattr(run_probe, "__kwdefaults__", {"timeout_s": 60.0})
    urls = [f"{issuer.url}{name}{path}"]
    if path.startswith("/.well-known/o"):
        urls.append(f"{issuer.url}{path}{name}")
    for url in urls:
        variables = {"NODE_ENV": "production", "JWT_JWKS_URI": url}
        outcome = call_main(cli.main, "check", environ={**base_environ, **variables})
        assert outcome.returncode == 1
        assert PATHS[path] <= {code for code in PATHS[path] if f"[{code}]" in outcome.stdout}


@pytest.mark.requirement("JC-1")
@pytest.mark.parametrize("trusted", NAMES)
def test_proxy_that_trusts_one_issuer_refuses_the_tokens_of_the_others(
    issuer: Service, start_proxy: Start, client: httpx.Client, trusted: str
) -> None:
    url = f"{issuer.url}{trusted}"
    proxy = start_proxy(JWT_JWKS_URI=f"{url}/.well-known/jwks.json", JWT_ISSUER=url)
    statuses = {}
    for name in NAMES:
        for claims in ({}, {"iss": url}):
            token = client.post(f"{issuer.url}{name}/token", json=claims).json()["access_token"]
            headers = {"Authorization": f"Bearer {token}"}
            statuses[name, *claims] = client.get(proxy.url, headers=headers).status_code

    expected = {key: 200 if key[0] == trusted else 401 for key in statuses}
    assert statuses == expected
