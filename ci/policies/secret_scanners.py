"""The marks as rules for gitleaks and trufflehog, which search the files of a repository."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from proxy_guard import dev_marks

from policies import encodings, names

MIN_SEED_CHARS: Final = 16
"""Minimum length of the seed of the simulator's keys."""

SEED_VARIABLE: Final = f"{dev_marks.SERVICE_NAME}-key-seed".replace("-", "_").upper()
_NEAR: Final = ".{0,500}?"
"""Trufflehog reads 512 characters before a keyword."""

_SETTINGS: Final = (
    *("cfg", "cnf", "conf", "config", "env", "hcl", "ini", "json", "properties", "service", "tf"),
    *("tfvars", "toml", "xml", "ya?ml"),
)
"""Ends of the names of files with settings."""

_HEAD: Final = """\
# {tool}: the marks of the dev-only token issuer. See README.md. Written by `ci/policy --write`.
"""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What a scanner searches for.

    Attributes:
        name: Name of the rule; with the prefix `dev-only-`, its ID.
        description: What was found.
        regex: Regular expression in the syntax of RE2.
        keywords: Texts in lower case. Only files with one of them are searched.
        path: Regular expression for the names of the searched files; empty for all files.
        allowed_lines: Regular expressions for lines that are not a finding.
    """

    name: str
    description: str
    regex: str
    keywords: Sequence[str]
    path: str = ""
    allowed_lines: Sequence[str] = ()


def list_rules() -> list[Rule]:
    """Return the rules that apply to all files."""
    key = encodings.list_watermark_parts()
    certificate = encodings.list_certificate_names()
    marks = sorted(dev_marks.CREDENTIALS)
    return [
        Rule(
            name="key",
            description="a key of the simulator, by the watermark of its modulus",
            regex="|".join([*map(exclude_itself, key), encodings.match_watermark_in_hex()]),
            keywords=[*map(str.lower, key), *encodings.list_hex_keywords()],
        ),
        Rule(
            name="certificate",
            description="a certificate of the simulator, by its common name",
            regex="|".join(map(encodings.allow_breaks, certificate)),
            keywords=[part.lower() for name in certificate for part in encodings.divide(name)],
        ),
        Rule(
            name="key-document",
            description="a key set or a key file of the simulator, by its own member",
            regex=match_key_document(),
            keywords=[dev_marks.JWKS_MEMBER],
        ),
        Rule(
            name="key-seed",
            description="the seed of the simulator's keys",
            regex=match_seed(),
            keywords=[SEED_VARIABLE.lower()],
        ),
        Rule(
            name="credential",
            description="a code, token or cookie of the simulator",
            regex=f"(?:{names.escape(marks)})[A-Za-z0-9_-]{{{dev_marks.MIN_SEALED_CHARS}}}",
            keywords=marks,
        ),
    ]


def make_setting_rule() -> Rule:
    """Return the rule about the simulator's name, which applies to settings of production only."""
    blank = r"[^\S\n]"
    in_line = names.match_dev_name_in_setting().replace(r"\s*", f"{blank}*")
    return Rule(
        name="setting",
        description="a setting of production that names the simulator",
        regex=f"(?im){in_line}",
        keywords=[
            *(dev_marks.SERVICE_NAME.replace("-", char) for char in "-_"),
            dev_marks.ISSUER_HOST,
        ],
        path=match_production_settings(),
        allowed_lines=[f"(?i){names.match_other_issuer()}", r"^\s*(?:#|//|;|--|\*)"],
    )


def exclude_itself(text: str) -> str:
    """Match *text* by a pattern that does not contain it: files of rules are searched as well."""
    return f"{text[:-1]}[{text[-1]}]"


def match_key_document() -> str:
    """Match the simulator's own member next to a key or to the URLs of a service account."""
    member = rf'"{dev_marks.JWKS_MEMBER}\\*"\s*:\s*true'
    return rf'(?s)"(?:kty|kid|client_x509_cert_url)\\*"{_NEAR}{member}|{member}{_NEAR}"kty\\*"'


def match_seed() -> str:
    """Match the assignment of a seed, but no reference to another variable and no placeholder.

    Only behind `NAME=` may a seed without quotes contain blanks, as in env files.
    """
    blank, quote, first = r"[^\S\n]*", rf"\\*[{names.QUOTES}]", rf"[^\s{names.QUOTES}$<%{{(.…\\]"
    equals, block = r"(?:[:?]?=>?|:)", rf"(?:[|>][+-]?{blank}\n\s*)?"
    quoted = rf"{quote}{first}[^\n{names.QUOTES}]{{N}}"
    after_name = (
        rf"={first}[^\n]{{N}}"
        rf"|(?:{quote})?{blank}(?:{equals}|,?\s*(?:{quote})?value(?:{quote})?{blank}[:=]){blank}"
        rf"(?:{block}{first}[^\s{names.QUOTES}]{{N}}|{quoted})"
        rf"|{quote}(?:,|\]{blank}=){blank}{quoted}"
    )
    return rf"{SEED_VARIABLE}(?:{after_name})".replace("{N}", f"{{{MIN_SEED_CHARS - 1}}}")


def match_production_settings() -> str:
    """Match the path of a file with settings, one of whose words is `prod` or `production`."""
    word = r"(?i)(?:^|[/._-])prod(?:uction)?"
    return rf"{word}(?:[/._-](?:.*[/._-])?(?:{'|'.join(_SETTINGS)}))?$"


def render_gitleaks() -> str:
    """Return the rules for gitleaks, in TOML."""
    tables = (table for rule in [*list_rules(), make_setting_rule()] for table in _render(rule))
    return _HEAD.format(tool="gitleaks") + "".join(tables)


def _render(rule: Rule) -> Iterator[str]:
    yield f'\n[[rules]]\nid = "dev-only-{rule.name}"\ndescription = "{rule.description}"\n'
    yield f"regex = '''{rule.regex}'''\n"
    if rule.path:
        yield f"path = '''{rule.path}'''\n"
    yield f"keywords = {json.dumps(list(rule.keywords))}\n"
    if rule.allowed_lines:
        lines = "".join(f"  '''{line}''',\n" for line in rule.allowed_lines)
        yield f'[[rules.allowlists]]\nregexTarget = "line"\nregexes = [\n{lines}]\n'


def render_trufflehog() -> str:
    """Return the rules for trufflehog, in YAML. It cannot limit a rule to some files."""
    detectors = (
        f"  - name: dev-only-{rule.name} # {rule.description}\n"
        f"    keywords: {json.dumps(list(rule.keywords))}\n"
        f"    regex:\n      {rule.name.replace('-', '_')}: {_quote(rule.regex)}\n"
        for rule in list_rules()
    )
    return f"{_HEAD.format(tool='trufflehog')}detectors:\n{''.join(detectors)}"


def _quote(text: str) -> str:
    """Return *text* as a single-quoted scalar of YAML."""
    quoted = text.replace("'", "''")
    return f"'{quoted}'"
