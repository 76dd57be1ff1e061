"""Programs of a Kubernetes cluster, built from their Go modules, and how each one is run."""

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.machine import ROOT, build_once, download_debian, find_command, run

SOURCES: Final = Path(__file__).parent / "go"
START_TIMEOUT_S: Final = 180
BUILT: Final = ROOT / ".cache/kubernetes-cluster"
NETWORK_PLUGINS: Final = "debian/files/usr/lib/cni"
"""Where the plugins that connect pods are, in the folder with the programs."""
VERSION: Final = "v1.34.4"
KUBERNETES: Final = (
    "kubectl",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "kube-proxy",
    "kubelet",
)
PACKAGES: Final = {
    "pause": "./pause",
    "etcd": "go.etcd.io/etcd/server/v3",
    **{name: f"k8s.io/kubernetes/cmd/{name}" for name in KUBERNETES},
}


def build_components() -> Path:
    """Build the programs once, and return their folder. This is what needs the internet.

    The build takes eight minutes of CPU time, so its progress and its errors are shown.

    Raises:
        CalledProcessError: The build fails.
        MissingError: Go is missing, or a package of Debian.
    """
    return build_once(BUILT, SOURCES.rglob("*.*"), _build_all)


def _build_all(folder: Path) -> None:
    for name, package in PACKAGES.items():
        build(package, folder / name)
    (archive,) = download_debian("containernetworking-plugins", folder=folder / "debian")
    run("dpkg", "-x", archive, folder / "debian/files")


def build(package: str, program: Path) -> None:
    """Build a program without the C library."""
    print("building", program.name, flush=True)  # noqa: T201  # it takes minutes
    flags = f"-ldflags=-s -w -X k8s.io/component-base/version.gitVersion={VERSION}"
    go = find_command("go", "install Go 1.25 or newer")
    subprocess.run(
        [go, "build", "-mod=readonly", "-trimpath", flags, "-o", program, package],
        cwd=SOURCES,
        env={**os.environ, "CGO_ENABLED": "0"},
        check=True,
    )


@dataclass(frozen=True)
class Component:
    """A running program of the cluster.

    Attributes:
        process: The process.
        log: The file with its output.
    """

    process: subprocess.Popen[bytes]
    log: Path

    def check(self) -> None:
        """Fail with the end of the log if the program has ended."""
        code = self.process.poll()
        tail = self.log.read_text(encoding="utf-8", errors="replace")[-3000:]
        assert code is None, f"{self.log.stem} has ended with {code}:\n{tail}"


@contextmanager
def run_component(folder: Path, *command: str | Path) -> Iterator[Component]:
    """Run a program until the block ends; its log is written to *folder*."""
    log = folder / f"{Path(command[0]).name}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
    try:
        yield Component(process, log)
    finally:
        process.terminate()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until(condition: Callable[[], bool], *components: Component) -> None:
    """Wait until *condition* is true, and fail if a component ends before."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while not condition():
        for component in components:
            component.check()
        assert time.monotonic() < deadline, (
            "it takes too long; the logs of the components have the reason"
        )
        time.sleep(0.5)


if __name__ == "__main__":
    build_components()
