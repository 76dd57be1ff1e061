# DEV-ONLY: never ship to production.
import pytest
from token_issuer.cli.arguments import build_parser, parse_arguments
from token_issuer.cli.options import collect_overrides
from token_issuer.config.settings import SETTINGS


@pytest.mark.requirement("TI-7")
@pytest.mark.parametrize("argv", [[], ["--port", "9000"], ["serve"]])
def test_serve_is_the_default(argv: list[str]) -> None:
    assert parse_arguments(argv).command == "serve"


@pytest.mark.requirement("TI-7")
def test_options_become_overrides_of_variables() -> None:
    args = parse_arguments(["--port", "9000", "--keys-dir", "k", "--ttl", "5m"])

    assert collect_overrides(args) == {
        "TOKEN_ISSUER_PORT": "9000",
        "PERSIST_KEYS_DIR": "k",
        "TOKEN_ISSUER_TTL": "5m",
    }


@pytest.mark.requirement("TI-7")
@pytest.mark.parametrize("command", ["serve", "make-keys", "make-token", "keys", "health"])
def test_help_is_complete(command: str, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        parse_arguments([command, "--help"])

    text = capfd.readouterr().out
    assert caught.value.code == 0
    assert "DEV ONLY" in text
    assert "examples:\n  token-issuer" in text
    assert "exit codes: 0 ok, 1 refused or failed, 2 wrong usage" in text
    assert all(setting.variable in text for setting in SETTINGS)


@pytest.mark.requirement("TI-7")
def test_version_says_dev_only(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        build_parser().parse_args(["--version"])

    assert "(DEV ONLY)" in capfd.readouterr().out


@pytest.mark.requirement("TI-7")
@pytest.mark.parametrize("blank", ["", " "])
@pytest.mark.parametrize(
    ("argv", "name"), [(["make-keys"], "DIR"), (["probe"], "TARGET"), (["defects"], "ID")]
)
def test_blank_argument_is_rejected_by_name(
    argv: list[str], name: str, blank: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        parse_arguments([*argv, blank])

    assert caught.value.code == 2
    assert f"argument {name}: expected a value, got blank text" in capsys.readouterr().err
