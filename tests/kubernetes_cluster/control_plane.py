"""The control plane of a cluster: etcd, the API server, the controllers and the scheduler."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.kubernetes_cluster.components import Component, run_component, wait_until

ADDRESS: Final = "10.250.0.1"
"""Address of the node. The script gives it to a network namespace, in which all ports are free."""
SERVER: Final = f"https://{ADDRESS}:6443"
SERVICES: Final = "10.96.0.0/16"
PODS: Final = "10.244.0.0/24"


@dataclass(frozen=True)
class ControlPlane:
    """A running control plane.

    Attributes:
        binaries: The folder with the programs.
        folder: The folder with its data and logs.
        components: The running programs.
    """

    binaries: Path
    folder: Path
    components: tuple[Component, ...]

    @property
    def kubeconfig(self) -> Path:
        """The file by which clients are administrators."""
        return self.folder / "kubeconfig.json"

    def kubectl(self, *arguments: str | Path, text: str = "") -> subprocess.CompletedProcess[str]:
        """Run kubectl with *text* as standard input."""
        return subprocess.run(
            [self.binaries / "kubectl", f"--kubeconfig={self.kubeconfig}", *arguments],
            input=text,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    def get(self, *arguments: str) -> Any:
        """Return the JSON that `kubectl get` prints."""
        outcome = self.kubectl("get", "--output=json", *arguments)
        assert outcome.returncode == 0, outcome.stderr
        return json.loads(outcome.stdout)

    def apply(self, text: str, namespace: str) -> subprocess.CompletedProcess[str]:
        """Apply manifests on the server, which rejects unknown and repeated fields."""
        return self.kubectl(
            "apply",
            "--server-side",
            "--validate=strict",
            f"--namespace={namespace}",
            "--filename=-",
            text=text,
        )


@contextmanager
def run_control_plane(binaries: Path, folder: Path) -> Iterator[ControlPlane]:
    """Run a control plane until the block ends."""
    write_credentials(folder)
    with ExitStack() as stack:

        def start(name: str, *options: str) -> Component:
            return stack.enter_context(run_component(folder, binaries / name, *options))

        plane = ControlPlane(
            binaries,
            folder,
            (
                start(
                    "etcd",
                    f"--data-dir={folder / 'etcd'}",
                    "--unsafe-no-fsync",
                    "--log-level=error",
                ),
                start(
                    "kube-apiserver",
                    "--etcd-servers=http://127.0.0.1:2379",
                    f"--bind-address={ADDRESS}",
                    f"--cert-dir={folder}",
                    f"--service-cluster-ip-range={SERVICES}",
                    "--service-account-issuer=https://kubernetes.default.svc",
                    f"--service-account-key-file={folder / 'accounts.pem'}",
                    f"--service-account-signing-key-file={folder / 'accounts.pem'}",
                    f"--token-auth-file={folder / 'tokens.csv'}",
                    "--authorization-mode=RBAC",
                    "--kubelet-preferred-address-types=InternalIP",  # nothing resolves the name
                ),
                start(
                    "kube-controller-manager",
                    f"--kubeconfig={folder / 'kubeconfig.json'}",
                    f"--service-account-private-key-file={folder / 'accounts.pem'}",
                    "--leader-elect=false",
                ),
                start(
                    "kube-scheduler",
                    f"--kubeconfig={folder / 'kubeconfig.json'}",
                    "--leader-elect=false",
                ),
            ),
        )
        wait_until(lambda: is_ready(plane), *plane.components)
        yield plane


def write_credentials(folder: Path) -> None:
    """Write the key of the service accounts and the administrator's token."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (folder / "accounts.pem").write_bytes(pem)
    (folder / "tokens.csv").write_text("token-of-the-test,admin,1,system:masters\n", "utf-8")
    configuration = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "test",
        "contexts": [{"name": "test", "context": {"cluster": "test", "user": "admin"}}],
        "clusters": [
            {"name": "test", "cluster": {"server": SERVER, "insecure-skip-tls-verify": True}}
        ],
        "users": [{"name": "admin", "user": {"token": "token-of-the-test"}}],
    }
    (folder / "kubeconfig.json").write_text(json.dumps(configuration), "utf-8")


def is_ready(plane: ControlPlane) -> bool:
    """Return whether the server is ready and its first objects exist."""
    questions = (("--raw=/readyz",), ("serviceaccount", "default"))
    return all(plane.kubectl("get", *question).returncode == 0 for question in questions)
