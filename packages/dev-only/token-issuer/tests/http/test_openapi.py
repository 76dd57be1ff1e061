# DEV-ONLY: never ship to production.
"""The served OpenAPI document, and whether the service keeps its word."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import httpx
import pytest
from token_issuer.tokens.messages import FIELDS

# Not among them: whether each input of a valid type is accepted, and each other one refused. Fields
# may contradict each other, and RFC 6749 §3.2 has empty parameters count as omitted.
CHECKS: Final = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
    "allow_header_conformance",
)


@pytest.mark.requirement("TI-1")
def test_document_describes_each_field_for_each_kind_of_input(http: httpx.Client) -> None:
    document = http.get("/openapi.json").json()
    operation = document["paths"]["/token"]["post"]

    assert [parameter["name"] for parameter in operation["parameters"]] == list(FIELDS)
    assert set(operation["requestBody"]["content"]) == {
        "application/json",
        "application/x-www-form-urlencoded",
    }
    assert set(operation["responses"]) == {
        "200", "400", "401", "405", "413", "415", "503",
    }  # fmt: skip
    assert set(document["components"]["schemas"]["TokenRequest"]["properties"]) == set(FIELDS)


@pytest.mark.requirement("TI-1")
def test_document_describes_structs_as_they_are_checked(http: httpx.Client) -> None:
    document = http.get("/openapi.json").json()
    schemas = document["components"]["schemas"]
    operations = [operation for path in document["paths"].values() for operation in path.values()]

    assert schemas["TokenRequest"]["additionalProperties"] is False
    assert schemas["DefectDescription"]["properties"]["severity"]["enum"] == [
        "low", "medium", "high", "critical",
    ]  # fmt: skip
    for operation in operations:
        assert " " in operation["summary"]  # written, not made of the name of a handler
        assert operation["tags"][0] in {tag["name"] for tag in document["tags"]}
        success = operation["responses"]["200"]
        assert success["headers"]["X-Dev-Only"] == {
            "required": True,
            "schema": {"type": "string", "const": "token-issuer"},
        }
        assert "document follows" not in success["description"]
        assert not operation.get("requestBody", {"required": False})["required"]


@pytest.mark.requirement("TI-13")
def test_document_describes_each_kind_of_fault(http: httpx.Client) -> None:
    schemas = http.get("/openapi.json").json()["components"]["schemas"]

    assert set(schemas["Fault"]["x-kinds"]) == set(schemas["Fault"]["properties"]["kind"]["enum"])
    assert schemas["Fault"]["x-kinds"]["redirect"]["options"] == ["status", "to"]


@pytest.mark.requirement("TI-1")
def test_operations_have_names_of_their_own(http: httpx.Client) -> None:
    paths = http.get("/openapi.json").json()["paths"]
    names = [operation["operationId"] for path in paths.values() for operation in path.values()]

    assert len(set(names)) == len(names) > 12


@pytest.mark.requirement("TI-1")
@pytest.mark.parametrize(
    ("path", "name", "schema", "is_required"),
    [
        ("/tokeninfo", "id_token", {"type": "string"}, False),
        ("/admin/requests", "path", {"type": "string"}, False),
        (
            "/admin/requests",
            "limit",
            {"type": "integer", "minimum": 0, "maximum": 999_999_999},
            False,
        ),
    ],
)
def test_query_parameters_are_described_as_clients_send_them(
    http: httpx.Client, path: str, name: str, schema: dict[str, object], *, is_required: bool
) -> None:
    paths = http.get("/openapi.json").json()["paths"]
    if path not in paths:
        pytest.skip("the issuer under test has no admin surface")
    parameters = {each["name"]: each for each in paths[path]["get"]["parameters"]}
    described = parameters[name]["schema"]

    notes = {"description", "examples"}
    assert {key: value for key, value in described.items() if key not in notes} == schema
    assert parameters[name]["required"] is is_required


@pytest.mark.requirement("TI-4")
@pytest.mark.parametrize("path", ["x", "openapi.json", "openapi.yml", "openapi.yaml", "a/b"])
def test_nothing_is_served_below_the_document(http: httpx.Client, path: str) -> None:
    for method in ("GET", "POST", "OPTIONS"):
        response = http.request(method, f"/openapi.json/{path}")
        assert response.status_code == 404
        assert response.headers["content-type"] == "application/problem+json"
    assert http.get("/openapi.json/").status_code == 200


def has_served_elsewhere() -> bool:
    """Tell whether the issuer under test is another one's: its admin surface is left alone then."""
    return "TOKEN_ISSUER_TEST_URL" in os.environ


OWN_ISSUER: Final = pytest.mark.skipif(has_served_elsewhere(), reason="another one's admin surface")


@pytest.fixture
def fuzzed_url(request: pytest.FixtureRequest) -> str:
    """Return an issuer whose keys and clock may be turned in every way."""
    if has_served_elsewhere():
        url: str = request.getfixturevalue("issuer_url")
        return url
    start = request.getfixturevalue("start_issuer")
    return str(start().url)


# Faults are there to make other paths answer what is documented nowhere: theirs is fuzzed alone.
@pytest.mark.slow
@pytest.mark.timeout(300)  # on a busy machine
@pytest.mark.requirement("TI-4")
@pytest.mark.parametrize(
    ("selection", "count"),
    [
        ("--exclude-tag=admin --exclude-tag=logins --exclude-tag=machines", 33),
        ("--include-tag=machines", 10),
        ("--include-tag=logins", 18),
        pytest.param("--include-tag=admin --exclude-path=/admin/faults", 23, marks=OWN_ISSUER),
        pytest.param("--include-path=/admin/faults", 4, marks=OWN_ISSUER),
    ],
)
def test_schemathesis_finds_no_server_error_and_no_undocumented_answer(
    fuzzed_url: str, tmp_path: Path, untraced_environ: dict[str, str], selection: str, count: int
) -> None:
    command = Path(sys.executable).with_name("schemathesis")
    result = subprocess.run(
        [
            command,
            "run",
            f"{fuzzed_url}/openapi.json",
            *selection.split(),
            f"--checks={','.join(CHECKS)}",
            "--max-examples=40",
            "--no-color",
            "--generation-deterministic",
        ],
        cwd=tmp_path,
        env=untraced_environ,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )

    assert result.returncode == 0, result.stdout
    assert f"{count} selected / " in result.stdout
