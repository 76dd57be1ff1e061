"""`ci/check-separation` as a command: its output, its exit codes, its certificate."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.separation.artefacts import ROOT, DevKey, check_separation, run_check_separation, write
from tests.services import read_untraced_environ

pytestmark = pytest.mark.requirement("SEP-3")


def read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


@pytest.fixture
def artefacts(tmp_path: Path) -> Path:
    return write(tmp_path / "dist", {"service.txt": "a service", "data/more.txt": "more"})


def test_help_names_each_check_and_exit_code() -> None:
    outcome = run_check_separation("--help")

    assert outcome.returncode == 0
    for word in ("watermark", "archive", "settings", "--json", "--verify", "exit codes"):
        assert word in outcome.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "expected one PATH or more"),
        (["dist", "--verify", "x"], "expected one PATH or more, or --verify CERT alone"),
        (["--verify", "x", "--json"], "--verify takes no other option"),
        (["--nonsense"], "unrecognized arguments: --nonsense\n"),
        (["--certifcate=x", "dist"], "--certifcate=x (did you mean --certificate?)"),
        (["/does/not/exist"], "/does/not/exist: does not exist"),
        (["--verify", "/does/not/exist"], "cannot be read: No such file or directory"),
    ],
)
def test_wrong_usage_exits_2_and_says_what_was_expected(arguments: list[str], message: str) -> None:
    outcome = check_separation(*arguments)

    assert outcome.returncode == 2
    assert message in outcome.stderr
    assert "Traceback" not in outcome.stderr


@pytest.mark.parametrize("missing", ["packages/dev-only/token-issuer/src", "uv.lock"])
def test_incomplete_checkout_exits_2_and_says_what_is_missing(missing: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "ci", tmp_path / "ci")
    for part in ("packages/dev-only/token-issuer/src", "uv.lock"):
        if part != missing:
            (tmp_path / part).mkdir(parents=True)

    outcome = subprocess.run(
        [sys.executable, str(tmp_path / "ci/check-separation"), str(tmp_path)],
        env=read_untraced_environ(), capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip

    assert outcome.returncode == 2
    assert f"{missing} is missing" in outcome.stderr
    assert "Traceback" not in outcome.stderr


def test_command_runs_in_any_folder_with_relative_paths(artefacts: Path) -> None:
    outcome = run_check_separation("data", folder=artefacts)

    assert outcome.returncode == 0
    assert outcome.stdout == "check-separation: nothing of the simulator in 1 file\n"


def test_clean_artefacts_exit_0(artefacts: Path) -> None:
    outcome = run_check_separation(artefacts)

    assert outcome.returncode == 0
    assert outcome.stdout == "check-separation: nothing of the simulator in 2 files\n"


@pytest.mark.parametrize(
    ("files", "summary"),
    [
        ({"a.txt": "a service"}, "nothing of the simulator in 1 file"),
        ({"a.txt": "the token-issuer"}, "1 finding in 1 file"),
        ({"a.txt": "the token-issuer", "b.txt": "x"}, "1 finding in 2 files"),
        ({"a.py": "import token_issuer  # the token-issuer"}, "2 findings in 1 file"),
    ],
)
def test_summary_counts_in_singular_and_plural(
    files: dict[str, str], summary: str, tmp_path: Path
) -> None:
    outcome = check_separation(write(tmp_path, files))

    assert f"check-separation: {summary}\n" in outcome.stdout
    assert ("remove them" in outcome.stdout) == ("finding" in summary)


def test_file_that_cannot_be_read_exits_2() -> None:
    outcome = run_check_separation("/proc/self/mem")  # even root cannot read its first bytes

    assert outcome.returncode == 2
    assert outcome.stderr == "check-separation: /proc/self/mem: Input/output error\n"
    assert "no verdict" in outcome.stdout


def test_broken_and_circular_links_are_skipped(artefacts: Path) -> None:
    (artefacts / "nowhere").symlink_to("missing")
    (artefacts / "circle").symlink_to(artefacts)
    (artefacts / "self").symlink_to("self")

    outcome = check_separation(artefacts)

    assert "Traceback" not in outcome.stderr
    assert outcome.returncode == 0


def test_control_characters_in_names_are_not_printed(tmp_path: Path) -> None:
    write(tmp_path, {"\x1b[31m/x.txt": "the token-issuer"})

    outcome = run_check_separation(tmp_path)

    assert outcome.returncode == 1
    assert "\x1b" not in outcome.stdout
    assert "?[31m/x.txt: names token-issuer" in outcome.stdout


def test_certificate_lists_the_artefacts_and_is_valid(artefacts: Path) -> None:
    certificate = artefacts / "separation.json"

    written = run_check_separation("--certificate", certificate, artefacts)
    verified = run_check_separation("--verify", certificate)

    assert written.returncode == 0
    content = read(certificate)
    assert content["verdict"] == "clean"
    assert [entry["path"] for entry in content["artefacts"]] == ["data/more.txt", "service.txt"]
    assert all(len(entry["sha256"]) == 64 for entry in content["artefacts"])
    assert {"watermark", "code", "archive"} <= content["checks"].keys()
    assert content["tools"]["python"]
    assert content["tools"]["check-separation"].startswith("sha256:")
    assert verified.returncode == 0
    assert verified.stdout == f"check-separation: {certificate}: is valid\n"


def test_certificate_is_valid_after_its_folder_is_moved(artefacts: Path) -> None:
    check_separation("--certificate", artefacts / "separation.json", artefacts)
    moved = artefacts.rename(artefacts.with_name("elsewhere"))

    assert check_separation("--verify", moved / "separation.json").returncode == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda folder: (folder / "service.txt").write_text("other"),
            "differs from the certified file",
        ),
        (lambda folder: (folder / "data/more.txt").unlink(), "data/more.txt: is missing"),
        (
            lambda folder: (folder / "new.txt").write_text("x"),
            "new.txt: is not listed in the certificate",
        ),
    ],
)
def test_certificate_is_not_valid_for_changed_artefacts(
    change: Any, message: str, artefacts: Path
) -> None:
    certificate = artefacts / "separation.json"
    check_separation("--certificate", certificate, artefacts)
    change(artefacts)

    outcome = check_separation("--verify", certificate)

    assert outcome.returncode == 1
    assert message in outcome.stdout
    assert "is not valid" in outcome.stdout


def test_certificate_of_refused_artefacts_is_not_valid(artefacts: Path, dev_key: DevKey) -> None:
    certificate = artefacts / "separation.json"
    write(artefacts, {"key.pem": dev_key.public_pem})

    written = check_separation("--certificate", certificate, artefacts)
    forged = read(certificate)
    verified = check_separation("--verify", certificate)
    certificate.write_text(json.dumps({**forged, "verdict": "clean", "findings": []}))
    verified_forgery = check_separation("--verify", certificate)

    assert written.returncode == 1
    assert forged["verdict"] == "refused"
    assert verified.returncode == 1
    assert "its verdict is 'refused'" in verified.stdout
    assert verified_forgery.returncode == 1
    assert "key.pem: contains a key of the simulator" in verified_forgery.stdout


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"roots": []}, "lists no roots, so it certifies nothing"),
        ({"roots": ["data"]}, "lists 'service.txt', which is not below a root"),
        ({"roots": [".", "."]}, "lists roots twice"),
        ({"roots": [".", "gone"]}, "gone: is missing"),
        ({"roots": ["data/.."]}, "'data/..' is not a normalized path"),
        ({"artefacts": []}, "lists no artefacts, so it certifies nothing"),
        ({"findings": [{"path": "a"}]}, "it lists findings or unreadable files"),
        ({"unreadable": {"a": "b"}}, "it lists findings or unreadable files"),
        ({"checks": {}}, "lacks the checks"),
        ({"commit": "0" * 40}, "was edited: its digest is not that of its content"),
    ],
)
def test_edited_certificate_is_not_valid(
    changes: dict[str, Any], message: str, artefacts: Path
) -> None:
    certificate = artefacts / "separation.json"
    check_separation("--certificate", certificate, artefacts)
    certificate.write_text(json.dumps(read(certificate) | changes))

    outcome = check_separation("--verify", certificate)

    assert outcome.returncode == 1
    assert message in outcome.stdout
    assert "is not valid" in outcome.stdout


def test_certificate_narrowed_to_a_folder_is_not_valid(artefacts: Path) -> None:
    certificate = artefacts / "separation.json"
    check_separation("--certificate", certificate, artefacts)
    content = read(certificate)
    listed = [entry for entry in content["artefacts"] if entry["path"].startswith("data/")]
    certificate.write_text(json.dumps(content | {"roots": ["data"], "artefacts": listed}))

    outcome = check_separation("--verify", certificate)

    assert outcome.returncode == 1
    assert "was edited" in outcome.stdout


@pytest.mark.parametrize(
    "changes",
    [
        {"roots": "."},
        {"roots": [""]},
        {"roots": [["."]]},
        {"verdict": ["clean"]},
        {"digest": None},
        {"artefacts": [{"path": "a", "sha256": "0" * 64, "size": True}]},
        {"artefacts": [{"path": "a", "sha256": "0" * 64, "size": float("nan")}]},
        {"artefacts": [{"path": "a", "sha256": "x", "size": 1}]},
    ],
)
def test_certificate_with_members_of_wrong_types_exits_2(
    changes: dict[str, Any], artefacts: Path
) -> None:
    certificate = artefacts / "separation.json"
    check_separation("--certificate", certificate, artefacts)
    certificate.write_text(json.dumps(read(certificate) | changes))

    assert check_separation("--verify", certificate).returncode == 2


def test_certificate_with_a_repeated_member_exits_2(artefacts: Path) -> None:
    certificate = artefacts / "separation.json"
    check_separation("--certificate", certificate, artefacts)
    text = certificate.read_text().rstrip().removesuffix("}")
    certificate.write_text(text + ', "verdict": "clean"}')

    assert check_separation("--verify", certificate).returncode == 2


def test_certificate_may_be_written_again(artefacts: Path, dev_key: DevKey) -> None:
    certificate = artefacts / "separation.json"
    key = write(artefacts, {"key.pem": dev_key.public_pem}) / "key.pem"
    refused = check_separation("--certificate", certificate, artefacts)
    key.unlink()

    written = check_separation("--certificate", certificate, artefacts)

    assert (refused.returncode, written.returncode) == (1, 0)
    assert check_separation("--verify", certificate).returncode == 0


def test_folder_without_files_exits_2(tmp_path: Path) -> None:
    outcome = check_separation(tmp_path)

    assert outcome.returncode == 2
    assert "contains no file to scan" in outcome.stderr


@pytest.fixture
def deep_folder(tmp_path: Path) -> Iterator[Path]:
    """Yield a folder and remove it afterwards with `rm`, since Python cannot remove deep trees."""
    folder = tmp_path / "deep"
    folder.mkdir()
    yield folder
    subprocess.run(["rm", "-r", "--", str(folder)], check=True, timeout=60)


def test_directories_deeper_than_the_stack_are_scanned(deep_folder: Path) -> None:
    folder = os.open(deep_folder, os.O_RDONLY)
    for _ in range(1100):
        os.mkdir("d", dir_fd=folder)
        below = os.open("d", os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = below
    file = os.open("x.txt", os.O_CREAT | os.O_WRONLY, dir_fd=folder)
    os.write(file, b"the token-issuer")
    os.close(file)
    os.close(folder)

    outcome = check_separation(deep_folder)

    assert outcome.returncode == 1
    assert "x.txt: names token-issuer" in outcome.stdout


def test_name_of_the_working_directory_is_not_shipped(tmp_path: Path) -> None:
    checkout = write(tmp_path / "token-issuer-proxy", {"dist/a.txt": "x"})

    outcome = run_check_separation(checkout / "dist", folder=checkout)

    assert outcome.returncode == 0, outcome.stdout


@pytest.mark.timeout(60)
@pytest.mark.parametrize("text", ["issuer name:", "value:", "jwt:", "a-", "import ", "-----", "a"])
def test_scan_of_a_hostile_text_is_fast(text: str, tmp_path: Path) -> None:
    for name in ("a.yaml", "requirements.txt", "a.py"):
        write(tmp_path, {name: "token_issuer " + text * ((1 << 19) // len(text))})

    assert check_separation(tmp_path).returncode in {0, 1}


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.yaml", "issuer: " + "[" * 500_000),
        ("b.yaml", "issuer: " + "{a: " * 200_000),
        ("c.yaml", "&a {b: *a, issuer: 1}"),
        (
            "laughs.yaml",
            "a0: &a0 {x: issuer}\n"
            + "".join(
                f"a{n}: &a{n} {{{', '.join(f'k{k}: *a{n - 1}' for k in range(9))}}}\n"
                for n in range(1, 12)
            ),
        ),
        ("a.json", "[" * 300_000 + '"issuer"' + "]" * 300_000),
        ("b.json", "{issuer" + "/*" * 400_000),
        ("a.xml", "<a>issuer" + "<b>" * 250_000),
        ("b.xml", '<!DOCTYPE a [<!ENTITY x "issuer">]><a>&x;</a>'),
        ("a.plist", "<plist>issuer" + "<array>" * 140_000),
        ("a.toml", "issuer = 1\n" + "a." * 200_000 + "b = 1"),
        ("a.ini", "issuer\n" + "  url = http://localhost:8081\n" * 35_000),
        ("a.env", "issuer " + "a=" * 500_000),
        ("numbers.txt", "204, 49 " * 130_000),
        ("escapes.txt", "\\x63kc4" * 140_000),
    ],
)
def test_scan_of_a_hostile_document_is_fast(name: str, text: str, tmp_path: Path) -> None:
    write(tmp_path, {name: text})

    assert check_separation(tmp_path).returncode in {0, 1}


@pytest.mark.parametrize(
    "text", ["", "[]", "[" * 100_000, "{}", "\xff", '{"format": "separation-certificate/1"}']
)
def test_invalid_certificate_file_exits_2(text: str, tmp_path: Path) -> None:
    path = tmp_path / "separation.json"
    path.write_bytes(text.encode("latin-1"))

    outcome = check_separation("--verify", path)

    assert outcome.returncode == 2
    assert "is not a separation certificate" in outcome.stderr


def test_report_as_json(artefacts: Path) -> None:
    outcome = check_separation("--json", artefacts)

    report = json.loads(outcome.stdout)
    assert report["verdict"] == "clean"
    assert report["findings"] == []
