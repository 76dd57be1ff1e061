"""Regular expressions for the names of the simulator and of this machine, in lower case.

They have the syntax of RE2, which CEL, Rego and the scanners for secrets have in common.
"""

from collections.abc import Sequence
from typing import Final

from proxy_guard import addresses, dev_marks

SERVICE: Final = dev_marks.SERVICE_NAME.replace("-", "[-_]")
QUOTES: Final = r"\x22\x27"
HOST: Final = dev_marks.ISSUER_HOST.replace(".", r"\.")

DISGUISES: Final = (
    r"\x{ad}\x{17f}\x{2b0}-\x{2b8}\x{34f}\x{115f}\x{1160}\x{17b4}\x{17b5}\x{180b}-\x{180f}"
    r"\x{1d2c}-\x{1d6a}\x{200b}-\x{206f}"
    r"\x{2100}-\x{214f}\x{2212}\x{2460}-\x{24ff}\x{3002}\x{3164}\x{fe00}-\x{fe0f}\x{fe50}-\x{fe6b}"
    r"\x{feff}-\x{fff8}\x{1d400}-\x{1d7ff}\x{e0000}-\x{e0fff}"
)
"""Blocks of characters that IDNA maps to ASCII or drops (UTS #46), for a regular expression."""


def match_dev_name() -> str:
    """Match the simulator's name unless a letter is next to it, and the host of its `iss`."""
    return match_names(f"{SERVICE}(?:[^a-z]|$)")


def match_dev_name_in_setting() -> str:
    """Match these names in a line of settings, except as the end of the name of a setting.

    Any provider may have the setting `REGISTRY_AUTH_TOKEN_ISSUER=` or `token_issuer: `.
    """
    first, second = dev_marks.SERVICE_NAME.split("-")
    no_assignment = (
        rf"[{QUOTES}]?\s*(?:[^a-z=:\s{QUOTES}]|:(?:[^\s{QUOTES}]|$)|$)|[\s{QUOTES}]\s*[a-z{QUOTES}]"
    )
    return match_names(rf"{first}(?:-{second}(?:[^a-z]|$)|_{second}(?:{no_assignment}))")


def match_names(service: str) -> str:
    """Match *service*, which is the simulator's name and its end, and the host of its `iss`."""
    encoded = "%[0-9a-f]{2}"  # may end in a letter that does not belong to the name
    return (
        rf"(?:^|[^a-z]|{encoded}){service}"
        rf"|(?:^|[^a-z0-9-]|{encoded}){HOST}\.*(?:[^a-z0-9.-]|$)"
    )


def match_name_line() -> str:
    """Match each whole line that may contain one of these names."""
    return rf"[^\n]*(?:{SERVICE}|{HOST})[^\n]*"


def match_other_issuer() -> str:
    """Match a line that sets an issuer to a bare word with more letters than the simulator's name.

    These are the words that `dev_marks` allows: `is_bare_word` and not `is_service_name`.
    """
    variable = r"(?:[a-z0-9_.-]*issuer|(?:[a-z0-9_.-]*[_.-])?iss)"
    file = r"[a-z0-9_-]*\.[a-z0-9_.-]*"  # the key of a ConfigMap, before the first line of the file
    word = rf"[a-z0-9_-]*(?:[a-z][0-9_-]+{SERVICE}|{SERVICE}[0-9_-]+[a-z])[a-z0-9_-]*"
    return (
        rf"^(?:{file}=)?[\s{QUOTES}{{,-]*{variable}[{QUOTES}]?\s*"
        rf"[:=][\s{QUOTES}]*{word}[\s{QUOTES}}},;]*$"
    )


def match_hidden_host() -> str:
    """Match a URI whose host contains characters that only hide a name.

    These are percent-encoded characters, which host names in DNS do not contain (RFC 3986 §3.2.2),
    and characters that IDNA maps to ASCII or drops: invisible, full-width, mathematical, enclosed.
    """
    within = r"[^/?#@\s]*"
    return rf"https?://(?:[^/?#\s]*@)?{within}[%{DISGUISES}]{within}(?:[/?#\s]|$)"


def match_local_dev_port() -> str:
    """Match the simulator's port on this machine or on the host of this container."""
    names = sorted({
        *filter(None, addresses.LOCAL_NAMES),
        *(s[1:] for s in addresses.LOCAL_SUFFIXES),
    })
    networks = "|".join(str(network & 0xFF) for network in addresses.DOCKER_NETWORKS)
    desktop = (".".join(map(str, host.to_bytes(4))) for host in addresses.DOCKER_DESKTOP_HOSTS)
    loopback = r"127\.[0-9.]+|7f[0-9a-f]{2}:[0-9a-f]+"
    hosts = [
        rf"(?:[a-z0-9_.-]*\.)?(?:{escape(names)})",
        r"(?:0+|0*127|0+177|0x0*7f)(?:\.[0-9a-fx]+){0,3}",
        r"0x7f[0-9a-f]{6}|0+177[0-7]{8}|21[34][0-9]{7}",  # 127.0.0.0/8 as one number, approximately
        rf"172\.(?:{networks})\.0\.1|{escape(sorted(desktop))}",
        rf"\[(?:[0:]*1?|[0-9a-f:]*:(?:{loopback}|172\.(?:{networks})\.0\.1)(?:::)?)(?:%[^\]]*)?\]",
        "//",  # Go connects to this machine if the host is empty
    ]
    return rf"(?:^|[^a-z0-9_.-])(?:{'|'.join(hosts)})\.*:0*{dev_marks.DEFAULT_PORT}(?:[^0-9]|$)"


def match_credential() -> str:
    """Match a code, token or cookie of the simulator, in lower case."""
    marks = "|".join(mark.replace(".", r"\.") for mark in dev_marks.CREDENTIALS)
    return f"(?:{marks})[a-z0-9_-]{{{dev_marks.MIN_SEALED_CHARS}}}"


def escape(names: Sequence[str]) -> str:
    """Match one of *names*."""
    return "|".join(name.replace(".", r"\.") for name in names)
