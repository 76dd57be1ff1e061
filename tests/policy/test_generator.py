"""`ci/policy` detects policies with outdated marks, and updates them."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
from proxy_guard import dev_marks

from tests.services import read_untraced_environ

pytestmark = pytest.mark.requirement("SEP-3")

ROOT: Final = Path(__file__).resolve().parents[2]
MARKS: Final = "packages/proxy-guard/src/proxy_guard/dev_marks.py"
POLICIES: Final = ["policy/kubernetes.yaml", "policy/conftest/marks.rego"]
GENERATED: Final = ["policy/gitleaks.toml", "policy/kyverno.yaml", "policy/trufflehog.yaml"]


def run(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, root / "ci/policy", *arguments],
        env=read_untraced_environ(),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Return a copy of the files that the generator reads and writes."""
    for name in ("ci", "policy", "packages/proxy-guard/src"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return tmp_path


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_policies_have_the_marks() -> None:
    outcome = run(ROOT)

    assert outcome.returncode == 0, outcome.stderr
    assert outcome.stdout == "ci/policy: all policies have the marks of proxy_guard\n"


def test_changed_mark_is_detected_and_written(tree: Path) -> None:
    replace(tree / MARKS, '"token-issuer"', '"key-faucet"')

    stale = run(tree)
    written = run(tree, "--write")

    assert stale.returncode == 1
    assert "Traceback" not in stale.stderr
    for policy in POLICIES:
        assert policy in stale.stderr
        assert "key[-_]faucet" in (tree / policy).read_text(encoding="utf-8")
        assert "token" + "[-_]issuer" not in (tree / policy).read_text(encoding="utf-8")
    for policy in GENERATED:
        assert f"{policy} differs" in stale.stderr
    assert "KEY_FAUCET_KEY_SEED" in (tree / "policy/trufflehog.yaml").read_text(encoding="utf-8")
    assert "ci/policy --write" in stale.stderr
    assert written.returncode == 0
    assert run(tree).returncode == 0


def test_changed_environment_word_is_detected(tree: Path) -> None:
    replace(tree / "packages/proxy-guard/src/proxy_guard/environment.py", '"docker",', '"lab",')

    outcome = run(tree)

    assert outcome.returncode == 1
    assert "policy/kubernetes.yaml (environments)" in outcome.stderr


def test_policy_edited_by_hand_is_detected(tree: Path) -> None:
    replace(tree / POLICIES[0], "token[-_]issuer", "nothing")

    outcome = run(tree)

    assert outcome.returncode == 1
    assert outcome.stderr.startswith("ci/policy: policy/kubernetes.yaml (marks) differs")


@pytest.mark.parametrize("policy", GENERATED)
def test_generated_file_that_is_edited_or_missing_is_detected(policy: str, tree: Path) -> None:
    original = (tree / policy).read_bytes()
    replace(tree / policy, "dev-only", "prod-only")
    edited = run(tree)
    (tree / policy).unlink()
    missing = run(tree)

    for outcome in (edited, missing):
        assert outcome.returncode == 1
        assert f"ci/policy: {policy} differs" in outcome.stderr
    assert run(tree, "--write").returncode == 0
    assert (tree / policy).read_bytes() == original


def test_missing_region_is_an_error_that_names_it(tree: Path) -> None:
    replace(tree / POLICIES[1], "# ci/policy: end", "")

    outcome = run(tree, "--write")

    assert outcome.returncode == 2
    assert "policy/conftest/marks.rego: 0 regions '# ci/policy: marks'" in outcome.stderr


def test_help_describes_the_option() -> None:
    outcome = run(ROOT, "--help")

    assert outcome.returncode == 0
    assert "--write" in outcome.stdout


def test_unknown_argument_is_an_error() -> None:
    outcome = run(ROOT, "--wirte")

    assert outcome.returncode == 2
    assert "--wirte" in outcome.stderr


@pytest.mark.parametrize("policy", [*POLICIES, "policy/conftest/separation.rego"])
def test_marks_are_only_in_the_generated_regions(policy: str) -> None:
    text = (ROOT / policy).read_text(encoding="utf-8")

    by_hand = re.sub(r"(?s)# ci/policy: (?!end).*?# ci/policy: end", "", text)

    assert dev_marks.SERVICE_NAME not in by_hand
    assert dev_marks.ISSUER_HOST not in by_hand
    assert str(dev_marks.DEFAULT_PORT) not in by_hand


def test_image_has_the_label_that_the_policies_refuse() -> None:
    dockerfile = ROOT / "packages/dev-only/token-issuer/Dockerfile.dev"

    assert f'LABEL {dev_marks.IMAGE_LABEL}="true"' in dockerfile.read_text(encoding="utf-8")
