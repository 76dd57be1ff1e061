"""The scan finds every planted part of the simulator."""

import json
from pathlib import Path

import pytest
from proxy_guard import dev_marks

from tests.separation.artefacts import SIMULATOR, DevKey, check_separation, scan, write
from tests.separation.plants import PLANTS
from tests.separation.plants.console import read_console


@pytest.mark.requirement("SEP-3")
@pytest.mark.parametrize("name", PLANTS)
def test_planted_violation_is_found_with_its_path(
    name: str, tmp_path: Path, dev_key: DevKey
) -> None:
    plant = PLANTS[name]
    folder = tmp_path / "artefacts"
    folder.mkdir()
    plant.build(folder, dev_key)

    scanned = scan(folder)

    assert scanned.exit_code == 1
    assert scanned.errors == ""
    assert any(check == plant.check and plant.where in path for check, path in scanned.findings), (
        scanned.findings
    )


@pytest.mark.requirement("SEP-3")
def test_dotted_name_of_every_nested_module_is_found(tmp_path: Path) -> None:
    folder = SIMULATOR.parent
    paths = [path.relative_to(folder).with_suffix("") for path in SIMULATOR.rglob("*.py")]
    names = [".".join(path.parts) for path in paths if len(path.parts) > 2]
    names = [name for name in names if not name.endswith(".__init__")]
    assert len(names) > 50
    write(tmp_path, {f"{index}.txt": f"{name}:x\n" for index, name in enumerate(names)})

    findings = scan(tmp_path).findings

    assert len(findings) == len(names)
    assert {check for check, _ in findings} == {"module"}


@pytest.mark.requirement("SEP-3")
def test_renamed_copy_of_each_module_of_the_logins_is_found(tmp_path: Path) -> None:
    modules = [path for path in SIMULATOR.glob("oauth/**/*.py") if path.name != "__init__.py"]
    assert len(modules) > 20
    for module in modules:
        _, _, body = module.read_text(encoding="utf-8").partition("\n")
        body = body.replace("token_issuer", "ghost").replace("token-issuer", "ghost")
        write(tmp_path, {f"{len(body)}-{module.name}": body})

    scanned = scan(tmp_path)

    assert {check for check, _ in scanned.findings} == {"code"}
    assert len(scanned.findings) == len(modules)


@pytest.mark.requirement("SEP-3")
def test_renamed_copy_of_each_file_of_the_console_is_found(tmp_path: Path) -> None:
    files = {name: text for name, text in read_console() if not name.endswith(".svg")}
    write(tmp_path, dict(files))

    scanned = scan(tmp_path)

    assert {check for check, _ in scanned.findings} == {"code"}
    assert len(scanned.findings) == len(files)


@pytest.mark.requirement("SEP-3")
def test_report_names_what_a_login_handed_out_and_not_its_value(tmp_path: Path) -> None:
    token = dev_marks.REFRESH_TOKEN_MARK + "A" * 64
    write(tmp_path, {"a.har": json.dumps({"code": dev_marks.CODE_MARK + "B" * 64, "token": token})})

    outcome = check_separation(tmp_path)

    assert f"{tmp_path}/a.har: contains an authorization code of the simulator" in outcome.stdout
    assert f"{tmp_path}/a.har: contains a refresh token of the simulator" in outcome.stdout
    assert "AAAA" not in outcome.stdout
    assert "BBBB" not in outcome.stdout


@pytest.mark.requirement("SEP-3")
def test_report_contains_the_path_and_no_key(tmp_path: Path, dev_key: DevKey) -> None:
    (tmp_path / "k.pem").write_text(dev_key.private_pem, encoding="ascii")

    outcome = check_separation(tmp_path)

    assert outcome.returncode == 1
    assert f"{tmp_path}/k.pem: contains a key of the simulator" in outcome.stdout
    assert "MII" not in outcome.stdout + outcome.stderr
    assert "zDEV" not in outcome.stdout + outcome.stderr
