# DEV-ONLY: never ship to production.
"""The variables of a command behind the proxy."""

import shlex
from pathlib import Path
from typing import Final

import pytest
from token_issuer.front.trust import TrustFiles
from token_issuer.front.variables import build_variables

pytestmark = pytest.mark.requirement("GO-6")

FILES: Final = TrustFiles(Path("/var/a b/ca.pem"), Path("/var/a b/ca.p12"))


def build(
    issuer: str = "http://127.0.0.1:40000", files: TrustFiles = FILES, **environ: str
) -> dict[str, str]:
    return build_variables(
        environ,
        proxy="http://127.0.0.1:50000",
        issuer=issuer,
        files=files,
        project="dev-only-project",
    )


def test_variables_of_python_node_go_and_java() -> None:
    variables = build()

    java = variables.pop("JAVA_TOOL_OPTIONS")
    assert shlex.split(java) == [
        "-Dhttps.proxyHost=127.0.0.1",
        "-Dhttps.proxyPort=50000",
        "-Djavax.net.ssl.trustStore=/var/a b/ca.p12",
        "-Djavax.net.ssl.trustStoreType=PKCS12",
        "-Djavax.net.ssl.trustStorePassword=",
    ]
    assert variables == {
        "HTTPS_PROXY": "http://127.0.0.1:50000",
        "https_proxy": "http://127.0.0.1:50000",
        "NO_PROXY": "localhost,127.0.0.1,::1",
        "no_proxy": "localhost,127.0.0.1,::1",
        "SSL_CERT_FILE": "/var/a b/ca.pem",
        "REQUESTS_CA_BUNDLE": "/var/a b/ca.pem",
        "CURL_CA_BUNDLE": "/var/a b/ca.pem",
        "NODE_EXTRA_CA_CERTS": "/var/a b/ca.pem",
        "HTTPLIB2_CA_CERTS": "/var/a b/ca.pem",
        "NODE_USE_ENV_PROXY": "1",
        "GCE_METADATA_HOST": "127.0.0.1:40000",
        "GCE_METADATA_IP": "127.0.0.1:40000",
        "GOOGLE_CLOUD_PROJECT": "dev-only-project",
        "TOKEN_ISSUER_HOST": "127.0.0.1",
        "TOKEN_ISSUER_PORT": "40000",
    }


def test_path_with_quotes_is_quoted_for_java() -> None:
    path = Path("/var/a \"b' c/ca.p12")

    java = build(files=FILES._replace(java=path))["JAVA_TOOL_OPTIONS"]

    assert f"-Djavax.net.ssl.trustStore={path}" in shlex.split(java)


def test_variables_of_the_user_are_kept() -> None:
    variables = build(
        PATH="/bin", GOOGLE_CLOUD_PROJECT="mine", JAVA_TOOL_OPTIONS="-Xmx1g", HTTPS_PROXY="http://x"
    )

    assert variables["PATH"] == "/bin"
    assert variables["GOOGLE_CLOUD_PROJECT"] == "mine"
    assert variables["JAVA_TOOL_OPTIONS"].startswith("-Xmx1g -Dhttps.proxyHost=127.0.0.1 ")
    assert variables["HTTPS_PROXY"] == "http://127.0.0.1:50000"


def test_issuer_elsewhere_is_reached_without_a_proxy() -> None:
    variables = build("http://token-issuer:8081")

    assert variables["NO_PROXY"] == "localhost,127.0.0.1,::1,token-issuer"
    assert variables["GCE_METADATA_HOST"] == "token-issuer:8081"
    assert (variables["TOKEN_ISSUER_HOST"], variables["TOKEN_ISSUER_PORT"]) == (
        "token-issuer",
        "8081",
    )


@pytest.mark.parametrize(
    "entry",
    [
        *("*", "google.com", ".google.com", "*.google.com", "googleapis.com", "COM"),
        *("www.googleapis.com", "www.googleapis.com:443", ".internal", "accounts.google.com."),
    ],
)
def test_entry_of_no_proxy_that_leads_to_google_is_dropped(entry: str) -> None:
    variables = build(NO_PROXY=f"db.test, {entry},10.0.0.0/8", no_proxy="fd00::7")

    assert variables["NO_PROXY"] == "localhost,127.0.0.1,::1,db.test,10.0.0.0/8,fd00::7"
    assert variables["no_proxy"] == variables["NO_PROXY"]
