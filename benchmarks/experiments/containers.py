"""The size of the image, and the time that a container adds to the start."""

import gzip
import io
import shutil
import subprocess
import time
from collections.abc import Callable
from typing import Final

from benchmarks.errors import MeasurementError, NotMeasuredHereError
from benchmarks.experiments import start
from benchmarks.lab import Lab
from benchmarks.processes import MAX_START_S, answers, find_free_port
from benchmarks.rounds import Measurement, Series, alternate
from benchmarks.subjects import ISSUER

IMAGE: Final = "token-issuer:latest"
CONTAINER: Final = "container"
_PORT: Final = 8081
_BYTES_PER_MB: Final = 1_000_000


def measure(lab: Lab) -> dict[str, Series]:
    """Start the issuer as a process and in a container in turn.

    Returns:
        `start`: milliseconds to the first key set; `disk` and `pulled`: megabytes of the image,
        unpacked and as `docker save | gzip -9`.

    Raises:
        NotMeasuredHereError: the Docker engine or the image is missing.
    """
    _look_for_image()
    subjects: dict[str, Callable[[], Measurement]] = {
        ISSUER: lambda: start.take_turn(lab.issuer),
        CONTAINER: lambda: _time_container(lab.issuer.jwks.path),
    }
    series = alternate(subjects, lab.plan.starts, lambda take_turn: take_turn())
    size = int(_inspect("{{.Size}}"))
    return {
        **series,
        "disk": {ISSUER: [size / _BYTES_PER_MB]},
        "pulled": {ISSUER: [_measure_pull() / _BYTES_PER_MB]},
    }


def _look_for_image() -> None:
    if (
        shutil.which("docker") is None
        or subprocess.run(
            ["docker", "version"], check=False, capture_output=True, timeout=30
        ).returncode
    ):
        message = "no Docker engine"
        raise NotMeasuredHereError(message)
    if subprocess.run(
        ["docker", "image", "inspect", IMAGE], check=False, capture_output=True
    ).returncode:
        message = f"no image {IMAGE}; build it: docker compose build"
        raise NotMeasuredHereError(message)


def _inspect(template: str) -> str:
    command = ["docker", "image", "inspect", "--format", template, IMAGE]
    return subprocess.check_output(command, text=True).strip()


def _measure_pull() -> int:
    """Return the size of the saved and compressed image in bytes."""
    compressed = io.BytesIO()
    with (
        subprocess.Popen(["docker", "save", IMAGE], stdout=subprocess.PIPE) as saving,
        gzip.GzipFile(fileobj=compressed, mode="wb", compresslevel=9) as target,
    ):
        if saving.stdout is not None:
            shutil.copyfileobj(saving.stdout, target)
    return len(compressed.getvalue())


def _time_container(path: str) -> Measurement:
    port = find_free_port()
    publish = f"127.0.0.1:{port}:{_PORT}"
    started = time.perf_counter()
    name = subprocess.check_output(
        ["docker", "run", "--detach", "--read-only", "--publish", publish, IMAGE], text=True
    ).strip()
    try:
        while not answers(port, path):
            if time.perf_counter() - started > MAX_START_S:
                message = f"the container did not respond within {MAX_START_S} s"
                raise MeasurementError(message)
            time.sleep(0.002)
        return {"start": (time.perf_counter() - started) * 1000}
    finally:
        subprocess.run(["docker", "rm", "--force", name], check=True, stdout=subprocess.DEVNULL)
