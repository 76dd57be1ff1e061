# DEV-ONLY: never ship to production.
"""The variables by which the programs of a command reach Google's names through the proxy."""

import shlex
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import urlsplit

from token_issuer.config.declaration import PREFIX
from token_issuer.front.trust import CA_VARIABLES, JAVA_PASSWORD, TrustFiles
from token_issuer.google_hosts import HTTP_NAMES, HTTPS_NAMES

PROXY_VARIABLES: Final = ("HTTPS_PROXY", "https_proxy")
_BYPASS_VARIABLES: Final = ("NO_PROXY", "no_proxy")
_LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")
_PROJECT_VARIABLES: Final = ("GOOGLE_CLOUD_PROJECT",)
_TLS_VARIABLES: Final = frozenset({f"{PREFIX}TLS", f"{PREFIX}TLS_CERT", f"{PREFIX}TLS_KEY"})
_JAVA_VARIABLE: Final = "JAVA_TOOL_OPTIONS"


def build_variables(
    environ: Mapping[str, str], *, proxy: str, issuer: str, files: TrustFiles, project: str
) -> dict[str, str]:
    """Return the variables of the command.

    Args:
        environ: The variables of this process; those that have nothing to do with it are kept.
        proxy: The URL of the proxy.
        issuer: The URL of the issuer.
        files: The certificates that the command trusts.
        project: The project at Google, unless *environ* names one.
    """
    address = urlsplit(issuer).netloc
    host, port = urlsplit(issuer).hostname or "", urlsplit(issuer).port or 80
    bypass = ",".join(dict.fromkeys((*_LOOPBACK, host, *_list_bypassed(environ))))
    return {
        **dict.fromkeys(_PROJECT_VARIABLES, project),
        **environ,
        **dict.fromkeys(PROXY_VARIABLES, proxy),
        **dict.fromkeys(_BYPASS_VARIABLES, bypass),
        **dict.fromkeys(CA_VARIABLES, str(files.pem)),
        "NODE_USE_ENV_PROXY": "1",  # Node 22.21 and later
        _JAVA_VARIABLE: " ".join(
            filter(None, (environ.get(_JAVA_VARIABLE), *_list_java_options(proxy, files)))
        ),
        "GCE_METADATA_HOST": address,
        "GCE_METADATA_IP": address,  # google-auth for Python looks for the server there
        **dict.fromkeys(_TLS_VARIABLES & environ.keys(), ""),
        f"{PREFIX}HOST": host,  # for make-token and the other commands that use an issuer
        f"{PREFIX}PORT": str(port),
    }


def _list_bypassed(environ: Mapping[str, str]) -> Iterator[str]:
    """Yield the names that the user excludes from the proxy, except those that lead to Google."""
    for variable in _BYPASS_VARIABLES:
        for entry in environ.get(variable, "").split(","):
            if (name := entry.strip()) and not _covers_google(name):
                yield name


def _covers_google(entry: str) -> bool:
    host = entry.partition(":")[0] if entry.count(":") == 1 else entry
    suffix = host.lower().removeprefix("*").strip(".")  # empty for *, which stands for all names
    names = (*HTTPS_NAMES, *HTTP_NAMES)
    return not suffix or any(f".{name}".endswith(f".{suffix}") for name in names)


def _list_java_options(proxy: str, files: TrustFiles) -> Iterator[str]:
    parts = urlsplit(proxy)
    properties = {
        "https.proxyHost": parts.hostname,
        "https.proxyPort": parts.port,
        "javax.net.ssl.trustStore": shlex.quote(str(files.java)),  # Java quotes as the shell does
        "javax.net.ssl.trustStoreType": "PKCS12",
        "javax.net.ssl.trustStorePassword": JAVA_PASSWORD,
    }
    for name, value in properties.items():
        yield f"-D{name}={value}"
