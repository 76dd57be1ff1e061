"""One verifier as a service on the loopback interface."""

import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from tests.conftest import ISSUER_COMMAND
from tests.services import Service, find_free_port, read_clean_environ, run_service
from tests.verifiers.catalogue import Verifier
from tests.verifiers.launching import Launch, Place, plan_launch

START_TIMEOUT_S: Final = 60  # on a busy machine
STOP_TIMEOUT_S: Final = 15


class StartError(Exception):
    """A service did not start; the message has its output."""


@contextmanager
def run_issuer() -> Iterator[Service]:
    """Run an issuer whose `iss` is its URL, as some clients require."""
    port = find_free_port()
    environ = read_clean_environ() | {"TOKEN_ISSUER_ISSUER": f"http://127.0.0.1:{port}"}
    with run_service([str(ISSUER_COMMAND), "serve", "--port", str(port)], environ) as issuer:
        yield issuer


@contextmanager
def run_verifier(verifier: Verifier, issuer_url: str) -> Iterator[str]:
    """Run the service around a verifier that trusts the issuer at *issuer_url*.

    Yields:
        The URL that requires a bearer token.

    Raises:
        StartError: The service does not listen in time.
    """
    with ExitStack() as stack:
        state = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        state.chmod(0o755)  # Apache is no longer root when it reads its page
        place = Place(issuer_url, find_free_port(), state, stack)
        launch = plan_launch(verifier, place)
        stack.enter_context(run_process(launch, place))
        yield f"http://127.0.0.1:{place.port}/"


@contextmanager
def run_process(launch: Launch, place: Place) -> Iterator[None]:
    """Run a command during the block, which starts when the command listens."""
    log = place.state / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            launch.command, env=launch.environ, cwd=place.state, stdout=output, stderr=output
        )
        try:
            wait_until_it_listens(process, place.port, log)
            yield
        finally:
            process.terminate()
            try:
                process.wait(timeout=STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def wait_until_it_listens(
    process: subprocess.Popen[bytes], port: int, log: Path, *, host: str = "127.0.0.1"
) -> None:
    """Wait until the port accepts connections.

    Raises:
        StartError: The process ended, or does not listen in time.
    """
    deadline = time.monotonic() + START_TIMEOUT_S
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection((host, port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    message = f"{process.args!r} does not listen: {log.read_text(errors='replace')[-2000:]}"
    raise StartError(message)
