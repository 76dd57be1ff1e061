"""A host to deploy to: a real sshd on loopback, in its own mount namespace.

The SSH server, its shells and the Docker engine are real. /etc/environment, /run and the systemd
units are private to the host, so that this machine is not changed.
"""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

NAMESPACE: Final = """
set -eu
mkdir "$1/run"
mount -t tmpfs tmpfs "$1/run"
mkdir -p "$1/run/sshd" $2
touch "$1/run/docker.sock"
mount --bind /run/docker.sock "$1/run/docker.sock"
mount --rbind "$1/run" /run
mount --bind "$1/environment" /etc/environment
mount --bind "$1/units" /etc/systemd/system
exec /usr/sbin/sshd -D -e -f "$1/sshd_config"
"""

SSHD_CONFIG: Final = """
ListenAddress 127.0.0.1:{port}
HostKey {directory}/host_key
AuthorizedKeysFile {directory}/user_key.pub
StrictModes no
UsePAM no
PasswordAuthentication no
PidFile none
SetEnv {variables}
"""

# Runs the unit's ExecStart in the background, and its ExecStop to stop it. It does not restart
# services and ignores dependencies.
SYSTEMCTL: Final = """#!/usr/bin/env bash
set -euo pipefail
state={directory}/systemd
mkdir -p "$state"
echo "$*" >>"$state/calls"
line() {{ sed -n "s/^$1=//p" "/etc/systemd/system/$unit"; }}
verb="" now=false unit=""
for word; do
  case $word in
    --quiet) ;;
    --now) now=true ;;
    *.service) unit=$word ;;
    *) verb=$word ;;
  esac
done
case $verb in
  enable) touch "$state/$unit.enabled" ;;
  disable) rm -f "$state/$unit.enabled" ;;
esac
is_active() {{ [[ -e $state/$unit.pid ]] && kill -0 "$(<"$state/$unit.pid")" 2>/dev/null; }}
case $verb-$now in
  enable-true)
    if ! is_active; then
      setsid $(line ExecStart) </dev/null >>"$state/journal" 2>&1 9>&- &
      echo $! >"$state/$unit.pid"
    fi ;;
  stop-false)
    if is_active; then $(line ExecStop) >/dev/null 2>&1; fi
    rm -f "$state/$unit.pid" ;;
esac
"""


DOCKER: Final = """#!/bin/sh
exec REAL_DOCKER "$@"
"""


def run(*command: str, text: str | None = None, timeout: int = 60) -> str:
    """Run *command*, which must succeed, and return its output."""
    outcome = subprocess.run(
        command, input=text, capture_output=True, text=True, timeout=timeout, check=False
    )
    assert outcome.returncode == 0, f"{command}: {outcome.stdout}{outcome.stderr}"
    return outcome.stdout.strip()


def find_free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert isinstance(port, int)
    return port


def list_descendants(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except FileNotFoundError:
        return []
    return [found for child in map(int, children) for found in (child, *list_descendants(child))]


@dataclass(frozen=True)
class Host:
    """A running sshd, its port and its files."""

    directory: Path
    port: int
    process: subprocess.Popen[bytes]

    @property
    def options(self) -> list[str]:
        """The options of the script to connect to this host."""
        return [
            *("--ssh-port", str(self.port)),
            *("--identity", str(self.directory / "user_key")),
            *("--ssh-option", f"UserKnownHostsFile={self.directory}/known_hosts"),
            *("--ssh-option", "IdentitiesOnly=yes"),
        ]

    @property
    def units(self) -> list[str]:
        return sorted(path.name for path in (self.directory / "units").iterdir())

    def list_sessions(self) -> list[int]:
        """Return the processes that serve connections, and the commands that they run."""
        return list_descendants(self.process.pid)


@contextmanager
def run_host(
    directory: Path,
    *,
    environment: str = "",
    systemd: bool = False,
    docker: str = DOCKER,
    variables: Mapping[str, str] | None = None,
) -> Iterator[Host]:
    """Run a host.

    Args:
        directory: Directory for its files.
        environment: Content of its /etc/environment.
        systemd: Whether the host appears to run systemd, with `SYSTEMCTL` as the command.
        docker: Script for the host's docker command; "" for a host without docker. Each host needs
            its own file, since a deployment locks it against other runs.
        variables: Environment variables of SSH sessions.
    """
    real_docker = shutil.which("docker")
    assert real_docker, "these tests need a Docker engine"
    directory.mkdir()
    for name in ("bin", "units"):
        (directory / name).mkdir()
    commands = {"systemctl": SYSTEMCTL.format(directory=directory)} if systemd else {}
    if docker:
        commands["docker"] = docker.replace("REAL_DOCKER", real_docker)
    for name, text in commands.items():
        command = directory / "bin" / name
        command.write_text(text, encoding="utf-8")
        command.chmod(0o755)
    for name in ("host_key", "user_key"):
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(directory / name))
    port = find_free_port()
    public_key = (directory / "host_key.pub").read_text(encoding="ascii")
    (directory / "known_hosts").write_text(f"[127.0.0.1]:{port} {public_key}", encoding="ascii")
    (directory / "environment").write_text(environment, encoding="utf-8")
    if docker == "":
        link_commands_but_docker(directory / "bin")
    path = f"{directory}/bin" if docker == "" else f"{directory}/bin:{os.environ['PATH']}"
    settings = " ".join(
        f"{name}={value}" for name, value in {"PATH": path, **(variables or {})}.items()
    )
    config = SSHD_CONFIG.format(port=port, directory=directory, variables=settings)
    (directory / "sshd_config").write_text(config, encoding="utf-8")

    marker = f"{directory}/run/systemd/system" if systemd else ""
    namespace = ["unshare", "--mount", "--propagation", "private", "bash", "-c", NAMESPACE, "host"]
    with (directory / "sshd.log").open("wb") as log:
        process = subprocess.Popen([*namespace, str(directory), marker], stdout=log, stderr=log)
    try:
        wait_for_port(port, process, directory / "sshd.log")
        yield Host(directory, port, process)
    finally:
        process.terminate()
        process.wait(timeout=10)


def link_commands_but_docker(directory: Path) -> None:
    for folder in ("/usr/bin", "/bin", "/usr/sbin", "/sbin"):
        for command in Path(folder).iterdir():
            link = directory / command.name
            if command.name != "docker" and not link.is_symlink():
                link.symlink_to(command)


def wait_for_port(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(log.read_text(encoding="utf-8"))
