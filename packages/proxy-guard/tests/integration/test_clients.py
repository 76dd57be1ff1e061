"""How real clients read a host name with one unusual character, over all relevant Unicode blocks.

Ideographs, syllables, cuneiform, hieroglyphs, private use and the empty planes are omitted. These
are 19 of 20 code points, and the clients drop or map none of them.
"""

import json
import shutil
import subprocess
from collections.abc import Callable, Iterable
from typing import Final

import idna
import pytest
from proxy_guard.urls import inspect_uri

pytestmark = pytest.mark.requirement("PG-1")

NAMES: Final = ["token-issuer", "issuer.local"]
RANGES: Final = [
    (0x80, 0x3400),
    (0xA4D0, 0xAC00),
    (0xD7B0, 0xD800),
    (0xF900, 0x12000),
    (0x1B000, 0x20000),
    (0xE0000, 0xE1000),
]
NODE_SCRIPT: Final = """
for (const [first, last] of JSON.parse(process.argv[1]))
    for (let code = first; code < last; code++) {
        const char = String.fromCodePoint(code);
        try { console.log(`${code} ${new URL(`http://x${char}x/`).hostname}`); } catch {}
    }
"""


def resolve_with(encode: Callable[[str], bytes]) -> Iterable[tuple[str, str]]:
    for char in (chr(code) for first, last in RANGES for code in range(first, last)):
        try:
            yield char, encode(f"x{char}x").decode()
        except UnicodeError:
            continue  # the client rejects the name, so it resolves nothing


def resolve_with_python() -> Iterable[tuple[str, str]]:
    return resolve_with(lambda host: host.encode("idna"))


def resolve_with_idna() -> Iterable[tuple[str, str]]:
    return resolve_with(lambda host: idna.encode(host, uts46=True))


def resolve_with_node() -> Iterable[tuple[str, str]]:
    node = shutil.which("node")
    assert node, "node is missing: run the tests with ci/test.sh, which brings one"
    command = [node, "-e", NODE_SCRIPT, json.dumps(RANGES)]
    outcome = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    for line in outcome.stdout.splitlines():
        code, host = line.split(" ")
        yield chr(int(code)), host


def respell(name: str, char: str, meaning: str) -> set[str]:
    """Put *char* in place of *meaning* in *name*; if *meaning* is empty, put it everywhere."""
    starts = [at for at in range(1, len(name)) if name.startswith(meaning, at)]
    return {name[:at] + char + name[at + len(meaning) :] for at in starts}


@pytest.mark.parametrize("resolve", [resolve_with_python, resolve_with_idna, resolve_with_node])
def test_character_that_a_client_drops_or_maps_does_not_hide_the_issuer(
    resolve: Callable[[], Iterable[tuple[str, str]]],
) -> None:
    meanings = {
        char: host[1:-1]
        for char, host in resolve()
        if host.startswith("x") and host.endswith("x") and any(host[1:-1] in n for n in NAMES)
    }
    spellings = {
        spelling: char
        for char, meaning in meanings.items()
        for name in NAMES
        for spelling in respell(name, char, meaning)
    }

    missed = {
        hex(ord(char))
        for spelling, char in spellings.items()
        if inspect_uri(f"http://{spelling}/") is None
    }

    assert {"", "-", "t", "."} <= set(meanings.values())
    assert missed == set()
