"""Alternatives to the issuer, installed from their registries when needed."""

from pathlib import Path

from benchmarks.errors import MeasurementError, NotMeasuredHereError
from benchmarks.peers import go, java, node, python
from benchmarks.subjects import Subject


def find_peers(cache: Path) -> tuple[list[Subject], dict[str, str]]:
    """Install all peers below *cache*.

    Returns:
        The peers, and the reasons why other peers are absent, by name.

    Raises:
        MeasurementError: a peer in Node or Python cannot be installed.
    """
    try:
        peers = [*node.install(cache), *python.install(cache)]
    except NotMeasuredHereError as error:
        raise MeasurementError(str(error)) from error
    absent = {}
    for name, install in {
        java.MOCK_OAUTH2_SERVER: java.install,
        go.JWKS_MOCK_API: go.install,
    }.items():
        try:
            peers += install(cache)
        except NotMeasuredHereError as error:
            absent[name] = str(error)
    return peers, absent
