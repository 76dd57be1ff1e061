"""A node of the cluster: containerd, the kubelet and kube-proxy."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.kubernetes_cluster.components import (
    NETWORK_PLUGINS,
    Component,
    run_component,
    wait_until,
)
from tests.kubernetes_cluster.control_plane import ADDRESS, PODS, ControlPlane
from tests.machine import find_command, run

NAME: Final = "node"
PAUSE: Final = "local/pause:1"


@dataclass(frozen=True)
class Node:
    """A running node, whose images come from the Docker engine of this machine."""

    socket: Path
    components: tuple[Component, ...]

    def load(self, image: str, name: str, folder: Path) -> None:
        """Copy *image* from the Docker engine, as if the node had pulled it under *name*."""
        archive = folder / "image.tar"
        run("docker", "tag", image, name)
        try:
            run("docker", "save", "--output", archive, name)
        finally:
            run("docker", "rmi", name)
        self.import_archive(archive)

    def import_archive(self, archive: Path) -> None:
        """Import the images of a tar archive."""
        run("ctr", "--address", self.socket, "--namespace=k8s.io", "images", "import", archive)


@contextmanager
def run_node(plane: ControlPlane, folder: Path) -> Iterator[Node]:
    """Run a node of *plane* until the block ends; its files are below *folder*."""
    socket = folder / "containerd.sock"
    write_network(folder)
    (folder / "containerd.toml").write_text(configure_containerd(plane, folder, socket), "utf-8")
    (folder / "kubelet.json").write_text(json.dumps(configure_kubelet(socket)), "utf-8")
    proxy = (
        f"--kubeconfig={plane.kubeconfig}",
        f"--hostname-override={NAME}",
        "--proxy-mode=iptables",
        f"--cluster-cidr={PODS}",
        "--conntrack-max-per-core=0",  # only the network of the host may set these
        "--conntrack-min=0",
        "--conntrack-tcp-timeout-established=0",
        "--conntrack-tcp-timeout-close-wait=0",
    )
    with ExitStack() as stack:
        containerd = stack.enter_context(
            run_component(
                folder, find_command("containerd", "install it"),
                f"--config={folder / 'containerd.toml'}",
            )
        )  # fmt: skip
        wait_until(socket.exists, containerd)
        node = Node(socket, (containerd,))
        node.import_archive(build_pause(plane, folder))
        kubelet = stack.enter_context(
            run_component(
                folder,
                plane.binaries / "kubelet",
                f"--config={folder / 'kubelet.json'}",
                f"--kubeconfig={plane.kubeconfig}",
                f"--root-dir={folder / 'kubelet'}",
                f"--cert-dir={folder / 'kubelet-pki'}",
                f"--hostname-override={NAME}",
                f"--node-ip={ADDRESS}",
            )
        )
        proxy_component = stack.enter_context(
            run_component(folder, plane.binaries / "kube-proxy", *proxy)
        )
        wait_until(lambda: is_ready(plane), kubelet, proxy_component)
        yield Node(socket, (containerd, kubelet, proxy_component))


def is_ready(plane: ControlPlane) -> bool:
    """Return whether the node is ready for pods."""
    outcome = plane.kubectl("wait", "--for=condition=Ready", f"node/{NAME}", "--timeout=1s")
    return outcome.returncode == 0


def write_network(folder: Path) -> None:
    """Connect pods by a bridge, with plugins of Debian."""
    network = {
        "cniVersion": "0.4.0",
        "name": "pods",
        "plugins": [
            {
                "type": "bridge",
                "bridge": "pods",
                "isGateway": True,
                "hairpinMode": True,
                "ipam": {
                    "type": "host-local",
                    "dataDir": str(folder / "addresses"),
                    "ranges": [[{"subnet": PODS}]],
                    "routes": [{"dst": "0.0.0.0/0"}],
                },
            }
        ],
    }
    (folder / "cni").mkdir()
    (folder / "cni/10-pods.conflist").write_text(json.dumps(network), "utf-8")
    for setting in ("net.ipv4.ip_forward=1", "net.bridge.bridge-nf-call-iptables=1"):
        subprocess.run(["sysctl", "-qw", setting], check=True)


def configure_containerd(plane: ControlPlane, folder: Path, socket: Path) -> str:
    """Return a configuration whose state is below *folder*."""
    return f"""
version = 2
root = "{folder / "containerd"}"
state = "{folder / "containerd-state"}"
[grpc]
  address = "{socket}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "docker.io/{PAUSE}"
  restrict_oom_score_adj = true # this machine may not give processes a lower one
[plugins."io.containerd.grpc.v1.cri".cni]
  bin_dir = "{plane.binaries / NETWORK_PLUGINS}"
  conf_dir = "{folder / "cni"}"
"""


def configure_kubelet(socket: Path) -> dict[str, object]:
    """Return a configuration that needs neither systemd nor much free disk."""
    return {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "address": ADDRESS,
        "authentication": {"anonymous": {"enabled": True}, "webhook": {"enabled": False}},
        "authorization": {"mode": "AlwaysAllow"},
        "cgroupDriver": "cgroupfs",
        "cgroupsPerQOS": False,  # leaves no cgroups behind
        "clusterDNS": [ADDRESS],  # nothing answers there: the issuer looks up no names
        "containerRuntimeEndpoint": f"unix://{socket}",
        "enforceNodeAllocatable": [],
        "evictionHard": {"memory.available": "1Mi", "nodefs.available": "1%"},
        "failSwapOn": False,
    }


def build_pause(plane: ControlPlane, folder: Path) -> Path:
    """Return an archive of the image whose process keeps the network of a pod."""
    root = folder / "pause.tar"
    run("tar", "--create", f"--file={root}", f"--directory={plane.binaries}", "pause")
    run("docker", "import", "--change", 'ENTRYPOINT ["/pause"]', root, PAUSE)
    run("docker", "save", "--output", root, PAUSE)
    run("docker", "rmi", PAUSE)
    return root
