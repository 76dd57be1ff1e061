"""What we have tried ourselves about single findings: by verifier, and by cause or check."""

from collections.abc import Mapping

NOTES: Mapping[str, Mapping[str, str]] = {}
