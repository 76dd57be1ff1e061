"""An issuer starts with the settings of the Deployment, and answers its probes."""

import base64
from typing import Final

import httpx
import pytest
from proxy_guard.dev_marks import DEFAULT_ISSUER, DEFAULT_PORT

from tests.kubernetes.conftest import find, find_container
from tests.kubernetes.tools import Manifest
from tests.services import Start

pytestmark = pytest.mark.requirement("OPS-8")

PROBES: Final = ("startupProbe", "readinessProbe", "livenessProbe")


def read_environ(manifests: list[Manifest]) -> dict[str, str]:
    """Return the environment that the kubelet gives to the container."""
    container, secret = find_container(find("Deployment", manifests)), find("Secret", manifests)
    environ = {v["name"]: v["value"] for v in container["env"] if "value" in v}
    for variable in (v for v in container["env"] if "valueFrom" in v):
        key = variable["valueFrom"]["secretKeyRef"]["key"]
        environ[variable["name"]] = base64.b64decode(secret["data"][key]).decode()
    return environ


def test_replicas_start_with_these_settings_and_answer_the_probes(
    example: list[Manifest], start_issuer: Start
) -> None:
    container = find_container(find("Deployment", example))
    paths = {container[probe]["httpGet"]["path"] for probe in PROBES}
    environ = read_environ(example)

    first, second = start_issuer(**environ), start_issuer(**environ)

    keys = [httpx.get(f"{each.url}/.well-known/jwks.json").content for each in (first, second)]
    assert keys[0] == keys[1]
    assert [httpx.get(f"{first.url}{path}").status_code for path in paths] == [200]


def test_port_is_that_of_the_issuer(base: list[Manifest], deployment: Manifest) -> None:
    (port,) = find_container(deployment)["ports"]
    (service_port,) = find("Service", base)["spec"]["ports"]
    probes = [find_container(deployment)[probe]["httpGet"]["port"] for probe in PROBES]

    assert port["containerPort"] == service_port["port"] == DEFAULT_PORT
    assert {service_port["targetPort"], *probes} == {port["name"]}


def test_replicas_are_more_than_one_where_the_issuer_expects_it(deployment: Manifest) -> None:
    environ = {v["name"]: v.get("value") for v in find_container(deployment)["env"]}

    assert environ["TOKEN_ISSUER_REPLICAS"] == str(deployment["spec"]["replicas"])
    assert environ["TOKEN_ISSUER_ISSUER"] == DEFAULT_ISSUER
