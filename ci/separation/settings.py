"""Settings that point at the simulator: env files, Compose, Kubernetes, environments of images.

The value is judged by the guard's own rules, so that every disguise it knows counts here.
"""

import re
from collections.abc import Iterator
from typing import Final

from proxy_guard import urls

from separation.pieces import Piece

_LARGEST: Final = 1 << 20
_VALUE: Final = r"""["']?(?P<value%d>[^\s"',;}]+)"""
_ASSIGNMENT: Final = re.compile(
    # Kubernetes: name: NAME, value: VALUE, in YAML or JSON
    r"""\bname["']?[ \t]*:[ \t]*["']?(?P<name1>[\w.-]+)["']?[,\s]*["']?\bvalue["']?[ \t]*:[ \t]*"""
    + _VALUE % 1
    # Dockerfile: ENV NAME VALUE
    + r"|^[ \t]*ENV[ \t]+(?P<name2>\w+)[ \t]+" + _VALUE % 2
    # NAME=VALUE, NAME: VALUE, "NAME": "VALUE", -Dname=VALUE
    + r"""|\b(?P<name3>[A-Za-z][\w.-]{2,60})["']?[ \t]*[:=][ \t]*""" + _VALUE % 3,
    re.MULTILINE | re.IGNORECASE,
)  # fmt: skip
_FILES: Final = re.compile(
    r".*\.(?:env|ya?ml|json|toml|ini|cfg|conf|properties|sh|service|tf|tfvars|hcl|txt|container)"
    r"|\.?env.*|dockerfile.*|containerfile.*|.*compose.*"
)
_ISSUER_NAMES: Final = re.compile(r"jw[tk]|issuer|oidc|o?auth|idp|sso|certs", re.IGNORECASE)
_WORD: Final = re.compile(r"[\w-]*")


def find_pointers(piece: Piece) -> Iterator[str]:
    """Yield the names of the settings in *piece* whose values lead to the simulator."""
    if len(piece.data) > _LARGEST or not (_FILES.fullmatch(piece.name) or _is_image(piece)):
        return
    text = piece.data.replace(b"\0", b"").decode("utf-8", "replace")
    found = {}
    for match in _ASSIGNMENT.finditer(text):
        name, value = filter(None, match.groups())
        if name not in found and _leads_to_simulator(name, value):
            found[name] = True
    yield from found


def _is_image(piece: Piece) -> bool:
    return b'"rootfs"' in piece.flat and b'"config"' in piece.flat


def _leads_to_simulator(name: str, value: str) -> bool:
    names_issuer = _ISSUER_NAMES.search(name) is not None
    if _WORD.fullmatch(value) or not (names_issuer or name.isupper()):
        return False
    verdict = urls.inspect_issuer(value)
    if verdict is None or verdict.code == urls.UNREADABLE_URI:
        return False
    # Whatever else listens on this machine's port 8081 is nobody's business here.
    return verdict.code != urls.LOCAL_DEV_PORT or names_issuer
