"""What the scan prints and writes: the summary, SARIF, Code Quality and in-toto statements."""

import base64
import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from tests.machine import ROOT, find_command
from tests.once import make_once
from tests.separation.artefacts import DevKey, check_separation, make_tar, make_zip, write

pytestmark = pytest.mark.requirement("OPS-7")

NPM_SCHEMA: Final = "@microsoft/jest-sarif@1.0.0-beta.0"
"""Contains the schema of SARIF 2.1.0 that OASIS published (errata 01)."""
TOOLS: Final = {
    "check-jsonschema": "check-jsonschema==0.39.0",
    "python": "in-toto-attestation==0.9.3",
}
REMEDY: Final = "remove them from the build and scan again; ci/separation/README.md has the checks"
READ_STATEMENT: Final = """
import sys
from google.protobuf import json_format
from in_toto_attestation.v1.statement import Statement
from in_toto_attestation.v1 import statement_pb2
parsed = json_format.Parse(sys.stdin.read(), statement_pb2.Statement())
Statement.copy_from_pb(parsed).validate()
print(parsed.predicate_type, *(f"{s.name}={s.digest['sha256']}" for s in parsed.subject))
"""


def run_tool(name: str, *arguments: str | Path, text: str = "") -> str:
    command = ["run", "--quiet", "--no-project", "--with", TOOLS[name], name, *arguments]
    outcome = subprocess.run(
        [ROOT / "ci/uv", *command],
        cwd=ROOT.parent, input=text, capture_output=True, text=True, check=False, timeout=110,
    )  # fmt: skip
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    return outcome.stdout


def scan_in(
    folder: Path, *arguments: str, names: Mapping[str, str | bytes]
) -> subprocess.CompletedProcess[str]:
    write(folder, names)
    return check_separation(*arguments, folder=folder)


def read_json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def test_findings_are_listed_by_check_the_worst_and_its_remedy_first(
    tmp_path: Path, dev_key: DevKey
) -> None:
    names: dict[str, str | bytes] = {
        "dist/a.txt": "the token-issuer",
        "dist/k.der": dev_key.spki,
    }

    outcome = scan_in(tmp_path, "dist", names=names)

    assert outcome.stdout.splitlines() == [
        "watermark: 1 finding. Remove the key, and trust no token that it signed.",
        "  dist/k.der: contains a key of the simulator (the watermark)",
        "name: 1 finding. Remove the text, or rename your own service.",
        "  dist/a.txt: names token-issuer",
        "check-separation: 2 findings in 2 files",
        f"check-separation: {REMEDY}",
    ]


@pytest.mark.parametrize("count", [45, 47, 48, 400])
def test_summary_is_short_whatever_the_number_of_findings(count: int, tmp_path: Path) -> None:
    names = {f"dist/{n % 20}/{n}.txt": "the token-issuer" for n in range(count)}

    outcome = scan_in(tmp_path, "dist", names=names)
    complete = scan_in(tmp_path, "--all", "dist", names={})

    assert len(outcome.stdout.splitlines()) <= 50
    assert f"name: {count} findings. " in outcome.stdout
    assert f"check-separation: {count} findings in {count} files\n" in outcome.stdout
    assert ("--all lists every finding" in outcome.stdout) == (count > 47)
    assert ("  and in 10 other places\n" in outcome.stdout) == (count > 47)
    assert complete.stdout.count(".txt: names token-issuer\n") == count
    assert outcome.returncode == complete.returncode == 1


def test_summary_of_findings_of_every_check_is_short(tmp_path: Path) -> None:
    """The limit also holds if each check has a line, a remedy and others that are left out."""
    source = ROOT / "packages/dev-only/token-issuer"
    archive = tmp_path / "dist/all.tar"
    files = [source / name for name in ("Dockerfile.dev", "pyproject.toml", "README.md")]
    files += (source / "src/token_issuer/config").glob("*.py")
    write(tmp_path, {"dist/all.tar": make_tar({path.name: path.read_bytes() for path in files})})

    outcome = check_separation("dist", folder=tmp_path)

    assert archive.exists()
    assert 10 < len(outcome.stdout.splitlines()) <= 50
    assert "dist/all.tar!Dockerfile.dev" in outcome.stdout
    assert "dist/all.tar (" in outcome.stdout or "dist/all.tar!" in outcome.stdout


@pytest.fixture(scope="session")
def sarif_schema(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the official schema, from a package of npm: no registry of Python has it."""
    return make_once(tmp_path_factory, "sarif-schema", fetch_schema) / "package/lib/schemas"


def fetch_schema(folder: Path) -> None:
    npm = find_command("npm", "install Node 20 or later")
    cache = ROOT / ".cache/npm"
    options = ("--silent", "--prefer-offline", f"--cache={cache}", f"--pack-destination={folder}")
    subprocess.run(
        [npm, "pack", NPM_SCHEMA, *options], check=True, capture_output=True, timeout=110
    )
    (archive,) = folder.glob("*.tgz")
    subprocess.run(["tar", "-xzf", archive, "-C", folder], check=True, timeout=60)


def validate(folder: Path, *files: Path) -> None:
    (schema,) = folder.glob("*.json")
    options = ("--regex-variant", "python", "--schemafile", schema)
    run_tool("check-jsonschema", *options, *files)


def test_sarif_is_valid_and_names_file_line_and_members(
    tmp_path: Path, dev_key: DevKey, sarif_schema: Path
) -> None:
    names: dict[str, str | bytes] = {
        "dist/a b/settings.yaml": "x: 1\nauth:\n  jwks_uri: http://token-issuer:8081/jwks\n",
        "dist/big.zip": make_zip({"k.der": dev_key.spki, "in/k.der": dev_key.spki}),
        "dist/broken.7z": b"7z\xbc\xaf\x27\x1c" + bytes(100),
    }

    outcome = scan_in(tmp_path, "--sarif", "out.sarif", "dist", names=names)

    validate(sarif_schema, tmp_path / "out.sarif")
    (run,) = read_json(tmp_path / "out.sarif")["runs"]
    rules = run["tool"]["driver"]["rules"]
    for rule in rules:
        assert rule["help"]["text"]
        assert len(rule["properties"]["tags"]) <= 10
        assert 0 < float(rule["properties"]["security-severity"]) <= 10
    results = {
        (result["ruleId"], result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]):
        result
        for result in run["results"]
    }  # fmt: skip
    assert outcome.returncode == 1
    setting = results["settings", "dist/a%20b/settings.yaml"]
    assert setting["locations"][0]["physicalLocation"]["region"] == {"startLine": 3}
    assert rules[setting["ruleIndex"]]["id"] == "settings"
    key = results["watermark", "dist/big.zip"]
    assert key["message"]["text"] == (
        "Contains a key of the simulator (the watermark) in its member in/k.der, and 1 more."
    )
    members = [place["fullyQualifiedName"] for place in key["locations"][0]["logicalLocations"]]
    assert members == ["in/k.der", "k.der"]
    assert ("archive", "dist/broken.7z") in results
    # The worst comes first, since GitHub shows no more than 5,000.
    assert run["results"][0]["ruleId"] == "watermark"


def test_sarif_of_a_clean_and_of_an_unreadable_scan_is_valid(
    tmp_path: Path, sarif_schema: Path
) -> None:
    clean = scan_in(tmp_path, "--sarif", "clean.sarif", "a.txt", names={"a.txt": "a service"})
    unreadable = check_separation("--sarif", "none.sarif", "gone", folder=tmp_path)

    files = [tmp_path / "clean.sarif", tmp_path / "none.sarif"]
    validate(sarif_schema, *files)
    (run,) = read_json(files[0])["runs"]
    (failed,) = read_json(files[1])["runs"]
    assert (clean.returncode, unreadable.returncode) == (0, 2)
    assert run["results"] == []
    assert run["invocations"][0]["executionSuccessful"] is True
    assert failed["invocations"][0]["executionSuccessful"] is False
    assert "gone: does not exist" in json.dumps(failed)


def test_fingerprints_stay_if_other_lines_and_members_change(tmp_path: Path) -> None:
    def list_fingerprints(text: str) -> set[str]:
        scan_in(tmp_path, "--sarif", "a.sarif", "dist", names={"dist/a.txt": text})
        (run,) = read_json(tmp_path / "a.sarif")["runs"]
        return {
            result["partialFingerprints"]["primaryLocationLineHash"] for result in run["results"]
        }

    first = list_fingerprints("the token-issuer\n")

    assert len(first) == 1
    assert list_fingerprints("more\nmore\nthe token-issuer, http://issuer.local\n") == first


def test_code_quality_report_has_the_members_that_gitlab_requires(tmp_path: Path) -> None:
    names = {"dist/a b.txt": "x\nthe token-issuer"}

    scan_in(tmp_path, "--code-quality", "gl.json", "dist", names=names)

    (entry,) = read_json(tmp_path / "gl.json")
    assert entry.pop("fingerprint")
    assert entry == {
        "description": "Names token-issuer.",
        "check_name": "name",
        "severity": "critical",
        "location": {"path": "dist/a b.txt", "lines": {"begin": 2}},
    }


@pytest.fixture
def statement(tmp_path: Path) -> Path:
    """Write the statement of a clean artefact."""
    outcome = scan_in(
        tmp_path, "--statement", "separation.intoto.json", "dist", names={"dist/a.txt": "a"}
    )
    assert outcome.returncode == 0, outcome.stderr
    return tmp_path / "separation.intoto.json"


def wrap(statement: Path) -> dict[str, Any]:
    payload = base64.b64encode(statement.read_bytes()).decode()
    signature = {"keyid": "", "sig": base64.b64encode(b"signature").decode()}
    return {
        "payloadType": "application/vnd.in-toto+json",
        "payload": payload,
        "signatures": [signature],
    }


def test_statement_is_read_by_the_library_of_in_toto(statement: Path) -> None:
    text = statement.read_text(encoding="utf-8")

    shown = run_tool("python", "-c", READ_STATEMENT, text=text).split()

    digest = json.loads(text)["predicate"]["artefacts"][0]["sha256"]
    assert shown == ["urn:uuid:e24c8764-4945-47f5-b1fb-af3b7cb92775", f"dist/a.txt={digest}"]


def test_statement_envelope_and_bundle_are_verified_like_a_certificate(statement: Path) -> None:
    envelope, bundle = statement.with_name("envelope.json"), statement.with_name("bundle.json")
    envelope.write_text(json.dumps(wrap(statement)))
    bundle.write_text(json.dumps({"mediaType": "x", "dsseEnvelope": wrap(statement)}))
    paths = (statement, envelope, bundle)

    valid = [check_separation("--verify", path).returncode for path in paths]
    (statement.parent / "dist/a.txt").write_text("b")
    changed = [check_separation("--verify", path).returncode for path in paths]

    assert valid == [0, 0, 0]
    assert changed == [1, 1, 1]


@pytest.mark.parametrize(
    ("change", "code", "message"),
    [
        ({"subject": []}, 1, "its subjects are not the artefacts of its certificate"),
        ({"subject": None}, 1, "its subjects are not the artefacts of its certificate"),
        ({"predicateType": "https://slsa.dev/provenance/v1"}, 2, "is not a separation certificate"),
        ({"_type": "https://in-toto.io/Statement/v0.1"}, 2, "is not a separation certificate"),
        ({"predicate": []}, 2, "is not a separation certificate"),
        ({"predicate": {}}, 2, "is not a separation certificate"),
    ],
)
def test_edited_statement_is_not_valid(
    change: dict[str, Any], code: int, message: str, statement: Path
) -> None:
    statement.write_text(json.dumps(read_json(statement) | change))

    outcome = check_separation("--verify", statement)

    assert outcome.returncode == code
    assert message in outcome.stdout + outcome.stderr


def test_path_that_no_file_can_have_exits_2(statement: Path) -> None:
    document = read_json(statement)
    document["predicate"]["roots"] = ["\ud800"]
    statement.write_text(json.dumps(document))

    outcome = check_separation("--verify", statement)

    assert outcome.returncode == 2
    assert "is not a separation certificate" in outcome.stderr


@pytest.mark.parametrize("payload", [None, "?", "e30", "W10=", 7, "bm8="])
def test_envelope_with_another_payload_exits_2(payload: object, statement: Path) -> None:
    statement.write_text(json.dumps(wrap(statement) | {"payload": payload}))

    outcome = check_separation("--verify", statement)

    assert outcome.returncode == 2
    assert "is not a separation certificate" in outcome.stderr
    assert "Traceback" not in outcome.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--certificate", "c", "--statement", "c"], "expected a different FILE for each option"),
        (
            ["--certificate", "dist/c", "--statement", "dist/s"],
            "--statement: dist/s is in a scanned",
        ),
        (["--certificate", "c", "--sarif", "dist/s"], "--sarif: dist/s is in a scanned directory"),
        (["--sarif", "gone/s"], "--sarif: gone/s: cannot be written: No such file or directory"),
        (["--certificate", "gone/s"], "--certificate: gone/s: cannot be written"),
        (["--all", "--json"], "not allowed with argument"),
    ],
)
def test_files_that_cannot_be_written_exit_2(
    arguments: list[str], message: str, tmp_path: Path
) -> None:
    outcome = scan_in(tmp_path, *arguments, "dist", names={"dist/a.txt": "a"})

    assert outcome.returncode == 2
    assert message in outcome.stderr


def test_files_beside_a_certificate_in_a_scanned_directory_are_allowed(tmp_path: Path) -> None:
    arguments = ("--certificate", "dist/c.json", "--statement", "s.json", "--sarif", "s.sarif")

    outcome = scan_in(tmp_path, *arguments, "dist", names={"dist/a.txt": "a"})

    assert outcome.returncode == 0, outcome.stderr
    assert check_separation("--verify", tmp_path / "dist/c.json").returncode == 0
    assert check_separation("--verify", tmp_path / "s.json").returncode == 1


def test_link_and_pipe_are_written_through(tmp_path: Path) -> None:
    """As are `/dev/stdout` and `/dev/null`, which a run as root could replace by a file."""
    (tmp_path / "link.json").symlink_to("target.json")
    reader, writer = os.pipe()
    pipe = f"/dev/fd/{writer}"

    outcome = scan_in(
        *(tmp_path, "dist", "--sarif=link.json", f"--code-quality={pipe}"),
        names={"dist/a.txt": "a service"},
    )

    os.close(writer)
    with os.fdopen(reader, encoding="utf-8") as written:
        assert written.read() == "[]\n"
    assert (outcome.returncode, outcome.stderr) == (0, "")
    assert (tmp_path / "link.json").is_symlink()
    assert read_json(tmp_path / "target.json")["version"] == "2.1.0"


def test_folder_in_place_of_a_file_exits_2_and_leaves_no_draft(tmp_path: Path) -> None:
    for name in ("", ".", "dist"):
        outcome = scan_in(tmp_path, "dist", f"--sarif={name}", names={"dist/a.txt": "a service"})

        assert outcome.returncode == 2
        assert outcome.stderr.endswith("cannot be written: Is a directory\n")
    assert [path.name for path in tmp_path.iterdir()] == ["dist"]
