# DEV-ONLY: never ship to production.
"""`token-issuer defects`."""

import argparse
import textwrap
from collections.abc import Iterable
from itertools import groupby
from typing import Final

import msgspec

from token_issuer.cli.options import EXIT_CODES
from token_issuer.cli.output.stdout import write_output
from token_issuer.cli.parser import Parser, parse_filled
from token_issuer.tokens.defects.catalogue import CATALOGUE, find_defect
from token_issuer.tokens.defects.defect import Defect, Kind
from token_issuer.tokens.defects.description import describe_defect

_WIDTH: Final = 100
_INDENT: Final = 10
_EXAMPLES: Final = """\
examples:
  token-issuer defects
  token-issuer defects alg-none
  token-issuer defects --kind login
  token-issuer defects --json | jq -r '.[] | select(.verdict == "refuse").id'
  token-issuer make-token --defect alg-none"""


def add_options(parser: Parser) -> None:
    """Add the options of `defects`."""
    parser.epilog = f"{_EXAMPLES}\n\n{EXIT_CODES}"
    parser.add_argument(
        "defect",
        nargs="?",
        type=parse_filled,
        metavar="ID",
        help="id of a defect (default: list all)",
    )
    parser.add_argument(
        "--kind", choices=tuple(Kind), help="list only the defects of tokens, or of logins"
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of text")


def run(args: argparse.Namespace) -> int:
    """List the catalogue, or explain one entry.

    Raises:
        InvalidInputError: no defect has this id.
    """
    if args.defect is not None:
        defect = find_defect(args.defect)
        write_output(_encode(describe_defect(defect)) if args.json else _explain(defect))
    else:
        defects = [each for each in CATALOGUE.values() if args.kind in {None, each.kind}]
        write_output(_encode(list(map(describe_defect, defects))) if args.json else _list(defects))
    return 0


def _encode(document: object) -> str:
    return f"{msgspec.json.format(msgspec.json.encode(document)).decode()}\n"


def _list(defects: Iterable[Defect]) -> str:
    width = max(map(len, CATALOGUE))
    groups = [
        "\n".join([
            group,
            *(
                f"  {defect.id:<{width}}  {defect.verdict:<6}  {defect.severity.word:<8}  "
                f"{defect.title}"
                for defect in members
            ),
        ])
        for group, members in groupby(defects, key=lambda defect: defect.group)
    ]
    return "\n\n".join(groups) + "\n"


def _explain(defect: Defect) -> str:
    described = describe_defect(defect)
    rows = {
        "kind": described.kind,
        "group": described.group,
        "wrong": described.wrong,
        "why": described.why,
        "source": described.source,
        "verdict": f"{described.verdict}; {described.severity} if it does otherwise"
        if described.verdict != "either"
        else f"either; {described.severity} if it crashes",
        "check": described.check,
        "remedy": described.remedy,
        "fault": described.fault,
        "alg": described.alg,
    }
    lines = [f"{described.id}: {described.title}", ""]
    lines += [_wrap(name, text) for name, text in rows.items() if text]
    return "\n".join(lines) + "\n"


def _wrap(name: str, text: str) -> str:
    return textwrap.fill(
        text,
        _WIDTH,
        initial_indent=f"{name:<{_INDENT}}",
        subsequent_indent=" " * _INDENT,
        break_on_hyphens=False,
    )
