"""Deployment over SSH, with a real sshd on loopback and the real Docker engine.

The tests replace these parts: the engine of another machine (images are streamed, but loaded into
the engine that they come from), a full disk and a user without access to the engine (a wrapper of
`docker` prints the engine's message), and systemd (systemd-analyze checks the unit; a replacement
of `systemctl` runs its ExecStart and ExecStop).
"""

import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from proxy_guard.environment import ENVIRONMENT_VARIABLES, NON_PRODUCTION_WORDS

from tests.deploy.conftest import SCRIPT, Deployment, Images, Outcome, StartHost
from tests.deploy.host import Host, find_free_port, run
from tests.deploy.registry import run_registry

pytestmark = [
    pytest.mark.requirement("OPS-4"),
    pytest.mark.timeout(300, func_only=True),  # without the fixture that builds the images
]


def call(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [SCRIPT, *arguments],
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )


def wait_until(condition: Callable[[], bool], what: str, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.1)


# ---- tests without a host -----------------------------------------------------------------------


def test_help_names_every_option() -> None:
    options = set(re.findall(r"^ +(--[a-z-]+)\) ", SCRIPT.read_text("utf-8"), re.MULTILINE))

    outcome = call("--help")

    assert outcome.returncode == 0
    assert len(options) > 10
    assert options <= set(re.findall(r"^ +(--[a-z-]+)", outcome.stdout, re.MULTILINE))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "HOST is missing"),
        (["pi@a", "pi@b"], "expected one host, got pi@a and pi@b"),
        (["--prot", "1", "pi@a"], "unknown option --prot"),
        (["pi@a", "--port"], "--port: unknown option, or its value is missing"),
        (["-oProxyCommand=touch /tmp/x", "pi@a"], "unknown option -oProxyCommand"),
        (["pi@a;reboot"], "HOST: expected [USER@]HOST, got pi@a;reboot"),
        (["--port", "0", "pi@a"], "--port: expected a number from 1 to 65535, got 0"),
        (["--port", "65536", "pi@a"], "--port: expected a number from 1 to 65535, got 65536"),
        (["--port", "http", "pi@a"], "--port: expected a number from 1 to 65535, got http"),
        (["--name", "a/../b", "pi@a"], "--name: expected lower-case letters"),
        (["--bind", "raspberrypi", "pi@a"], "--bind: expected an IP address"),
        (["--registry", "a b", "pi@a"], "--registry: expected a registry"),
        (["--keys-volume", "a,readonly", "pi@a"], "--keys-volume: expected the name"),
        (["--env", "NODE_ENV", "pi@a"], "--env: expected NAME=VALUE"),
        (["--env", "TOKEN_ISSUER_PORT=9", "pi@a"], "use --bind and --port"),
    ],
)
def test_wrong_usage_is_explained(arguments: list[str], message: str) -> None:
    outcome = call(*arguments)

    assert (outcome.returncode, outcome.stdout) == (2, "")
    assert message in outcome.stderr
    assert "see --help" in outcome.stderr


@pytest.mark.parametrize("variable", ENVIRONMENT_VARIABLES)
def test_env_of_production_is_refused(variable: str) -> None:
    outcome = call("--dry-run", "--env", f"{variable}=production", "pi@a")

    assert (outcome.returncode, outcome.stdout) == (1, "")
    assert f"--env sets {variable} to a value that means production" in outcome.stderr
    assert "remedy:" in outcome.stderr


@pytest.mark.parametrize("word", ["staging", "Production", "live", "developer", "x test"])
def test_any_other_word_means_production(word: str) -> None:
    assert call("--dry-run", "--env", f"APP_ENV={word}", "pi@a").returncode == 1


@pytest.mark.parametrize("word", [*sorted(NON_PRODUCTION_WORDS), "QA", " dev ", ""])
def test_non_production_words_are_accepted(word: str) -> None:
    assert call("--dry-run", "--env", f"APP_ENV={word}", "pi@a").returncode == 0


def test_variable_that_names_no_environment_is_accepted() -> None:
    assert call("--dry-run", "--env", "NODE_ENVY=production", "pi@a").returncode == 0


def test_dry_run_prints_commands_without_running_them(tmp_path: Path) -> None:
    for name in ("docker", "ssh"):
        command = tmp_path / name
        command.write_text(f"#!/bin/sh\necho ran >>{tmp_path}/log\n", encoding="utf-8")
        command.chmod(0o755)

    outcome = call(
        *("--dry-run", "--env", "A=it's; $(reboot)", "--ssh-port", "2222", "pi@raspberrypi"),
        PATH=f"{tmp_path}:{os.environ['PATH']}",
        BUILD_CA_BUNDLE="/etc/ca.pem",
    )

    assert outcome.returncode == 0, outcome.stderr
    lines = outcome.stdout.splitlines()
    (build,) = (shlex.split(line) for line in lines if line.startswith("docker buildx build "))
    assert build[build.index("--secret") + 1] == "id=ca,src=/etc/ca.pem"
    staged = "localhost/token-issuer:IMAGE_ID"
    load = f"docker save {staged} | gzip -1 | ssh -T -p 2222 -- pi@raspberrypi bash -s"
    assert load in [line.strip() for line in lines]
    (replace,) = (line for line in lines if line.startswith("replace --"))
    assert r"--env A=it\'s\;\ \$\(reboot\)" in replace
    assert "--restart unless-stopped" in replace
    assert not (tmp_path / "log").exists()


def test_dry_run_of_removal_prints_commands() -> None:
    outcome = call("--dry-run", "--uninstall", "pi@raspberrypi")

    assert outcome.returncode == 0, outcome.stderr
    assert "ssh -T -- pi@raspberrypi bash -s" in outcome.stdout
    assert "docker rm --force" in outcome.stdout


def test_unreachable_host_is_explained(tmp_path: Path) -> None:
    options = ("--ssh-port", str(find_free_port()), "--identity", str(tmp_path / "none"))

    outcome = call(*options, "root@127.0.0.1")

    assert outcome.returncode == 1
    assert "error: no SSH connection to root@127.0.0.1" in outcome.stderr
    assert "Connection refused" in outcome.stderr
    assert "remedy: make sure that this command works: ssh" in outcome.stderr


# ---- the deployment -----------------------------------------------------------------------------


def test_script_builds_ships_and_starts_the_issuer(
    deployment: Deployment, host: Host, images: Images
) -> None:
    outcome = deployment.deploy(host)

    assert outcome.status == 0, outcome.errors
    assert outcome.output == f"URL: {deployment.url}\nkid: dev-key\n"
    answer = httpx.post(f"{deployment.url}/token", trust_env=False, timeout=10)
    assert answer.status_code == 200
    form = "{{json .HostConfig.%s}}"
    settings = {
        name: deployment.inspect(form % name)
        for name in ("ReadonlyRootfs", "CapDrop", "SecurityOpt", "Privileged", "PidsLimit")
    }
    assert settings == {
        "ReadonlyRootfs": "true",
        "CapDrop": '["ALL"]',
        "SecurityOpt": '["no-new-privileges"]',
        "Privileged": "false",
        "PidsLimit": "64",
    }
    assert deployment.inspect("{{.HostConfig.RestartPolicy.Name}}") == "unless-stopped"
    published = deployment.inspect("{{json .HostConfig.PortBindings}}")
    assert published == f'{{"8081/tcp":[{{"HostIp":"127.0.0.1","HostPort":"{deployment.port}"}}]}}'


def test_second_run_replaces_the_first(deployment: Deployment, host: Host, images: Images) -> None:
    assert deployment.deploy(host, "--image", images["old"]).status == 0
    stale = f"localhost/{deployment.name}:stale"
    run("docker", "image", "tag", images["old"], stale)
    first = deployment.identity

    outcome = deployment.deploy(host, "--image", images["new"])

    assert outcome.status == 0, outcome.errors
    assert outcome.output == f"URL: {deployment.url}\nkid: dev-key\n"
    assert deployment.list_containers() == [deployment.name]
    assert deployment.version == "new"
    assert deployment.identity != first
    assert run("docker", "image", "ls", "--quiet", stale) == ""


def test_same_version_is_deployed_again_on_another_port(
    deployment: Deployment, host: Host, images: Images
) -> None:
    assert deployment.deploy(host, "--image", images["old"]).status == 0
    port = find_free_port()

    outcome = deployment.deploy(host, "--image", images["old"], "--port", str(port))

    assert outcome.output == f"URL: http://127.0.0.1:{port}\nkid: dev-key\n", outcome.errors
    assert deployment.list_containers() == [deployment.name]


def test_version_that_no_longer_starts_is_replaced(
    deployment: Deployment, host: Host, images: Images
) -> None:
    assert deployment.deploy(host, "--image", images["old"]).status == 0
    run("docker", "stop", deployment.name)
    with socket.create_server(("127.0.0.1", deployment.port)):
        port = str(find_free_port())

        outcome = deployment.deploy(host, "--image", images["new"], "--port", port)

    assert outcome.status == 0, outcome.errors
    assert deployment.version == "new"


def test_env_values_are_passed_unchanged(
    deployment: Deployment, host: Host, images: Images, tmp_path: Path
) -> None:
    trap = tmp_path / "executed"
    value = f"""it's "quoted"; $(touch {trap}) `touch {trap}` \\ % & | > * é
    in two lines"""

    outcome = deployment.deploy(host, "--image", images["old"], "--env", f"NOTE={value}")

    assert outcome.status == 0, outcome.errors
    variables = deployment.inspect("{{range .Config.Env}}{{println .}}{{end}}")
    assert f"NOTE={value}\n" in variables
    assert not trap.exists()


def test_keys_volume_survives_a_replacement(
    deployment: Deployment, host: Host, images: Images
) -> None:
    volume = ("--keys-volume", f"{deployment.name}-keys")
    assert deployment.deploy(host, "--image", images["old"], *volume).status == 0
    keys = deployment.read_keys()

    assert deployment.deploy(host, "--image", images["new"], *volume).status == 0

    assert deployment.version == "new"
    assert deployment.read_keys() == keys


def test_port_is_published_on_every_ipv4_address_by_default(
    deployment: Deployment, host: Host, images: Images
) -> None:
    outcome = deployment.deploy(host, "--image", images["old"], bind=None)

    assert outcome.output == f"URL: {deployment.url}\nkid: dev-key\n", outcome.errors
    assert "Anyone who can reach this address can get any token" in outcome.errors
    assert '"HostIp":"0.0.0.0"' in deployment.inspect("{{json .HostConfig.PortBindings}}")


def test_image_is_sent_through_a_registry(
    deployment: Deployment, host: Host, images: Images
) -> None:
    with run_registry() as registry:
        outcome = deployment.deploy(
            host, "--image", images["old"], "--registry", f"{registry.address}/qa"
        )
        assert outcome.status == 0, outcome.errors

        assert registry.manifests
        assert deployment.version == "old"
        assert deployment.inspect("{{.Config.Image}}").startswith(f"localhost/{deployment.name}:")
        left = run("docker", "image", "ls", "--quiet", f"{registry.address}/qa/{deployment.name}")
        assert left == ""


# ---- versions that do not become healthy --------------------------------------------------------


@pytest.mark.parametrize(
    ("variant", "log_line"),
    [("unhealthy", "listens on http://0.0.0.0:8081"), ("crashing", "TOKEN_ISSUER_TTL")],
)
def test_version_that_does_not_become_healthy_is_rolled_back(
    deployment: Deployment, host: Host, images: Images, variant: str, log_line: str
) -> None:
    volume = ("--keys-volume", f"{deployment.name}-keys")
    assert deployment.deploy(host, "--image", images["old"], *volume).status == 0
    keys = deployment.read_keys()

    outcome = deployment.deploy(host, "--image", images[variant], *volume)

    assert (outcome.status, outcome.output) == (1, "")
    assert "error: the new version does not become healthy on root@127.0.0.1" in outcome.errors
    assert re.search(rf"^  \| .*{re.escape(log_line)}", outcome.errors, re.MULTILINE)
    assert f"the old version of {deployment.name} is running again" in outcome.errors
    assert deployment.list_containers() == [deployment.name]
    assert deployment.version == "old"
    wait_until_healthy(deployment)
    assert deployment.read_keys() == keys


def wait_until_healthy(deployment: Deployment) -> None:
    wait_until(lambda: deployment.inspect("{{.State.Health.Status}}") == "healthy", "healthy")


def test_first_version_that_does_not_become_healthy_is_removed(
    deployment: Deployment, host: Host, images: Images
) -> None:
    outcome = deployment.deploy(host, "--image", images["unhealthy"])

    assert outcome.status == 1
    assert deployment.list_containers() == []
    assert "running again" not in outcome.errors


# ---- interruptions ------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["Ctrl-C", "connection lost"])
@pytest.mark.parametrize(("variant", "survivor"), [("slow", "new"), ("slow-unhealthy", "old")])
def test_interrupted_run_ends_with_one_healthy_version(
    deployment: Deployment, host: Host, images: Images, way: str, variant: str, survivor: str
) -> None:
    assert deployment.deploy(host, "--image", images["old"]).status == 0
    old = deployment.inspect("{{.Id}}")
    process = start_and_wait_for_new(deployment, host, images[variant])

    if way == "Ctrl-C":
        os.killpg(process.pid, signal.SIGINT)
    else:
        for session in list_ssh_processes(host):
            os.kill(session, signal.SIGKILL)
    _, errors = process.communicate(timeout=60)

    if way == "Ctrl-C":
        assert process.returncode in {130, -signal.SIGINT}
    else:
        assert process.returncode == 1
        assert "error: the SSH connection to root@127.0.0.1 was lost" in errors
    wait_until(lambda: deployment.list_containers() == [deployment.name], "cleaned up")
    wait_until_healthy(deployment)
    assert (deployment.inspect("{{.Id}}") == old) == (survivor == "old")
    assert deployment.read_keys()


def start_and_wait_for_new(deployment: Deployment, host: Host, image: str) -> subprocess.Popen[str]:
    """Start the script; return when the new version runs, but is not reported as healthy yet."""
    old = deployment.inspect("{{.Id}}")
    process = subprocess.Popen(
        deployment.command(host, "--image", image),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )

    def is_new_starting() -> bool:
        containers = deployment.list_containers()
        if containers != [deployment.name, f"{deployment.name}-old"]:
            return False
        return deployment.inspect("{{.Id}} {{.State.Status}}") not in {old, f"{old} running"}

    wait_until(is_new_starting, "the new version runs beside the stopped one")
    wait_until(lambda: deployment.inspect("{{.State.Running}}") == "true", "it runs")
    return process


def list_ssh_processes(host: Host) -> list[int]:
    return [
        pid
        for pid in host.list_sessions()
        if Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").startswith("sshd")
    ]


def test_run_right_after_an_interruption_waits_for_the_host(
    deployment: Deployment, host: Host, images: Images
) -> None:
    assert deployment.deploy(host, "--image", images["old"]).status == 0
    process = start_and_wait_for_new(deployment, host, images["slow"])
    os.killpg(process.pid, signal.SIGINT)
    process.communicate(timeout=30)

    outcome = deployment.deploy(host, "--image", images["new"])

    assert outcome.status == 0, outcome.errors
    assert deployment.list_containers() == [deployment.name]
    assert deployment.version == "new"


def test_next_run_cleans_up_after_a_killed_run(
    deployment: Deployment, host: Host, images: Images
) -> None:
    assert deployment.deploy(host, "--image", images["old"]).status == 0
    old = deployment.inspect("{{.Id}}")
    process = start_and_wait_for_new(deployment, host, images["slow"])

    for pid in reversed(host.list_sessions()):
        os.kill(pid, signal.SIGKILL)
    process.communicate(timeout=30)

    assert deployment.list_containers() == [deployment.name, f"{deployment.name}-old"]
    wait_until_healthy(deployment)
    assert deployment.inspect("{{.Id}}") != old
    outcome = deployment.deploy(host, "--image", images["new"])
    assert outcome.status == 0, outcome.errors
    assert deployment.list_containers() == [deployment.name]
    assert deployment.version == "new"


# ---- refused deployments, before any change -----------------------------------------------------


def assert_refused(outcome: Outcome, *messages: str) -> None:
    assert (outcome.status, outcome.output) == (1, ""), outcome.errors
    for message in messages:
        assert message in outcome.errors
    assert re.search(r"^  remedy: \S", outcome.errors, re.MULTILINE)


@pytest.mark.parametrize(
    "line",
    [
        "NODE_ENV=production",
        'export APP_ENV="Staging"  # by puppet',
        "  ENVIRONMENT = 'live'",
        "NODE_ENV=dev\nNODE_ENV=prod",
        "NODE_ENV=production\r",
    ],
)
def test_production_host_is_refused(
    deployment: Deployment, start_host: StartHost, line: str
) -> None:
    host = start_host(environment=f"LANG=C.UTF-8\n{line}\n")

    outcome = deployment.deploy(host)

    assert_refused(
        outcome,
        "error: /etc/environment of root@127.0.0.1 sets ",
        "to a value that means production",
    )
    assert deployment.list_containers() == []


def test_development_host_is_accepted(
    deployment: Deployment, start_host: StartHost, images: Images
) -> None:
    environment = '# NODE_ENV=production\nAPP_ENV=""\nNODE_ENV="qa" # not production\nPATH=/usr/bin'
    host = start_host(environment=environment)

    outcome = deployment.deploy(host, "--image", images["old"])

    assert outcome.status == 0, outcome.errors


def test_wrong_ssh_key_is_explained(deployment: Deployment, start_host: StartHost) -> None:
    host, other = start_host(), start_host()
    shutil.copy(other.directory / "user_key", host.directory / "user_key")

    outcome = deployment.deploy(host)

    assert_refused(outcome, "no SSH connection to root@127.0.0.1", "Permission denied")


def test_unknown_host_key_is_explained(deployment: Deployment, start_host: StartHost) -> None:
    host, other = start_host(), start_host()
    forged = (
        (other.directory / "known_hosts")
        .read_text("ascii")
        .replace(f":{other.port} "[1:], f":{host.port} "[1:])
    )
    (host.directory / "known_hosts").write_text(forged, encoding="ascii")

    outcome = deployment.deploy(host)

    assert_refused(outcome, "no SSH connection to root@127.0.0.1", "verification failed")


def test_host_without_docker_is_explained(deployment: Deployment, start_host: StartHost) -> None:
    outcome = deployment.deploy(start_host(docker=""))

    assert_refused(outcome, "error: docker is not installed on root@127.0.0.1")


def test_engine_that_is_down_is_explained(deployment: Deployment, start_host: StartHost) -> None:
    host = start_host(variables={"DOCKER_HOST": "unix:///run/no-docker.sock"})

    assert_refused(deployment.deploy(host), "error: docker does not run on root@127.0.0.1")


def test_user_without_access_to_docker_is_explained(
    deployment: Deployment, start_host: StartHost
) -> None:
    message = (
        "Got permission denied while trying to connect to the Docker daemon socket at"
        " unix:///var/run/docker.sock"
    )
    host = start_host(docker=f"#!/bin/sh\necho '{message}' >&2\nexit 1\n")

    assert_refused(deployment.deploy(host), "the user may not use docker", "usermod -aG docker")


def test_other_platform_is_refused(deployment: Deployment, host: Host, images: Images) -> None:
    other = "linux/arm64" if images.platform == "linux/amd64" else "linux/amd64"

    outcome = deployment.deploy(host, "--platform", other)

    assert_refused(outcome, f"wrong architecture: root@127.0.0.1 is {images.platform}, not {other}")


def test_image_of_another_platform_is_refused(
    deployment: Deployment, host: Host, images: Images
) -> None:
    other = "linux/arm64" if images.platform == "linux/amd64" else "linux/amd64"
    foreign = images.build("foreign", "FROM scratch\nENV A=1\n", "--platform", other)

    outcome = deployment.deploy(host, "--image", foreign)

    assert_refused(outcome, f"wrong architecture: {foreign} is {other}")


def test_missing_image_is_explained(deployment: Deployment, host: Host) -> None:
    outcome = deployment.deploy(host, "--image", "no-such-image:none")

    assert_refused(outcome, "the image no-such-image:none does not exist on this machine")


def test_taken_port_is_refused_before_anything_is_sent(
    deployment: Deployment, host: Host, images: Images
) -> None:
    assert deployment.deploy(host, "--image", images["old"]).status == 0
    before = deployment.identity
    with socket.create_server(("127.0.0.1", 0)) as listener:
        taken = str(listener.getsockname()[1])

        outcome = deployment.deploy(host, "--image", images["new"], "--port", taken)

    assert_refused(outcome, f"error: port {taken} of root@127.0.0.1 is already in use", "--port")
    assert deployment.identity == before


@pytest.mark.parametrize("manager", ["docker", "systemd"])
def test_port_taken_on_another_address_is_rolled_back(
    deployment: Deployment, start_host: StartHost, images: Images, manager: str
) -> None:
    host = start_host(systemd=True)
    assert deployment.deploy(host, "--image", images["old"]).status == 0
    options = ["--systemd"] if manager == "systemd" else []
    with socket.create_server(("127.0.0.2", 0)) as listener:
        taken = str(listener.getsockname()[1])

        outcome = deployment.deploy(
            host, "--image", images["new"], "--port", taken, *options, bind=None
        )

    assert_refused(
        outcome, f"error: port {taken} of root@127.0.0.1 is already in use", "running again"
    )
    assert deployment.list_containers() == [deployment.name]
    assert deployment.version == "old"
    assert host.units == []
    wait_until_healthy(deployment)


def test_address_of_another_machine_is_explained(
    deployment: Deployment, host: Host, images: Images
) -> None:
    outcome = deployment.deploy(host, "--image", images["old"], bind="203.0.113.9")

    assert_refused(outcome, "root@127.0.0.1 has no address 203.0.113.9", "--bind")
    assert deployment.list_containers() == []


def test_full_disk_is_explained_and_the_old_version_keeps_running(
    deployment: Deployment, start_host: StartHost, images: Images
) -> None:
    assert deployment.deploy(start_host(), "--image", images["old"]).status == 0
    before = deployment.identity
    full = start_host(
        docker="""#!/bin/sh
if [ "$1" = load ]; then
  echo 'Error processing tar file(exit status 1): write /lib/x: no space left on device' >&2
  exit 1
fi
exec REAL_DOCKER "$@"
"""
    )

    outcome = deployment.deploy(full, "--image", images["new"])

    assert_refused(outcome, "error: the disk of root@127.0.0.1 is full")
    assert deployment.identity == before


def test_container_of_another_origin_is_not_changed(
    deployment: Deployment, host: Host, images: Images
) -> None:
    run("docker", "run", "--detach", "--name", deployment.name, images["old"])
    before = deployment.identity

    refused = deployment.deploy(host, "--image", images["new"])
    kept = deployment.deploy(host, "--uninstall")

    for outcome in (refused, kept):
        assert_refused(
            outcome,
            f"the container {deployment.name} on root@127.0.0.1 was not created by this script",
        )
    assert deployment.identity == before


# ---- removal ------------------------------------------------------------------------------------


def test_uninstall_removes_all_but_the_keys(
    deployment: Deployment, start_host: StartHost, images: Images
) -> None:
    volume = f"{deployment.name}-keys"
    host = start_host(environment="NODE_ENV=production\n")  # removal is allowed in production
    deployed = deployment.deploy(start_host(), "--image", images["old"], "--keys-volume", volume)
    assert deployed.status == 0

    first = deployment.deploy(host, "--uninstall")
    second = deployment.deploy(host, "--uninstall")

    assert (first.status, second.status) == (0, 0), first.errors + second.errors
    assert f"kept volume {volume}" in first.errors
    assert deployment.list_containers() == []
    assert run("docker", "image", "ls", "--quiet", f"localhost/{deployment.name}") == ""
    assert run("docker", "volume", "ls", "--quiet", "--filter", f"name={volume}") == volume


# ---- systemd ------------------------------------------------------------------------------------


def test_unit_is_valid_and_runs_the_container(
    deployment: Deployment, start_host: StartHost, images: Images
) -> None:
    host = start_host(systemd=True)

    outcome = deployment.deploy(host, "--systemd", "--image", images["old"])

    assert outcome.output == f"URL: {deployment.url}\nkid: dev-key\n", outcome.errors
    assert host.units == [f"{deployment.name}.service"]
    unit = host.directory / "units" / host.units[0]
    verify_unit(unit)
    assert deployment.inspect("{{.HostConfig.RestartPolicy.Name}}") == "no"
    assert is_enabled(host, deployment)


def verify_unit(unit: Path) -> None:
    """Check the unit with systemd-analyze, together with a replacement of docker.service."""
    docker = unit.parent / "docker.service"
    docker.write_text("[Service]\nExecStart=/bin/true\n", encoding="utf-8")
    try:
        said = run("systemd-analyze", "verify", str(unit), str(docker))
    finally:
        docker.unlink()
    assert said == ""


def is_enabled(host: Host, deployment: Deployment) -> bool:
    return (host.directory / "systemd" / f"{deployment.name}.service.enabled").exists()


def test_systemd_version_is_replaced_and_rolled_back(
    deployment: Deployment, start_host: StartHost, images: Images
) -> None:
    host = start_host(systemd=True)
    volume = ("--keys-volume", f"{deployment.name}-keys")
    assert deployment.deploy(host, "--systemd", "--image", images["old"], *volume).status == 0
    replaced = deployment.deploy(host, "--systemd", "--image", images["new"], *volume)
    assert replaced.status == 0, replaced.errors
    assert deployment.version == "new"
    keys = deployment.read_keys()

    outcome = deployment.deploy(host, "--systemd", "--image", images["unhealthy"], *volume)

    assert_refused(outcome, "does not become healthy", "running again")
    assert deployment.list_containers() == [deployment.name]
    assert deployment.version == "new"
    assert host.units == [f"{deployment.name}.service"]
    assert is_enabled(host, deployment)
    wait_until_healthy(deployment)
    assert deployment.read_keys() == keys
    assert deployment.deploy(host, "--uninstall").status == 0
    assert (deployment.list_containers(), host.units) == ([], [])
    assert not is_enabled(host, deployment)


def test_manager_can_be_changed(
    deployment: Deployment, start_host: StartHost, images: Images
) -> None:
    host = start_host(systemd=True)
    assert deployment.deploy(host, "--image", images["old"]).status == 0

    failed = deployment.deploy(host, "--systemd", "--image", images["crashing"])

    assert_refused(failed, "does not become healthy", "running again")
    assert (deployment.version, host.units) == ("old", [])
    assert deployment.deploy(host, "--systemd", "--image", images["new"]).status == 0
    assert (deployment.version, host.units) == ("new", [f"{deployment.name}.service"])
    assert deployment.deploy(host, "--image", images["old"]).status == 0
    assert (deployment.version, host.units) == ("old", [])
    assert deployment.inspect("{{.HostConfig.RestartPolicy.Name}}") == "unless-stopped"


def test_host_without_systemd_is_explained(deployment: Deployment, host: Host) -> None:
    outcome = deployment.deploy(host, "--systemd")

    assert_refused(outcome, "root@127.0.0.1 does not run systemd", "omit --systemd")


def test_unit_of_another_origin_is_not_changed(
    deployment: Deployment, start_host: StartHost
) -> None:
    host = start_host(systemd=True)
    unit = host.directory / "units" / f"{deployment.name}.service"
    unit.write_text("[Service]\nExecStart=/bin/true\n", encoding="utf-8")

    outcome = deployment.deploy(host, "--systemd")

    assert_refused(outcome, f"{deployment.name}.service on root@127.0.0.1 was not created")
    assert unit.exists()
