"""Files in which names of distributions, images and services stand: any spelling counts there."""

import re
from typing import Final

from separation.marks import DISTRIBUTION
from separation.pieces import Piece

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
"""What such a file holds, whatever it is called: SBOMs, image manifests, locks, requirements."""

_NAMED: Final = re.compile(
    # Compose and Kubernetes: values that are names, and a key that is a service's name.
    rb"(?:image|name|container_name|hostname|service|context|dockerfile|repository|host|aliases|chart)"
    rb"[\"']?\s*[:=]\s*[\"']?[^\s\"',}]*?%(name)s"
    rb"|^[ \t]*(?:-[ \t]+)?[\"']?%(name)s[\"']?\s*:\s*(?:[{&#].*)?$"
    rb"|^[ \t]*-[ \t]+[\"']?%(name)s[\"']?\s*$" % {b"name": DISTRIBUTION.pattern},
    re.MULTILINE,
)
_STRUCTURED: Final = (".yaml", ".yml", ".json", ".toml", ".tf", ".hcl", ".xml")


def names_simulator(piece: Piece) -> bool:
    """Tell whether *piece* is a file of names and the simulator's is among them."""
    text = piece.flat
    if _NAMES.fullmatch(piece.name) or _DOCUMENTS.search(text):
        return DISTRIBUTION.search(text) is not None
    return piece.name.endswith(_STRUCTURED) and _NAMED.search(text) is not None
