"""The peer from Maven Central."""

from pathlib import Path
from typing import Final

from benchmarks.load import Request
from benchmarks.peers.cache import install_once, run_installer
from benchmarks.subjects import CLIENT_CREDENTIALS, Subject, build_login

MOCK_OAUTH2_SERVER: Final = "mock-oauth2-server"
_PINS: Final = ("pom.xml",)
_MAIN: Final = "no.nav.security.mock.oauth2.StandaloneMockOAuth2ServerKt"


def install(cache: Path) -> list[Subject]:
    """Download the peer's archives with Maven.

    Raises:
        NotMeasuredHereError: Java or Maven is missing, or Maven cannot download the archives.
    """
    run_installer(["java", "-version"], cache)
    folder = install_once(cache, "java", _PINS, _install)
    archive = next(folder.glob("lib/mock-oauth2-server-*.jar"))
    return [
        Subject(
            name=MOCK_OAUTH2_SERVER,
            version=archive.stem.rpartition("-")[2],
            command=("java", "-cp", f"{folder}/lib/*", _MAIN),
            environ={"SERVER_PORT": "{port}", "SERVER_HOSTNAME": "127.0.0.1"},
            jwks=Request("/default/jwks", is_kept_alive=False),
            token=Request("/default/token", "POST", CLIENT_CREDENTIALS, is_kept_alive=False),
            login=build_login(
                "/default/authorize", "/default/token", form="username=alice", is_kept_alive=False
            ),
        )
    ]


def _install(folder: Path) -> None:
    goal = ["dependency:copy-dependencies", "-DoutputDirectory=lib", "-DincludeScope=runtime"]
    run_installer(["mvn", "--quiet", "--batch-mode", *goal], folder)
