"""Lists of distributions, images and services, in which any spelling of the name is a finding."""

import re
from typing import Final

from proxy_guard.dev_marks import is_service_name

from separation.content import Content
from separation.marks import DISTRIBUTION, ISSUER_SETTING

_NAMES: Final = re.compile(
    r"metadata|pkg-info|record|entry_points\.txt|top_level\.txt|direct_url\.json|sources\.txt|requires\.txt"
    r"|wheel|installer|pyproject\.toml|setup\.(?:py|cfg)|.*\.lock|pipfile|pylock.*\.toml"
    r"|.*(?:requirements|constraints).*\.(?:txt|in)|(?:conda-)?environment.*\.ya?ml"
    r"|dockerfile.*|containerfile.*|.*\.spdx(?:\.json|\.ya?ml|\.rdf)?|.*(?:bom|cdx).*\.(?:json|xml)"
)
"""Names of files that consist of such a list."""

_DOCUMENTS: Final = re.compile(
    rb'"bomformat"\s*:|"spdxversion"\s*:|^spdxversion:|cyclonedx\.org/schema/bom|"repotags"\s*:'
    rb'|"manifests"\s*:|^lock-version\s*=|^-e |--hash=sha256:',
    re.MULTILINE,
)
"""Content that identifies such a file: SBOMs, image manifests, locks, requirements."""

_NAMED: Final = re.compile(
    # Compose and Kubernetes: a value that is a name, or a key that is the name of a service.
    rb"(?:image|name|container_name|hostname|service|context|dockerfile|repository|host|aliases|chart|app)"
    rb"[\"']?\s*[:=]\s*[\"']?(?:[^\s\"',}]{0,255}?[/:@.])?%(name)s"
    rb"|^[ \t]*(?:-[ \t]+)?[\"']?%(name)s[\"']?\s*:\s*(?:[{&#].*)?$"
    rb"|^[ \t]*-[ \t]+[\"']?%(name)s[\"']?\s*$" % {b"name": DISTRIBUTION.pattern},
    re.MULTILINE,
)
_STRUCTURED: Final = (".yaml", ".yml", ".json", ".toml", ".tf", ".hcl", ".xml")


def names_simulator(content: Content) -> bool:
    """Return whether *content* is a list of names that includes the name of the simulator."""
    text = content.flat
    if _NAMES.fullmatch(content.name) or _DOCUMENTS.search(text):
        return DISTRIBUTION.search(text) is not None and (
            DISTRIBUTION.search(ISSUER_SETTING.sub(_drop_other_issuer, text)) is not None
        )
    return content.name.endswith(_STRUCTURED) and _NAMED.search(text) is not None


def _drop_other_issuer(setting: re.Match[bytes]) -> bytes:
    word = setting["word"].decode().replace("_", "-")
    return setting[0] if is_service_name(word) else b""
