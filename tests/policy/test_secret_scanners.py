"""The rules for gitleaks and trufflehog find every planted file, and no similar one."""

import re
import subprocess
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from policies.secret_scanners import MIN_SEED_CHARS, SEED_VARIABLE

from tests.conftest import ISSUER_COMMAND
from tests.foreign_tools.building import GITLEAKS, build
from tests.foreign_tools.scanning import list_wrong, run_gitleaks
from tests.machine import INSTALL_TIMEOUT_S
from tests.policy.samples import (
    NEEDS_DECODING,
    Sample,
    make_key_file,
    make_samples,
    write_samples,
)
from tests.services import Start, read_clean_environ

pytestmark = pytest.mark.requirement("OPS-7")

POLICY: Final = Path(__file__).resolve().parents[2] / "policy"
GITLEAKS_RULES: Final = tomllib.loads((POLICY / "gitleaks.toml").read_text(encoding="utf-8"))
TRUFFLEHOG_RULES: Final = yaml.safe_load((POLICY / "trufflehog.yaml").read_text(encoding="utf-8"))
Rule = Mapping[str, Any]


@pytest.fixture(scope="module")
def samples(start_shared_issuer: Start, tmp_path_factory: pytest.TempPathFactory) -> list[Sample]:
    key_file = make_key_file(ISSUER_COMMAND, tmp_path_factory.mktemp("account"))
    return make_samples(start_shared_issuer().url, key_file)


@pytest.mark.parametrize(("missing", "exit_code"), [(0, 0), (1, 2)])
def test_shortest_seed_of_the_rule_is_that_of_the_issuer(missing: int, exit_code: int) -> None:
    seed = "0123456789abcdefghij"[: MIN_SEED_CHARS - missing]
    environ = read_clean_environ() | {SEED_VARIABLE: seed, "NODE_ENV": "test"}

    outcome = subprocess.run(
        [ISSUER_COMMAND, "make-token"],
        env=environ, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip

    assert outcome.returncode == exit_code
    assert (SEED_VARIABLE in outcome.stderr) == bool(missing)


def has_keyword(rule: Rule, text: str) -> bool:
    return any(keyword in text.lower() for keyword in rule["keywords"])


def apply_gitleaks_rule(rule: Rule, sample: Sample) -> bool:
    """Return whether a rule matches a file, without the decoding of gitleaks."""
    if not has_keyword(rule, sample.text) or not re.search(rule.get("path", ""), sample.path):
        return False
    allowed = [regex for entry in rule.get("allowlists", ()) for regex in entry["regexes"]]
    return any(
        not any(re.search(regex, find_line(sample.text, match)) for regex in allowed)
        for match in re.finditer(rule["regex"], sample.text)
    )


def find_line(text: str, match: re.Match[str]) -> str:
    """Return the line in which a match ends."""
    position = max(match.end() - 1, match.start())
    return text[text.rfind("\n", 0, position) + 1 :].partition("\n")[0]


def apply_trufflehog_rule(rule: Rule, sample: Sample) -> bool:
    """Return whether a rule matches a file, without the decoding of trufflehog."""
    return has_keyword(rule, sample.text) and all(
        re.search(regex, sample.text) for regex in rule["regex"].values()
    )


def test_gitleaks_rules_find_the_planted_files(samples: list[Sample]) -> None:
    plain = [sample for sample in samples if NEEDS_DECODING not in sample.path]
    found = {
        sample.path: {r["id"] for r in GITLEAKS_RULES["rules"] if apply_gitleaks_rule(r, sample)}
        for sample in plain
    }

    assert list_wrong(plain, found) == {}


def test_trufflehog_rules_find_the_planted_files(samples: list[Sample]) -> None:
    plain = [
        sample
        for sample in samples
        if NEEDS_DECODING not in sample.path and "setting" not in sample.rules
    ]
    found = {
        sample.path: {
            r["name"] for r in TRUFFLEHOG_RULES["detectors"] if apply_trufflehog_rule(r, sample)
        }
        for sample in plain
    }

    assert list_wrong(plain, found) == {}


@pytest.mark.parametrize("name", ["gitleaks.toml", "trufflehog.yaml", "kyverno.yaml"])
def test_rules_do_not_find_themselves(name: str) -> None:
    text = (POLICY / name).read_text(encoding="utf-8")
    sample = Sample(name, text)

    assert [r["id"] for r in GITLEAKS_RULES["rules"] if apply_gitleaks_rule(r, sample)] == []
    assert [
        r["name"] for r in TRUFFLEHOG_RULES["detectors"] if apply_trufflehog_rule(r, sample)
    ] == []


def test_keywords_are_in_lower_case() -> None:
    for rule in (*GITLEAKS_RULES["rules"], *TRUFFLEHOG_RULES["detectors"]):
        assert rule["keywords"], "trufflehog needs one"
        assert all(keyword == keyword.lower() for keyword in rule["keywords"])


@pytest.mark.slow
@pytest.mark.timeout(2 * INSTALL_TIMEOUT_S)
def test_gitleaks_configuration_of_the_page_allows_a_folder(
    samples: list[Sample], tmp_path: Path
) -> None:
    page = (POLICY / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"(?ms)^```toml\n(\[extend\].*?)^```$", page)
    (tmp_path / "own.toml").write_text(
        blocks[0].replace("policy/gitleaks.toml", str(POLICY / "gitleaks.toml")), encoding="utf-8"
    )
    write_samples(samples[:1], tmp_path / "files/src")
    write_samples(samples[:1], tmp_path / "files/dev")

    found = run_gitleaks(
        build(GITLEAKS), tmp_path / "files", tmp_path / "report.json", tmp_path / "own.toml"
    )

    assert set(found) == {f"src/{samples[0].path}"}


@pytest.mark.slow
@pytest.mark.timeout(2 * INSTALL_TIMEOUT_S)
def test_gitleaks_finds_the_planted_files_alone(samples: list[Sample], tmp_path: Path) -> None:
    files = tmp_path / "files"
    write_samples(samples, files)

    found = run_gitleaks(build(GITLEAKS), files, tmp_path / "report.json")

    assert list_wrong(samples, found) == {}
