"""The simulator is separate from the workspace, its lock and production code; git has no keys."""

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
ISSUER: Final = ROOT / "packages/dev-only/token-issuer"
ISSUER_SOURCE: Final = "packages/dev-only/token-issuer/src"


def read_toml(path: Path) -> dict[str, dict[str, object]]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def run(*command: str, text: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=ROOT, input=text, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.requirement("SEP-1")
def test_root_lock_does_not_name_the_issuer() -> None:
    lock = (ROOT / "uv.lock").read_text(encoding="utf-8").lower()

    assert "reference-proxy" in lock
    assert "token-issuer" not in lock.replace("_", "-")
    assert (ISSUER / "uv.lock").exists()


@pytest.mark.requirement("SEP-1")
def test_issuer_cannot_be_uploaded() -> None:
    project = read_toml(ISSUER / "pyproject.toml")["project"]

    classifiers = project["classifiers"]
    assert isinstance(classifiers, list)
    assert "Private :: Do Not Upload" in classifiers


@pytest.mark.requirement("SEP-2")
def test_source_without_banner_is_a_lint_error() -> None:
    path = "packages/dev-only/token-issuer/src/token_issuer/new_module.py"
    source = '"""A module without the banner."""\n'

    bare = run("ruff", "check", "--stdin-filename", path, "-", text=source)
    bannered = run(
        "ruff", "check", "--stdin-filename", path, "-",
        text="# DEV-ONLY: never ship to production.\n" + source,
    )  # fmt: skip

    assert bare.returncode == 1
    assert "copyright" in bare.stdout
    assert bannered.returncode == 0, bannered.stdout


PRODUCTION_FILES: Final = [
    "packages/bounded-http/src/bounded_http/new.py",
    "packages/jwt-core/src/jwt_core/new.py",
    "packages/proxy-guard/src/proxy_guard/search/new.py",
    "packages/proxy-guard/src/proxy_guard/environment.py",
    "examples/proxy/src/reference_proxy/new.py",
    "examples/proxy/src/reference_proxy/settings.py",
]


@pytest.mark.requirement("SEP-2")
@pytest.mark.parametrize(
    "line", ["import token_issuer", "from token_issuer.web.app import create_app"]
)
@pytest.mark.parametrize("path", PRODUCTION_FILES)
def test_import_of_the_issuer_is_a_lint_error(path: str, line: str) -> None:
    source = f'"""A module."""\n\n{line}\n'

    outcome = run("ruff", "check", "--select", "TID251", "--stdin-filename", path, "-", text=source)

    assert outcome.returncode == 1
    assert "dev-only" in outcome.stdout


@pytest.mark.requirement("SEP-2")
@pytest.mark.parametrize("planted_in", [None, *PRODUCTION_FILES])
def test_import_of_the_issuer_breaks_the_contract(planted_in: str | None, tmp_path: Path) -> None:
    outcome = lint_imports(tmp_path, planted_in, "import token_issuer")

    verdict = "BROKEN" if planted_in else "KEPT"
    assert f"Nothing imports the simulator {verdict}" in outcome.stdout, outcome.stdout
    assert outcome.returncode == (1 if planted_in else 0)


@pytest.mark.requirement("SEP-2")
@pytest.mark.parametrize(
    ("line", "exit_code"),
    [
        ("from proxy_guard.environment import classify", 0),
        ("from proxy_guard import dev_marks", 0),
        ("import proxy_guard", 1),
        ("from proxy_guard.normalization import fold", 1),
        ("from proxy_guard.search.new import x", 1),
    ],
)
def test_issuer_may_import_two_modules_of_the_guard(
    line: str, exit_code: int, tmp_path: Path
) -> None:
    outcome = lint_imports(tmp_path, f"{ISSUER_SOURCE}/token_issuer/__main__.py", line)

    assert outcome.returncode == exit_code, outcome.stdout


def lint_imports(
    folder: Path, planted_in: str | None, line: str
) -> subprocess.CompletedProcess[str]:
    """Check the contracts in a copy of the sources, with *line* added to the file *planted_in*."""
    projects = [
        "packages/bounded-http", "packages/jwt-core", "packages/proxy-guard", "examples/proxy",
    ]  # fmt: skip
    sources = [*(f"{project}/src" for project in projects), ISSUER_SOURCE]
    shutil.copy(ROOT / "pyproject.toml", folder)
    for source in sources:
        shutil.copytree(ROOT / source, folder / source)
    (folder / "packages/proxy-guard/src/proxy_guard/search/new.py").touch()
    if planted_in:
        with (folder / planted_in).open("a", encoding="utf-8") as module:
            module.write(f"\n{line}\n")
    return subprocess.run(
        ["lint-imports", "--no-cache"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sources)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.requirement("SEP-5")
@pytest.mark.parametrize(
    "path",
    [
        "private.pem",
        "packages/dev-only/token-issuer/keys/private.pem",
        "keys/anything",
        "examples/proxy/secrets/token",
        "server.key",
        ".env.docker",
    ],
)
def test_key_files_are_ignored_by_git(path: str) -> None:
    assert run("git", "check-ignore", "--quiet", "--no-index", path).returncode == 0


@pytest.mark.requirement("SEP-5")
def test_git_ignores_no_tracked_file() -> None:
    outcome = run("git", "ls-files", "--cached", "--ignored", "--exclude-standard")

    assert outcome.stdout == ""


@pytest.mark.requirement("SEP-5")
@pytest.mark.parametrize("document", ["README.md", "TESTPLAN.md"])
def test_document_has_the_dev_only_section(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")

    assert "\n## Dev-only simulator, never ship to prod\n" in text


@pytest.mark.requirement("SEP-4")
def test_build_context_of_the_production_image_excludes_the_simulator() -> None:
    ignored = (ROOT / "examples/proxy/Dockerfile.dockerignore").read_text(encoding="utf-8")

    assert "packages/dev-only" in ignored.splitlines()


CI_STEPS: Final = {
    "lint": "ci/lint.sh",
    "types": "ci/types.sh",
    "test": "ci/test.sh",
    "build": "ci/build.sh",
    "console": "ci/console.sh",
    "containers": "ci/containers.sh",
    "deployment": "ci/deployment.sh",
    "google-clients": "ci/google-clients.sh",
    "oidc-clients": "ci/oidc-clients.sh",
    "separation": "ci/prod.sh",
}


@pytest.mark.requirement("OPS-5")
@pytest.mark.parametrize("script", CI_STEPS.values(), ids=CI_STEPS)
def test_each_step_runs_in_ci_steps_and_in_a_workflow(script: str) -> None:
    workflows = [path.read_text("utf-8") for path in (ROOT / ".github/workflows").glob("*.yml")]
    steps = (ROOT / "ci/steps").read_text(encoding="utf-8")

    assert re.search(rf'^    Step\(\s*"[\w-]+",\s+"{re.escape(script)}["\s]', steps, re.MULTILINE)
    assert any(re.search(rf"\b{re.escape(script)}\b", text) for text in workflows)
    assert os.access(ROOT / script, os.X_OK)


@pytest.mark.requirement("OPS-5")
def test_coverage_below_the_goal_fails_the_tests() -> None:
    limit = re.search(r"--fail-under=(\d+)", (ROOT / "ci/test.sh").read_text(encoding="utf-8"))

    assert limit is not None
    assert int(limit[1]) >= 90
