"""Settings are read from the environment, and all errors are reported together."""

from datetime import timedelta
from typing import Final

import pytest
from jwt_core import Algorithm, encode_public_pem, generate_key
from reference_proxy.errors import SettingsError
from reference_proxy.settings import Settings

GOOD: Final = {
    "JWT_JWKS_URI": "https://id.example.com/jwks.json",
    "JWT_ISSUER": "https://id.example.com",
    "JWT_AUDIENCE": "orders",
    "UPSTREAM_URL": "http://orders:8000",
}


@pytest.mark.requirement("OPS-2")
def test_from_env_uses_defaults_for_what_is_blank() -> None:
    settings = Settings.from_env({**GOOD, "PROXY_PORT": " ", "JWT_PUBLIC_KEY": ""})

    assert settings.jwks_uri == GOOD["JWT_JWKS_URI"]
    assert settings.public_key is None
    assert (settings.host, settings.port) == ("127.0.0.1", 8080)
    assert settings.algorithms == {Algorithm.RS256}
    assert settings.jwks_cooldown == timedelta(seconds=30)


def test_from_env_reads_everything_that_can_be_set() -> None:
    key = generate_key(Algorithm.ES256)
    settings = Settings.from_env(
        GOOD
        | {
            "JWT_JWKS_URI": "",
            "JWT_PUBLIC_KEY": encode_public_pem(key).decode().replace("\n", "\\n"),
            "JWT_ALGORITHMS": "RS256, ES256",
            "JWT_LEEWAY_S": "1.5",
            "PROXY_HOST": "0.0.0.0",  # noqa: S104  # nothing is bound here
            "PROXY_PORT": "9000",
        }
    )

    assert settings.public_key is not None
    assert settings.public_key.algorithm is Algorithm.ES256
    assert settings.algorithms == {Algorithm.RS256, Algorithm.ES256}
    assert settings.leeway == timedelta(seconds=1.5)
    assert settings.port == 9000


@pytest.mark.requirement("OPS-2")
def test_from_env_names_both_variables_when_both_keys_are_set() -> None:
    pem = encode_public_pem(generate_key()).decode()

    with pytest.raises(SettingsError) as refusal:
        Settings.from_env({**GOOD, "JWT_PUBLIC_KEY": pem})

    assert len(refusal.value.problems) == 1
    assert "JWT_JWKS_URI" in refusal.value.problems[0]
    assert "JWT_PUBLIC_KEY" in refusal.value.problems[0]


def test_from_env_reports_every_mistake_at_once() -> None:
    with pytest.raises(SettingsError) as refusal:
        Settings.from_env({"PROXY_PORT": "many", "JWT_ALGORITHMS": "HS256", "JWT_LEEWAY_S": "-1"})

    text = str(refusal.value)
    for name in ("JWT_JWKS_URI", "JWT_ISSUER", "JWT_AUDIENCE", "UPSTREAM_URL"):
        assert f"{name} " in text
    for name in ("PROXY_PORT", "JWT_ALGORITHMS", "JWT_LEEWAY_S"):
        assert f"{name}: expected" in text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FORWARDED_HEADERS", "maybe"),
        ("CORS_ORIGINS", "app.example.com"),
        ("CORS_ORIGINS", "https://app.example.com/path"),
        ("SSL_CERT_FILE", "/nonexistent.pem"),
        ("SSL_CERT_FILE", __file__),
        ("JWKS_PROXY_URL", "proxy:3128"),
        ("PROXY_KEEP_ALIVE_S", "0"),
        ("PROXY_KEEP_ALIVE_S", "86401"),
        ("PROXY_REQUEST_TIMEOUT_S", "never"),
        ("PROXY_MIN_BODY_RATE", "-1"),
        ("PROXY_MAX_HEADER_BYTES", "1023"),
        ("PROXY_MAX_HEADER_BYTES", "64k"),
        ("UPSTREAM_URL", "orders:8000"),
        ("UPSTREAM_URL", "http://user:secret@orders/"),
        ("JWT_JWKS_URI", "ftp://id.example.com/jwks.json"),
        ("JWT_JWKS_URI", "https://id.example.com/jwks.json?key=secret"),
        ("UPSTREAM_URL", "http://orders:abc/secret"),
        ("UPSTREAM_URL", "http://orders:99999/secret"),
        ("UPSTREAM_URL", "http://orders:0/secret"),
        ("UPSTREAM_URL", "http://the orders/secret"),
        ("UPSTREAM_URL", "http://orders/a\tsecret"),
        ("UPSTREAM_URL", "http://orders..example/secret"),
        ("UPSTREAM_URL", f"http://{'o' * 64}/secret"),
        ("UPSTREAM_URL", "http://[::1/secret"),
        ("UPSTREAM_URL", "http://[secret]/"),
        ("UPSTREAM_URL", "http://orders/?"),
        ("JWT_JWKS_URI", "http://id.example.com:abc/secret"),
        ("JWT_JWKS_URI", 'http://"secret"/'),
        ("JWKS_COOLDOWN_S", "0"),
        ("UPSTREAM_TIMEOUT_S", "0.000"),
        ("PROXY_PORT", "65536"),
        ("UPSTREAM_TIMEOUT_S", "soon"),
    ],
)
def test_from_env_refuses_value_without_repeating_it(name: str, value: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        Settings.from_env({**GOOD, name: value})

    assert len(refusal.value.problems) == 1
    assert refusal.value.problems[0].startswith(f"{name}: ")
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize(
    "url", ["http://orders", "http://ORDERS.:80/a@b", "https://127.0.0.1/x", "http://[::1]:8000/"]
)
def test_from_env_takes_any_url_that_can_be_called(url: str) -> None:
    settings = Settings.from_env({**GOOD, "UPSTREAM_URL": url, "JWT_JWKS_URI": url})

    assert (settings.upstream_url, settings.jwks_uri) == (url, url)


def test_from_env_refuses_private_key_without_repeating_it() -> None:
    from jwt_core import encode_private_pem

    pem = encode_private_pem(generate_key()).decode()

    with pytest.raises(SettingsError) as refusal:
        Settings.from_env({**GOOD, "JWT_JWKS_URI": "", "JWT_PUBLIC_KEY": pem})

    assert "JWT_PUBLIC_KEY: " in str(refusal.value)
    assert pem.splitlines()[1] not in str(refusal.value)


def test_from_env_refuses_static_key_of_an_algorithm_that_is_not_allowed() -> None:
    pem = encode_public_pem(generate_key(Algorithm.ES256)).decode()

    with pytest.raises(SettingsError, match="set JWT_ALGORITHMS=ES256"):
        Settings.from_env({**GOOD, "JWT_JWKS_URI": "", "JWT_PUBLIC_KEY": pem})


def test_from_env_takes_the_only_allowed_algorithm_for_a_key_that_names_none() -> None:
    key = generate_key(Algorithm.PS256)
    environ = {
        **GOOD,
        "JWT_JWKS_URI": "",
        "JWT_PUBLIC_KEY": encode_public_pem(key).decode(),
        "JWT_ALGORITHMS": "PS256",
    }

    settings = Settings.from_env(environ)

    assert settings.public_key is not None
    assert settings.public_key.algorithm is Algorithm.PS256
