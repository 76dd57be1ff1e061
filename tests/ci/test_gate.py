"""The gate in the CI of other projects: GitHub Actions, pre-commit hooks and the GitLab template.

GitHub itself cannot be run here: the steps of the actions are run in bash, with the inputs in the
environment, as a runner does.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from tests.machine import ROOT, build_debian_environ, find_command, install_debian
from tests.once import make_once
from tests.separation.artefacts import write
from tests.separation.test_single_file import SOURCES
from tests.services import read_clean_environ

pytestmark = pytest.mark.requirement("OPS-7")

PRE_COMMIT: Final = "pre-commit==4.5.0"
CHECK_JSONSCHEMA: Final = "check-jsonschema==0.39.0"
GITLAB_CI_LOCAL: Final = "gitlab-ci-local@4.65.1"  # later versions need Node 22
CLEAN: Final = {"dist/a b.txt": "a service", "prod.env": "JWT_ISSUER=https://accounts.google.com\n"}
DIRTY: Final = {
    "dist/a b.txt": "the token-issuer",
    "prod.env": "# production\nJWT_ISSUER=https://issuer.local\n",
}


@pytest.fixture(scope="session")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a git repository with the files of this one, as other projects clone it."""
    return make_once(tmp_path_factory, "gate-repository", commit_files)


def commit_files(folder: Path) -> None:
    for name in (*SOURCES, ".pre-commit-hooks.yaml"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cp", "-R", ROOT / name, folder / name], check=True, timeout=60)
    commit(folder)


def commit(folder: Path) -> None:
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "files")


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=test", "-c", "user.email=test@example.com")
    command = ("git", "-C", str(folder), *identity, *arguments)
    return subprocess.run(
        command, check=True, capture_output=True, text=True, timeout=60
    ).stdout.strip()


def run(
    *command: str | Path, folder: Path, environ: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=folder, env=read_clean_environ() | dict(environ or {}),
        capture_output=True, text=True, check=False, timeout=110,
    )  # fmt: skip


def run_action(
    name: str, folder: Path, **inputs: str
) -> tuple[subprocess.CompletedProcess[str], dict[str, str]]:
    """Run the only step of an action, and return its outputs, too."""
    path = ROOT / "ci/actions" / name
    action = yaml.safe_load((path / "action.yml").read_text(encoding="utf-8"))
    values = {key: item.get("default", "") for key, item in action["inputs"].items()} | inputs
    assert values.keys() == action["inputs"].keys()
    (step,) = action["runs"]["steps"]
    assert "${{" not in step["run"], "inputs must not become part of a script"
    environ = {
        key: re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda match: values[match[1]], text)
        for key, text in step["env"].items()
    }
    output = folder / "github-output"
    environ |= {"GITHUB_ACTION_PATH": str(path), "GITHUB_OUTPUT": str(output)}
    script = write(folder, {"step.sh": step["run"]}) / "step.sh"
    bash = ("bash", "--noprofile", "--norc", "-eo", "pipefail", script)
    outcome = run(*bash, folder=folder, environ=environ)
    script.unlink()
    lines = output.read_text().splitlines() if output.exists() else []
    return outcome, dict(line.split("=", 1) for line in lines)


@pytest.mark.parametrize(("files", "code"), [(CLEAN, 0), (DIRTY, 1)], ids=["clean", "dirty"])
@pytest.mark.parametrize(
    ("name", "inputs"),
    [("check-separation", {"paths": "dist\n"}), ("proxy-guard", {"env-file": "prod.env\n"})],
)
def test_action_fails_if_there_are_findings_and_writes_them(
    name: str, inputs: dict[str, str], files: dict[str, str], code: int, tmp_path: Path
) -> None:
    write(tmp_path, files)

    outcome, outputs = run_action(name, tmp_path, sarif="found.sarif", **inputs)
    reported, _ = run_action(name, tmp_path, fail="false", **inputs)

    assert outcome.returncode == code, outcome.stdout + outcome.stderr
    assert outputs == {"exit-code": str(code)}
    assert reported.returncode == 0
    (log,) = json.loads((tmp_path / "found.sarif").read_text())["runs"]
    assert bool(log["results"]) == bool(code)


def test_action_writes_certificate_and_statement_of_several_paths(tmp_path: Path) -> None:
    write(tmp_path, {**CLEAN, "other/x.txt": "x"})
    files = {"certificate": "c.json", "statement": "s.json"}

    outcome, _ = run_action("check-separation", tmp_path, paths="dist\nother\n", **files)

    assert outcome.returncode == 0, outcome.stderr
    assert json.loads((tmp_path / "c.json").read_text())["roots"] == ["dist", "other"]
    assert (tmp_path / "s.json").exists()


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"paths": ""}, "expected one PATH or more"),
        ({"paths": "$(touch injected)"}, "$(touch injected): does not exist"),
        ({"paths": "--help"}, "--help: does not exist"),
        ({"paths": "dist", "fail": "no"}, "fail: expected true or false, got 'no'"),
    ],
)
def test_wrong_inputs_of_the_action_exit_2(
    inputs: dict[str, str], message: str, tmp_path: Path
) -> None:
    outcome, _ = run_action("check-separation", write(tmp_path, CLEAN), **inputs)

    assert outcome.returncode == 2
    assert message in outcome.stderr
    assert not (tmp_path / "injected").exists()


@pytest.mark.parametrize("name", ["check-separation", "check-env-files"])
def test_old_python_exits_2(name: str, tmp_path: Path) -> None:
    """Python itself exits with 1 if a module is missing, which means findings."""
    pretend = (
        f"import runpy, sys; sys.version_info = (3, 10); sys.path.insert(0, {str(ROOT / 'ci')!r})"
    )
    start = f"{pretend}; runpy.run_path(sys.argv[1], None, '__main__')"
    command = (sys.executable, "-c", start, ROOT / "ci" / name)

    outcome = run(*command, folder=tmp_path)

    assert outcome.returncode == 2
    assert f"{name}: expected Python 3.11 or newer" in outcome.stderr


def test_env_files_are_judged_without_the_variables_of_the_runner(tmp_path: Path) -> None:
    write(tmp_path, {**DIRTY, "dev.env": "APP_ENV=dev\nJWT_ISSUER=https://issuer.local\n"})
    command = (sys.executable, ROOT / "ci/check-env-files", "--sarif", "found.sarif")

    outcome = run(*command, "prod.env", "dev.env", folder=tmp_path, environ={"APP_ENV": "dev"})
    missing = run(*command, "gone.env", folder=tmp_path)

    assert outcome.returncode == 1
    (log,) = json.loads((tmp_path / "found.sarif").read_text())["runs"]
    assert missing.returncode == 2
    assert "Traceback" not in missing.stderr
    assert log["invocations"][0]["executionSuccessful"] is False  # the second run replaced it


def test_line_of_the_variable_is_in_the_sarif_of_env_files(tmp_path: Path) -> None:
    write(tmp_path, DIRTY)
    command = (sys.executable, ROOT / "ci/check-env-files", "--sarif", "found.sarif")

    run(*command, "prod.env", folder=tmp_path)

    (log,) = json.loads((tmp_path / "found.sarif").read_text())["runs"]
    (result,) = log["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "prod.env"}, "region": {"startLine": 2}}


@pytest.mark.parametrize(("files", "code"), [(CLEAN, 0), (DIRTY, 1)], ids=["clean", "dirty"])
def test_pre_commit_runs_both_hooks_from_a_clone(
    files: dict[str, str], code: int, repository: Path, tmp_path: Path
) -> None:
    others = {"dev.env.docker": DIRTY["prod.env"], "-x.env": CLEAN["prod.env"]}
    project = write(tmp_path / "project", {**files, **others})
    hooks = [{"id": "check-separation", "files": "^(dist/|-)"}, {"id": "proxy-guard"}]
    source = {"repo": f"file://{repository}", "rev": git(repository, "rev-parse", "HEAD")}
    configuration = {"repos": [source | {"hooks": hooks}]}
    write(project, {".pre-commit-config.yaml": json.dumps(configuration)})
    git(project, "init", "--quiet")
    git(project, "add", "--all")

    outcome = run(
        *(ROOT / "ci/uv", "run", "--quiet", "--no-project", "--with", PRE_COMMIT),
        *("pre-commit", "run"),
        folder=project,
        environ={"PRE_COMMIT_HOME": str(tmp_path / "hooks")},
    )

    assert outcome.returncode == code, outcome.stdout + outcome.stderr
    assert outcome.stdout.count("Failed" if code else "Passed") == 2, outcome.stdout
    assert ("dist/a b.txt: names token-issuer" in outcome.stdout) == bool(code)
    assert ("[issuer_local] JWT_ISSUER" in outcome.stdout) == bool(code)


def test_actions_and_template_match_their_schemas(tmp_path: Path) -> None:
    """The schemas of GitHub and GitLab are those that check-jsonschema contains."""
    template = (ROOT / "ci/gitlab/separation.yml").read_text(encoding="utf-8")
    header, jobs = template.split("\n---\n")
    write(tmp_path, {"jobs.yml": jobs, "action.yml": "", "spec.yml": header})
    check: tuple[str | Path, ...] = (
        ROOT / "ci/uv", "run", "--quiet", "--no-project", "--with", CHECK_JSONSCHEMA,
        "check-jsonschema", "--builtin-schema",
    )  # fmt: skip
    actions = list((ROOT / "ci/actions").glob("*/action.yml"))

    for_github = run(*check, "vendor.github-actions", *actions, folder=tmp_path)
    for_gitlab = run(
        *check, "vendor.gitlab-ci", "--data-transform", "gitlab-ci", "jobs.yml", folder=tmp_path
    )

    assert len(actions) == 2
    assert for_github.returncode == 0, for_github.stdout
    assert for_gitlab.returncode == 0, for_gitlab.stdout


@pytest.fixture(scope="session")
def rsync() -> dict[str, str]:
    """Return an environment with rsync, which gitlab-ci-local calls."""
    root = install_debian("rsync", folder=ROOT / ".cache/rsync")
    path = os.pathsep.join([str(root / "usr/bin"), read_clean_environ()["PATH"]])
    return build_debian_environ(root) | {"PATH": path}


@pytest.mark.parametrize(("files", "code"), [(CLEAN, 0), (DIRTY, 1)], ids=["clean", "dirty"])
def test_gitlab_template_runs(
    files: dict[str, str], code: int, repository: Path, rsync: dict[str, str], tmp_path: Path
) -> None:
    """gitlab-ci-local runs the job in a shell, as a runner with the shell executor does."""
    npx = find_command("npx", "install Node 20 or later")
    inputs: dict[str, Any] = {
        "repository": f"file://{repository}",
        "ref": git(repository, "rev-parse", "HEAD"),
        "paths": "dist",
    }
    included = [{"local": "separation.yml", "inputs": inputs}]
    template = (ROOT / "ci/gitlab/separation.yml").read_text(encoding="utf-8")
    project = write(
        tmp_path / "project",
        {**files, "separation.yml": template, ".gitlab-ci.yml": json.dumps({"include": included})},
    )
    commit(project)
    git(project, "remote", "add", "origin", "git@gitlab.example.com:group/project.git")

    outcome = run(
        *(npx, "--yes", "--prefer-offline", f"--cache={ROOT / '.cache/npm'}", GITLAB_CI_LOCAL),
        *("--force-shell-executor", "--no-shell-isolation", "check-separation"),
        folder=project,
        environ=rsync | {"HOME": str(tmp_path)},
    )

    assert outcome.returncode == code, outcome.stdout + outcome.stderr
    report = json.loads((project / "gl-code-quality-report.json").read_text())
    assert [entry["check_name"] for entry in report] == ["name"] * code
    assert (project / "separation.json").exists()


def test_gitlab_template_reads_paths_of_several_lines(tmp_path: Path) -> None:
    _, jobs = yaml.safe_load_all((ROOT / "ci/gitlab/separation.yml").read_text(encoding="utf-8"))
    (read,) = [line for line in jobs["check-separation"]["script"] if line.startswith("read ")]
    script = f"{read}\nprintf '<%s>' \"${{paths[@]}}\""

    outcome = run(
        *("bash", "-euo", "pipefail", "-c", script),
        folder=tmp_path,
        environ={"SEPARATION_PATHS": "dist *\nother\n"},
    )

    assert (outcome.returncode, outcome.stdout) == (0, "<dist><*><other>")


def test_workflow_on_the_page_is_valid() -> None:
    page = (ROOT / "docs/guides/ship-nothing.md").read_text(encoding="utf-8")
    (workflow,) = re.findall(r"^```yaml workflow\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)

    outcome = subprocess.run(
        ["actionlint", "-"], input=workflow, capture_output=True, text=True, check=False, timeout=60
    )

    assert outcome.returncode == 0, outcome.stdout
    for name in ("check-separation", "proxy-guard"):
        action = yaml.safe_load((ROOT / "ci/actions" / name / "action.yml").read_text("utf-8"))
        (step,) = re.findall(rf"actions/{name}@TAG\n((?:        .*\n)+)", workflow)
        assert yaml.safe_load(step)["with"].keys() <= action["inputs"].keys()
