"""What Compose and the engine report if a stack includes the issuer in a wrong way."""

import json
import socket

import pytest

from tests.containers.project import ISSUER, URL, MakeProject

pytestmark = pytest.mark.requirement("OPS-2", "OPS-7")


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("DEV_STACK_ISSUER_PORT", "abc", "Invalid hostPort: abc"),
        ("DEV_STACK_ISSUER_PORT", "70000", "Invalid hostPort: 70000"),
        ("DEV_STACK_ISSUER_PORT", " 9081", "Invalid hostPort:  9081"),
        ("DEV_STACK_ADDRESS", "localhost", "Invalid ip address: localhost"),
        ("DEV_STACK_ADDRESS", "::1", "Invalid ip address ::1"),
        ("COMPOSE_EXPERIMENTAL_GIT_REMOTE", "", '"COMPOSE_EXPERIMENTAL_GIT_REMOTE" must be set'),
    ],
)
def test_wrong_variable_is_reported_by_compose(
    make_project: MakeProject, variable: str, value: str, message: str
) -> None:
    project = make_project()
    project.include(URL + ISSUER if variable.startswith("COMPOSE_") else f"../repository/{ISSUER}")

    outcome = project.run("docker compose config", **{variable: value})

    assert outcome.returncode != 0
    assert message in outcome.stderr


@pytest.mark.parametrize(
    ("path", "message"),
    [
        (f"submodule/{ISSUER}", "no such file or directory"),
        (f"https://git.example.com/team/repository#main:{ISSUER}", "no such file or directory"),
        (URL.replace("main", "nope") + ISSUER, "repository does not contain ref"),
    ],
)
def test_wrong_path_is_reported_by_compose(
    make_project: MakeProject, path: str, message: str
) -> None:
    project = make_project()
    project.include(path)

    outcome = project.run("docker compose config")

    assert outcome.returncode != 0
    assert message in outcome.stderr


def test_own_service_with_the_same_name_is_reported_by_compose(make_project: MakeProject) -> None:
    project = make_project()
    stack = {"include": [f"../repository/{ISSUER}"], "services": {"google": {"image": "mine"}}}
    project.write("compose.yaml", json.dumps(stack))

    outcome = project.run("docker compose config")

    assert "services.google conflicts with imported resource" in outcome.stderr


def test_taken_port_is_reported_by_the_engine(make_project: MakeProject) -> None:
    project = make_project()
    project.include(f"../repository/{ISSUER}")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
        outcome = project.run("docker compose up --wait", DEV_STACK_ISSUER_PORT=port)

    assert outcome.returncode != 0
    assert f"127.0.0.1:{port}: bind: address already in use" in outcome.stderr
