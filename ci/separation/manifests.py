"""Files that list names of distributions, images and services, where any spelling is a finding."""

import re
from typing import Final

from separation.content import Content
from separation.marks import DISTRIBUTION

_NAMES: Final = re.compile(
    r"metadata|pkg-info|record|entry_points\.txt|top_level\.txt|direct_url\.json|sources\.txt|requires\.txt"
    r"|wheel|installer|pyproject\.toml|setup\.(?:py|cfg)|.*\.lock|pipfile|pylock.*\.toml"
    r"|.*(?:requirements|constraints).*\.(?:txt|in)|(?:conda-)?environment.*\.ya?ml"
    r"|dockerfile.*|containerfile.*|.*\.spdx(?:\.json|\.ya?ml|\.rdf)?|.*(?:bom|cdx).*\.(?:json|xml)"
)
"""File names whose whole content is a list of names."""

_DOCUMENTS: Final = re.compile(
    rb'"bomformat"\s*:|"spdxversion"\s*:|^spdxversion:|cyclonedx\.org/schema/bom|"repotags"\s*:'
    rb'|"manifests"\s*:|^lock-version\s*=|^-e |--hash=sha256:',
    re.MULTILINE,
)
"""Content of such a file under any name: SBOMs, image manifests, locks, requirements."""

_NAMED: Final = re.compile(
    # Compose and Kubernetes: values that are names, and a key that is a service's name.
    rb"(?:image|name|container_name|hostname|service|context|dockerfile|repository|host|aliases|chart|app)"
    rb"[\"']?\s*[:=]\s*[\"']?(?:[^\s\"',}]{0,255}?[/:@.])?%(name)s"
    rb"|^[ \t]*(?:-[ \t]+)?[\"']?%(name)s[\"']?\s*:\s*(?:[{&#].*)?$"
    rb"|^[ \t]*-[ \t]+[\"']?%(name)s[\"']?\s*$" % {b"name": DISTRIBUTION.pattern},
    re.MULTILINE,
)
_STRUCTURED: Final = (".yaml", ".yml", ".json", ".toml", ".tf", ".hcl", ".xml")


def names_simulator(content: Content) -> bool:
    """Tell whether *content* lists names, and the simulator's is one of them."""
    text = content.flat
    if _NAMES.fullmatch(content.name) or _DOCUMENTS.search(text):
        return DISTRIBUTION.search(text) is not None
    return content.name.endswith(_STRUCTURED) and _NAMED.search(text) is not None
