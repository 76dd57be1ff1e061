"""Env files, read by the guard and by the reader of Compose.

The reader is compose-go, built from the Go module proxy with `tests/compose/main.go`.
"""

import json
import os
import random
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import pytest
from proxy_guard.env_file.parsing import read_env_file
from proxy_guard.errors import EnvFileError

from tests.machine import find_command

pytestmark = [pytest.mark.requirement("PG-4"), pytest.mark.slow]

TESTS: Final = Path(__file__).parent.parent
TABLE: Final = json.loads((TESTS / "data/env_files.json").read_text(encoding="utf-8"))
ENVIRON: Final = {"A": "env", "EMPTY": ""}
FILE_COUNT: Final = 5000
NAMES: Final = (
    "A",
    "B",
    "NODE_ENV",
    "APP_ENV",
    "JWT_ISSUER",
    "a.b",
    "X[0]",
    "1A",
    "\xc4",
    "export",
)
PIECES: Final = (
    *"=: \t\n\r\v\f\x85\xa0\u2028\u2003\x1c\ufeff\"'#\\$+-?{}[]`\0",
    *(" #", "\r\n", "\\n", '\\"', "\\'", "\\$", "\\0101", "\\09", "\\x41", "\\c", "$$", "$A", "$1"),
    *("${A}", "${B:-x}", "${B-x}", "${A:+y}", "${B:?e}", "${EMPTY:-${B:-q}}", "${B:-{a}b}c", "${"),
    *(
        "production",
        "qa",
        "x",
        "export ",
        "\nNODE_ENV=production",
        "\nJWT_ISSUER=https://a.example",
    ),
)

Values = Mapping[str, str] | None


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Path:
    go = find_command("go", "install Go")
    binary = tmp_path_factory.mktemp("compose") / "reader"
    command = [go, "build", "-mod=readonly", "-o", str(binary), "."]
    subprocess.run(command, cwd=TESTS / "compose", check=True, timeout=100)
    return binary


def read_with_compose(
    reader: Path, files: Sequence[str], environ: Mapping[str, str]
) -> list[Values]:
    questions = "".join(json.dumps({"file": file, "environ": environ}) + "\n" for file in files)
    outcome = subprocess.run(
        [reader], input=questions.encode(), capture_output=True, check=True, timeout=60
    )
    return [json.loads(line) for line in outcome.stdout.splitlines()]


def write_file(rng: random.Random) -> str:
    lines = []
    for _ in range(rng.randint(1, 5)):
        quote = rng.choice(["", "", '"', "'"])
        value = "".join(rng.choices(PIECES, k=rng.randint(0, 4)))
        if rng.random() < 0.5:  # most random values are invalid
            value = value.replace(quote or "\n", "").replace("\\", "")
        separator = rng.choice(["=", "=", " = ", ":"])
        start, end = (
            rng.choice(["", "", "export ", "\t"]),
            rng.choice(["\n", "\n", "\r\n", " # c\n", ""]),
        )
        bare = rng.random() < 0.1
        lines.append(
            start + rng.choice(NAMES) + ("" if bare else separator + quote + value + quote) + end
        )
    return "".join(lines)


def test_table_has_the_values_of_compose(reader: Path) -> None:
    cases = list(TABLE["files"].values())

    values = read_with_compose(reader, [case["file"] for case in cases], TABLE["environ"])

    assert values == [case["compose"] for case in cases]


def test_random_file_is_read_as_compose_reads_it_or_refused(reader: Path, tmp_path: Path) -> None:
    seed = int.from_bytes(os.urandom(4), "big")
    rng = random.Random(seed)  # noqa: S311  # test data
    files = [write_file(rng) for _ in range(FILE_COUNT)]
    path = tmp_path / "proxy.env"
    agreed = 0

    for file, expected in zip(files, read_with_compose(reader, files, ENVIRON), strict=True):
        path.write_bytes(file.encode())
        try:
            values = read_env_file(path, ENVIRON)
        except EnvFileError:
            continue
        assert expected is not None, (seed, file)
        assert values == {name: value for name, value in expected.items() if name}, (seed, file)
        agreed += 1

    assert agreed > FILE_COUNT // 20
