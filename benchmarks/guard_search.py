"""Duration of the guard's search for the worst inputs that are known, and for ordinary key sets.

The yardstick is `json.loads` of the key set of 100 keys, because each client does that too. The
hostile inputs have the largest size that the guard searches. Extend `build_hostile` when you find a
kind of input that takes longer: `docs/benchmarks.md` does not contain these figures, since they
depend on the input more than on the machine.
"""

import base64
import bz2
import gzip
import json
import os
import random
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "packages/proxy-guard/src"))

from proxy_guard import screen_jwks  # noqa: E402  # from the sources beside this script

SIZE_BYTES: Final = 1024 * 1024
ROUNDS: Final = 3
GOAL_S: Final = 0.25
_QA: Final = {"APP_ENV": "qa"}
_RANDOM: Final = random.Random(1)  # noqa: S311  # repeatable numbers, not keys


def main() -> None:
    ordinary = json.dumps({"keys": [make_jwk(number) for number in range(100)]}).encode()
    yardstick = measure(lambda: json.loads(ordinary))
    print(f"yardstick: json.loads of 100 keys, {len(ordinary)} bytes: {yardstick * 1e3:.2f} ms")
    inputs = {"100 keys": ordinary, **build_hostile()}
    figures = {name: measure(partial(screen_jwks, data, _QA)) for name, data in inputs.items()}
    for name, duration in sorted(figures.items(), key=lambda item: -item[1]):
        codes = [finding.code for finding in screen_jwks(inputs[name], _QA)]
        verdict = ", ".join(codes) or "no findings"
        print(f"{duration * 1e3:6.0f} ms  ratio {duration / yardstick:5.0f}  {name}: {verdict}")
    print(f"goal: each below {GOAL_S * 1e3:.0f} ms")


def measure(run: Callable[[], object]) -> float:
    """Return the shortest processor time of several runs, in seconds."""
    durations = []
    for _ in range(ROUNDS):
        started = time.thread_time()
        run()
        durations.append(time.thread_time() - started)
    return min(durations)


def make_jwk(number: int) -> dict[str, object]:
    certificate = base64.b64encode(b"\x30\x82\x03\x00" + os.urandom(768)).decode()
    return {
        "kty": "RSA",
        "kid": f"{number:027}",
        "e": "AQAB",
        "n": encode(256),
        "x5c": [certificate],
    }


def encode(size: int) -> str:
    return base64.urlsafe_b64encode(os.urandom(size)).decode().rstrip("=")


def repeat(text: str) -> str:
    return (text * (SIZE_BYTES // len(text) + 1))[:SIZE_BYTES]


def list_itself(count: int) -> list[object]:
    values: list[object] = []
    values += [values] * count
    return values


def list_references(text: str, count: int) -> bytes:
    members = [{"iss": f"{text}{i}", "jku": f"{text}-{i}"} for i in range(count)]
    return json.dumps(members, ensure_ascii=False).encode()[:SIZE_BYTES]


def list_points(size: int) -> bytes:
    points = (b"\2" + os.urandom(size) for _ in range(SIZE_BYTES // (size + 5)))
    bits = b"".join(b"\3" + bytes([size + 2, 0]) + point for point in points)
    return b"\x30\x84" + len(bits).to_bytes(4, "big") + bits


def nest(depth: int) -> bytes:
    data = os.urandom(SIZE_BYTES - 6 * depth - 6)
    for _ in range(depth):
        data = b"\x30\x84" + len(data).to_bytes(4, "big") + data
    return data


def build_hostile() -> dict[str, object]:
    """Build inputs that each make one mechanism of the search do as much as possible."""
    return {
        "list often in itself": list_itself(50),
        "backslashes in lenient JSON": repeat("['" + "\\\\" * 20 + "' "),
        "references that NFKC expands": list_references("\u3316" * 4000, 21),
        "references with ligatures": list_references("\ufdfa" * 4000, 21),
        "short references": list_references("\u3316" * 10, 9000),
        "percent-encoding in references": list_references("%" + "25" * 2000, 100),
        "punycode in references": list_references("xn--a-6ta." * 400, 100),
        "local ports in references": list_references(":8081 [::1] " * 330, 100),
        **{f"compressed points of {8 * size} bits": list_points(size) for size in (32, 48, 66)},
        "nested DER": nest(2000),
        "values of DER": b"\x30\x84\0\x0f\xff\xf0" + b"\2\0" * 0x7FFF8,
        "runs of base64": " ".join(encode(32) for _ in range(SIZE_BYTES // 44)),
        "lines of base64": "\n".join(encode(48) for _ in range(SIZE_BYTES // 65)),
        "one run of base64": encode(SIZE_BYTES * 3 // 4 - 1),
        "words of hex": " ".join(os.urandom(16).hex() for _ in range(SIZE_BYTES // 33)),
        "decimal numbers": " ".join(str(_RANDOM.getrandbits(240)) for _ in range(14_000)),
        "list of numbers": json.dumps([*range(150_000)]),
        "escapes": repeat("%41"),
        "nested escapes": "%" + repeat("25")[1:],
        "character references": repeat("&#65;"),
        "quoted-printable": repeat("=41"),
        "empty objects": "[" + "{}," * 340_000 + "{}]",
        "repeated members": "{" + '"a":1,' * 170_000 + '"a":2}',
        "brackets": repeat("[[[1]]]"),
        "unterminated JSON": repeat("{"),
        "unterminated comments": "{" + "/*" * 500_000,
        "many RSA keys": json.dumps([{"n": encode(65), "e": "AQAB"} for _ in range(8000)]),
        "many EC keys": json.dumps([
            {"crv": "P-256", "x": encode(32), "y": encode(32)} for _ in range(8000)
        ]),
        "gzip bomb": gzip.compress(bytes(100 * SIZE_BYTES)),
        "gzip in base64": [gzip.compress(bytes([i]) * 900_000) for i in range(60)],
        "bzip2": bz2.compress(os.urandom(SIZE_BYTES // 2)),
        "UTF-16": repeat("\u4e00a")[: SIZE_BYTES // 2 - 2].encode("utf-16"),
        "noise": os.urandom(SIZE_BYTES),
        "web page": repeat("<div class='x'>{a: [1]} %20 &amp;</div>\n"),
    }


if __name__ == "__main__":
    main()
