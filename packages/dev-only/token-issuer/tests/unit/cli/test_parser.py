# DEV-ONLY: never ship to production.
"""Wrong usage: each command and option with each kind of mistake, and what the errors suggest."""

from collections.abc import Callable, Iterator

import pytest
from token_issuer.cli.arguments import build_parser, parse_arguments
from token_issuer.cli.parser import Parser

pytestmark = pytest.mark.requirement("TI-7")

Reject = Callable[..., str]


@pytest.fixture
def reject(capsys: pytest.CaptureFixture[str]) -> Reject:
    """Return a function that parses a wrong command line, and returns the line of the error."""

    def parse(*argv: str) -> str:
        with pytest.raises(SystemExit) as caught:
            parse_arguments(argv)
        output = capsys.readouterr()
        assert (caught.value.code, output.out) == (2, "")
        assert output.err.startswith("usage: token-issuer")
        *_, line = output.err.splitlines()
        assert line.startswith("token-issuer")
        return line.partition(": error: ")[2]

    return parse


def list_parsers(parser: Parser) -> Iterator[Parser]:
    """Yield the parsers that have no commands below *parser*."""
    if not parser.commands:
        yield parser
    for command in parser.commands.values():
        yield from list_parsers(command)


PARSERS = [
    parser
    for name in build_parser().commands
    for parser in list_parsers(build_parser(name).commands[name])
]
COMMANDS = [tuple(parser.prog.split()[1:]) for parser in PARSERS]
WRAPPERS = [tuple(parser.prog.split()[1:]) for parser in PARSERS if parser.needs_separator]
SHORTENED = [
    (command, option[:-1])
    for command, parser in zip(COMMANDS, PARSERS, strict=True)
    for option in parser.options
    if option.startswith("--") and option[:-1] not in parser.options
]
VALUES = [
    (command, option)
    for command, parser in zip(COMMANDS, PARSERS, strict=True)
    for option, action in parser.options.items()
    if action.nargs is None
]


def test_all_commands_are_walked() -> None:
    assert {command[0] for command in COMMANDS} == set(build_parser().commands)
    assert ("keys", "rotate") in COMMANDS
    assert len(VALUES) > 50


@pytest.mark.parametrize("command", COMMANDS)
def test_unknown_option_is_rejected(reject: Reject, command: tuple[str, ...]) -> None:
    assert reject(*command, "--zzz=1").startswith("no option is named '--zzz'")


@pytest.mark.parametrize("command", [name for name in COMMANDS if name not in WRAPPERS])
def test_argument_too_many_is_rejected(reject: Reject, command: tuple[str, ...]) -> None:
    line = reject(*command, "zzz", "zzz")

    assert line.startswith("unexpected argument 'zzz'")
    assert "--help lists the options" in line


@pytest.mark.parametrize("command", WRAPPERS)
def test_command_to_run_without_a_separator_is_rejected(
    reject: Reject, command: tuple[str, ...]
) -> None:
    line = reject(*command, "zzz", "--help")

    assert line == f"write -- before the command: token-issuer {command[0]} -- 'zzz'"


@pytest.mark.parametrize(("command", "option"), SHORTENED)
def test_shortened_option_is_rejected_with_a_suggestion(
    reject: Reject, command: tuple[str, ...], option: str
) -> None:
    line = reject(*command, option)

    assert line.startswith(f"no option is named '{option}' (did you mean {option}")


@pytest.mark.parametrize(("command", "option"), VALUES)
def test_option_without_its_value_is_rejected(
    reject: Reject, command: tuple[str, ...], option: str
) -> None:
    assert reject(*command, option).startswith(f"argument {option}: expected a value: {option} ")
    assert f"argument {option}: expected a value before '--help'" in reject(
        *command, option, "--help"
    )


@pytest.mark.parametrize(("command", "option"), VALUES)
@pytest.mark.parametrize("blank", ["", " "])
def test_blank_value_is_rejected(
    reject: Reject, command: tuple[str, ...], option: str, blank: str
) -> None:
    line = reject(*command, option, blank)

    assert line.startswith(f"argument {option}: expected ")
    assert "got" in line


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        ("serv", "got 'serv' (did you mean serve?)"),
        ("helth", "(did you mean health"),
        (
            "zzz",
            "expected serve, make-keys, make-service-account, make-token, keys, defects, probe",
        ),
        ("help", "(did you mean --help"),
        ("version", "(did you mean --version"),
        ("keys rotat", "expected list, rotate or remove, got 'rotat' (did you mean rotate?)"),
        ("keys rotate --mode gracefull", "got 'gracefull' (did you mean graceful?)"),
        ("keys rotate --alg RS265", "(did you mean RS256"),
        ("make-token --alg none", "expected RS256, PS256, ES256 or EdDSA, got 'none'"),
        ("probe http://localhost/ --fail-on hi", "(did you mean high"),
        ("--prot 1", "no option is named '--prot' (did you mean --port?)"),
        ("keys rotate --led=5s", "no option is named '--led' (did you mean --lead?)"),
        ("keys --keys-dir k list", "--keys-dir belongs after list: write token-issuer keys list"),
        ("keys list --env-file f", "--env-file belongs before list: write token-issuer keys --env"),
        ("serve --version", "--version belongs before serve: write token-issuer --version"),
        ("--port 1 serve", "a command comes before its options: write token-issuer serve first"),
        ("--port 1 health", "a command comes before its options: write token-issuer health first"),
        ("make-token sub=alice", "unexpected argument 'sub=alice' (did you mean --sub alice?)"),
        ("serve 8081", "(did you mean --port 8081"),
        ("serve port 8081", "(did you mean --port"),
        ("serve ./keys", "(did you mean --keys-dir ./keys"),
        ("health http://localhost:8081", "(did you mean --url http://localhost:8081"),
        ("keys rotate graceful", "(did you mean --mode graceful"),
        ("-5m", "no option is named '-5m'"),
        ("-- serve", "a command comes before its options"),
        ("keys rotate -- --mode emergency", "'--mode'; options come before --: leave -- out"),
        ("keys remove -kid", "write an argument that begins with a hyphen after --"),
        ("make-token --exp --json", "expected a value before '--json': --exp EXP; a value that"),
        ("make-token --claim x", "argument --claim: expected NAME=TEXT or NAME:=JSON, got 'x'"),
        ("make-token --claim x:=[", "argument --claim: the value of 'x' is not valid JSON"),
        ("make-token --keys-dir a --url http://b", "--url: not allowed with argument --keys-dir"),
        ("health --url localhost:8081", "argument --url: expected a URL such as http://"),
        ("probe", "the following arguments are required: TARGET"),
        ("keys", "the following arguments are required: ACTION"),
        ("make-keys", "the following arguments are required: DIR"),
    ],
)
def test_error_says_what_to_write(reject: Reject, argv: str, message: str) -> None:
    line = reject(*argv.split())

    assert message in line
    assert "<" not in line
    assert "RotationMode" not in line


@pytest.mark.parametrize(
    ("argv", "attribute", "value"),
    [
        ("make-token --exp -5m", "field_exp", "-5m"),
        ("make-token --exp=-5m", "field_exp", "-5m"),
        ("make-token --sub=--json", "field_sub", "--json"),
        ("make-token --claim -x=1", "claim", [("-x", "1")]),
        ("make-token --aud -a --aud -b", "field_aud", ["-a", "-b"]),
        ("serve --ttl -5m", "override_ttl", "-5m"),
        ("--ttl -5m", "override_ttl", "-5m"),
        ("keys rotate --lead -1s", "lead", "-1s"),
        ("keys remove -- -kid", "kid", "-kid"),
        ("keys rotate", "mode", "graceful"),
    ],
)
def test_value_may_begin_with_a_hyphen(argv: str, attribute: str, value: object) -> None:
    assert getattr(parse_arguments(argv.split()), attribute) == value


@pytest.mark.parametrize("secret", ["s" * 5000, "-----BEGIN PRIVATE KEY-----\n" + "s" * 64])
@pytest.mark.parametrize(
    "argv",
    [
        ("{}",),
        ("serve", "--{}"),
        ("serve", "{}"),
        ("make-token", "sub={}"),
        ("make-token", "--alg", "{}"),
        ("make-token", "--claim", "{}"),
        ("make-token", "--sub", "--{}"),
        ("health", "--url", "{}"),
        ("keys", "{}"),
    ],
)
def test_long_input_is_cut_in_errors(reject: Reject, argv: tuple[str, ...], secret: str) -> None:
    line = reject(*(argument.replace("{}", secret) for argument in argv))

    assert "s" * 41 not in line
    assert "\n" not in line
