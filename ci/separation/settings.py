"""Settings that point to the simulator: env files, Compose, Kubernetes, environments of images.

Each value is checked by the rules of the guard, so every disguise that the guard detects is a
finding.
"""

import re
from collections.abc import Iterator
from typing import Final

from proxy_guard import urls
from proxy_guard.dev_marks import is_bare_word
from proxy_guard.rules import ISSUER_VARIABLE

from separation.content import Content

_MAX_FILE_BYTES: Final = 1 << 20
_VALUE: Final = r"""["']?(?P<value%d>[^\s"',;}<]{1,2048}+)"""
_ASSIGNMENT: Final = re.compile(
    # Kubernetes, Spring: name: NAME, value: VALUE in YAML, JSON or XML, in either order
    r"""\b(?:name|key)["']?[ \t]*[:=][ \t]*["']?(?P<name1>[\w.-]+)["']?[,\s]*["']?\bvalue["']?"""
    r"""[ \t]*[:=][ \t]*"""
    + _VALUE % 1
    + r"""|\bvalue["']?[ \t]*:[ \t]*"""
    + _VALUE % 2
    + r"""(?=["'\s,]++name["']?[ \t]*:[ \t]*["']?(?P<name2>[\w.-]+))"""
    # Dockerfile: ENV NAME VALUE; nginx: set $NAME VALUE
    + r"|^[ \t]*(?:ENV[ \t]+|set[ \t]+\$)(?P<name3>\w+)[ \t]+"
    + _VALUE % 3
    # Arguments: --NAME VALUE, ["--NAME", "VALUE"], and on two lines of YAML
    + r"""|--(?P<name4>[a-z][\w.-]{2,60})(?:["']?(?:,\s*|\s+-)|[ \t])[ \t]*"""
    + _VALUE % 4
    # NAME=VALUE, NAME: VALUE, "NAME": "VALUE", -Dname=VALUE, <NAME>VALUE, a folded scalar of YAML.
    # Some names are excluded because their value is a setting: Environment="NAME=VALUE"
    + r"""|\b(?!(?:environment|env|key|name)["']?[ \t]*[:=])"""
    r"""(?P<name5>[A-Za-z][\w.-]{2,60})["']?[ \t]*[:=>][ \t]*(?:[>|][+-]?\s+)?"""
    + _VALUE % 5,
    re.MULTILINE | re.IGNORECASE,
)  # fmt: skip
_FILES: Final = re.compile(
    r".*\.(?:env|ya?ml|json|toml|ini|cfg|conf|properties|sh|service|tf|tfvars|hcl|txt|container|xml"
    r"|bat|ps1|mk)|\.?env.*|dockerfile.*|containerfile.*|.*compose.*|makefile|jenkinsfile|procfile"
)
_ISSUER_NAMES: Final = re.compile(r"jw[tk]|issuer|oidc|o?auth|idp|sso|certs", re.IGNORECASE)


def find_pointers(content: Content) -> Iterator[str]:
    """Yield the names of the settings in *content* that point to the simulator."""
    if len(content.data) > _MAX_FILE_BYTES or not (
        _FILES.fullmatch(content.name) or _is_image(content)
    ):
        return
    text = content.data.replace(b"\0", b"").decode("utf-8", "replace")
    found = {}
    for match in _ASSIGNMENT.finditer(text):
        groups = {key: text for key, text in match.groupdict().items() if text}
        name, value = (
            next(groups[key] for key in groups if key.startswith(kind))
            for kind in ("name", "value")
        )
        if name not in found and _leads_to_simulator(name, value):
            found[name] = True
    yield from found


def _is_image(content: Content) -> bool:
    return b'"rootfs"' in content.flat and b'"config"' in content.flat


def _leads_to_simulator(name: str, value: str) -> bool:
    names_issuer = _ISSUER_NAMES.search(name) is not None
    if is_bare_word(value):  # in any other setting, the name of a field, a variable or a service
        return name.upper() == ISSUER_VARIABLE and urls.inspect_issuer(value) is not None
    if not (names_issuer or name.isupper()):
        return False
    verdict = urls.find_dev_mark(value)
    if verdict is None or verdict.code == urls.UNREADABLE_URI:
        return False
    # Settings that are not about an issuer may point to another service on port 8081.
    return verdict.code != urls.LOCAL_DEV_PORT or names_issuer
