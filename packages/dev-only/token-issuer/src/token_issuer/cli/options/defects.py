# DEV-ONLY: never ship to production.
"""The command `defects` and its options."""

from typing import Any, Final

from token_issuer.cli.options.parser import EXIT_CODES, add_plain_command, parse_filled

_SUMMARY: Final = "list what can be wrong with a token, or explain one such defect"
_EXAMPLES: Final = """\
examples:
  token-issuer defects
  token-issuer defects alg-none
  token-issuer defects --json | jq -r '.[] | select(.verdict == "refuse").id'
  token-issuer make-token --defect alg-none"""


def add_defects(commands: Any) -> None:
    """Add the command `defects`."""
    parser = add_plain_command(
        commands, "defects", summary=_SUMMARY, epilog=f"{_EXAMPLES}\n\n{EXIT_CODES}"
    )
    parser.add_argument(
        "defect", nargs="?", type=parse_filled, metavar="ID", help="its id (default: list all)"
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of text")
