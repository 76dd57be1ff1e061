"""Modules that the guard loads when a proxy boots."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Final

import proxy_guard
import pytest

SOURCE: Final = str(Path(proxy_guard.__file__).parent.parent)
HEAVY: Final = {
    "argparse",
    "asyncio",
    "collections",
    "dataclasses",
    "email",
    "enum",
    "functools",
    "hashlib",
    "http",
    "inspect",
    "ipaddress",
    "json",
    "logging",
    "pathlib",
    "re",
    "socket",
    "ssl",
    "threading",
    "typing",
    "unicodedata",
    "urllib",
}
PROVIDER: Final = "https://www.googleapis.com/oauth2/v3/certs"
PEM: Final = """-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEx/xEzRu9m36HLN/tue659LNpXW6p
CyStikYjKIWI5a1/zfncndPbEXIPBy6/m+0u17R6czNXvp7xO6z048e9FUQ=
-----END PUBLIC KEY-----
"""
RSA_PEM: Final = """-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEArQVjamDGusPk+X7AUj/l
d+dzRu26U1DwQ3OSj2MeEn3qloPkx8teEaDKA0g246Xddby42PJicQ7eNrYpjefz
o955cgACKEPnXXjOgQhuxBs2Y9nZA73U3oUL1E4L6ToClosiIdUNbZqKx9Xzqdsd
oicEHfYU+GJEUJP3TENadTFIdbOVFgGXqRGGcDWIXJremrJava4RK9UD5/CTtotS
RLfQdSYbcg+pZwSqR2eQ8tJWWN3zW6ctIeqUgNGpU0pcMmi1Doxd+wuGBXu64JVr
jmt6oEU3uW1HX8A4rkqWwv887VfPEN4NLcm6R/YDCB/iSS2Q5SZFfEsfg/2xlTQE
ZQIDAQAB
-----END PUBLIC KEY-----
"""
PROBE: Final = """
import sys
bare = set(sys.modules)
sys.path.insert(0, {source!r})
import proxy_guard
try:
    proxy_guard.enforce({environ!r}, probe=False)
except proxy_guard.GuardRefusedError:
    pass
loaded = sorted(set(sys.modules) - bare)
import json
print(json.dumps(loaded))
"""


def load(environ: dict[str, str]) -> set[str]:
    """Return the modules that a bare interpreter loads for `enforce(environ)`."""
    probe = PROBE.format(source=SOURCE, environ=environ)
    result = subprocess.run(
        [sys.executable, "-I", "-S", "-c", probe], capture_output=True, check=True, timeout=30
    )
    loaded: list[str] = json.loads(result.stdout)
    return set(loaded)


@pytest.mark.requirement("PG-1")
@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"JWT_JWKS_URI": PROVIDER, "JWT_ISSUER": "https://accounts.google.com"},
        {"JWT_JWKS_URI": "http://token-issuer:8081/certs"},
        {"JWT_JWKS_URI": PROVIDER, "APP_ENV": "dev"},
        {"HTTPS_PROXY": "http://proxy.example:3128", "GCE_METADATA_HOST": "169.254.169.254"},
        {"SSL_CERT_FILE": "/etc/ssl/certs/ca-certificates.crt", "SSL_CERT_DIR": "/etc/ssl/certs"},
    ],
    ids=["nothing-set", "real-provider", "refused", "development", "proxy", "trust-store"],
)
def test_enforce_loads_few_modules_all_of_the_standard_library(
    environ: dict[str, str],
) -> None:
    top_level = {name.partition(".")[0] for name in load(environ)}

    assert top_level - sys.stdlib_module_names == {"proxy_guard"}
    assert top_level & HEAVY == set()


@pytest.mark.requirement("PG-1")
@pytest.mark.parametrize(
    "uri", ["https://schl\u00fcssel.example/jwks", "https://[2001:db8::1]/jwks"]
)
def test_enforce_loads_only_the_standard_library_for_unusual_values(uri: str) -> None:
    top_level = {name.partition(".")[0] for name in load({"JWT_JWKS_URI": uri})}

    assert top_level - sys.stdlib_module_names == {"proxy_guard"}


@pytest.mark.requirement("PG-1")
def test_enforce_loads_the_search_of_files_only_if_a_variable_names_one() -> None:
    environ = {"JWT_JWKS_URI": PROVIDER, "HTTPS_PROXY": "proxy.example", "PATH": "/bin:MII"}
    searching = {"proxy_guard.trust", "proxy_guard.files"}

    assert not searching & load(environ)
    assert searching < load({"NODE_EXTRA_CA_CERTS": "/nowhere"})


@pytest.mark.requirement("PG-3")
@pytest.mark.parametrize("pem", [PEM, RSA_PEM], ids=["EC", "RSA"])
def test_static_key_loads_few_more_modules(pem: str) -> None:
    top_level = {name.partition(".")[0] for name in load({"JWT_PUBLIC_KEY": pem})}

    assert top_level - sys.stdlib_module_names == {"proxy_guard"}
    assert top_level & HEAVY <= {"hashlib"}
