"""The stack of another repository includes the issuer, as in the guide."""

import os
import re
from pathlib import Path
from typing import Final

import httpx
import pytest

from tests.containers.conftest import ROOT
from tests.containers.project import ISSUER, URL, MakeProject, Project
from tests.docs.pages import find_blocks

pytestmark = [pytest.mark.requirement("OPS-2", "OPS-7"), pytest.mark.timeout(400)]

PAGE: Final = "docs/guides/install.md"
FETCH: Final = (
    "import urllib.request as r; print(r.urlopen('http://token-issuer:8081/health').status)"
)
OVERRIDE: Final = """
services:
  app:
    environment: {PROXY_HOST: 0.0.0.0, UPSTREAM_URL: "http://token-issuer:8081"}
    ports: ["127.0.0.1::8080"]
    healthcheck: {interval: 3s, start_period: 2m}
  token-issuer:
    environment: {TOKEN_ISSUER_KEYS_MAX_AGE: 10m}
"""


# The application of the stack is the reference proxy, which verifies the tokens.
STACK, JOINED_STACK = (
    block.text.replace("my-app", "reference-proxy") for block in find_blocks("yaml", "include")
)
START, START_SHARED, START_SECOND = (block.text for block in find_blocks("sh", "include"))


@pytest.fixture(scope="module")
def running(make_project: MakeProject) -> Project:
    """Return the running stack of the guide, which includes a submodule."""
    project = make_project()
    project.write("compose.yaml", STACK)
    project.write("compose.override.yaml", OVERRIDE)
    project.write(".env", "DEV_STACK_ISSUER_PORT=0\nDEV_STACK_ISSUER_IMAGE=token-issuer:included\n")
    project.read("git init --quiet\n" + START)
    return project


def test_application_verifies_tokens_of_the_included_issuer(running: Project) -> None:
    issuer, app = (
        "http://" + running.read(f"docker compose port {port}")
        for port in ("token-issuer 8081", "app 8080")
    )
    token = httpx.post(f"{issuer}/token", headers={"Accept": "text/plain"}, trust_env=False).text

    def call(headers: dict[str, str]) -> int:
        return httpx.get(f"{app}/health", headers=headers, trust_env=False).status_code

    assert call({"Authorization": f"Bearer {token}"}) == 200
    assert call({}) == 401


def test_included_issuer_belongs_to_the_project(running: Project) -> None:
    names = running.read("docker compose ps --format '{{.Name}} {{.Image}}'").splitlines()

    assert sorted(names) == [
        f"{running.name}-app-1 reference-proxy",
        f"{running.name}-token-issuer-1 token-issuer:included",
    ]
    environment = running.read_config()["services"]["token-issuer"]["environment"]
    assert environment["TOKEN_ISSUER_KEYS_MAX_AGE"] == "10m"


def test_second_stack_runs_beside_it(running: Project, make_project: MakeProject) -> None:
    second = make_project()
    files = ROOT / "docker-compose.yaml", ROOT / "docker-compose.persist.yaml"
    script = START_SECOND.replace("second-stack", second.name)
    script = f"trap 'docker compose down --volumes --timeout 5' EXIT\n{script}"

    address = second.read(script, COMPOSE_FILE=os.pathsep.join(map(str, files)))

    assert re.fullmatch(r"127\.0\.0\.1:\d+", address)
    assert address != running.read("docker compose port token-issuer 8081")


def test_projects_share_one_issuer(make_project: MakeProject) -> None:
    project = make_project()
    shared = {"COMPOSE_PROJECT_NAME": f"shared-{project.name}", "DEV_STACK_ISSUER_PORT": "0"}
    network = f"{shared['COMPOSE_PROJECT_NAME']}_default"
    project.write("compose.yaml", JOINED_STACK.replace("token-issuer_default", network))
    run_client = f'docker compose run --rm --entrypoint python3 app -c "{FETCH}"'

    missing = project.run("docker compose up")
    try:
        project.read(START_SHARED, **shared)
        status = project.read(run_client)
        project.read("docker compose down --timeout 5")
    finally:
        project.run(START_SHARED.replace("up --wait", "down --timeout 5"), **shared)

    # The rest of the message depends on whether the engine belongs to a swarm.
    assert re.search(rf"network {network} .*not .*found", missing.stderr)
    assert status == "200"


@pytest.mark.parametrize("prefix", ["../repository/", URL], ids=["checkout", "url"])
def test_both_files_can_be_included(make_project: MakeProject, prefix: str) -> None:
    project = make_project()
    project.include(prefix + ISSUER, prefix + "docker-compose.persist.yaml")

    config = project.read_config()

    issuer = config["services"]["token-issuer"]
    build = issuer["build"]
    assert config["name"] == project.name
    assert set(config["services"]) == {"token-issuer", "google"}
    assert set(config["volumes"]) == {"google-ca", "keys"}
    assert issuer["environment"]["PERSIST_KEYS_DIR"] == "/keys"
    assert (issuer["ports"][0]["host_ip"], issuer["ports"][0]["published"]) == ("127.0.0.1", "8081")
    assert Path(build["context"], build["dockerfile"]).is_file()


def test_url_names_the_folder_of_the_included_file(make_project: MakeProject) -> None:
    project = make_project()
    (url,) = re.findall(r"`(https://\S+\.git#main:\S+)`", (ROOT / PAGE).read_text(encoding="utf-8"))
    project.include(url)

    assert set(project.read_config()["services"]) == {"token-issuer", "google"}


def test_empty_variables_have_the_defaults(make_project: MakeProject) -> None:
    project = make_project()
    project.include(f"../repository/{ISSUER}")
    default = project.read_config()
    stack = (ROOT / "docker-compose.yaml").read_text(encoding="utf-8")
    page = (ROOT / PAGE).read_text(encoding="utf-8")
    names = set(re.findall(r"DEV_STACK_[A-Z_]+\b", stack))

    assert set(re.findall(r"^\| `(DEV_STACK_\w+)`", page, re.MULTILINE)) == names
    assert project.read_config(**dict.fromkeys(names, "")) == default
