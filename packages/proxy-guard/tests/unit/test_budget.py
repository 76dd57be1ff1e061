"""All work of a search is charged to one budget, so that no input keeps the guard busy."""

import base64
import gzip
import json
import os
from collections.abc import Callable
from typing import Final

import pytest
from proxy_guard import normalization, urls
from proxy_guard.search import budget, detection, member_marks
from proxy_guard.search.budget import Budget, BudgetExceededError
from proxy_guard.search.detection import detect

pytestmark = pytest.mark.requirement("PG-3")

SIZE: Final = 512 * 1024


def write_refs(text: str, count: int) -> bytes:
    refs = [{"iss": text + str(i), "jku": text + str(-i)} for i in range(count)]
    return json.dumps(refs, ensure_ascii=False).encode()


def write_points(coordinate: int) -> bytes:
    points = (b"\2" + i.to_bytes(coordinate, "big") for i in range(SIZE // (coordinate + 4)))
    bits = b"".join(b"\3" + bytes([len(point) + 1, 0]) + point for point in points)
    return b"\x30\x84" + len(bits).to_bytes(4, "big") + bits


def write_runs(size: int, count: int) -> str:
    return " ".join(base64.b64encode(os.urandom(size)).decode() for _ in range(count))


def write_recursion(count: int) -> list[object]:
    values: list[object] = []
    values += [values] * count
    return values


def nest(depth: int, *, as_objects: bool) -> object:
    value: object = []
    for _ in range(depth):
        value = {"a": value} if as_objects else [value]
    return value


HOSTILE: Final[dict[str, Callable[[], object]]] = {
    "references that NFKC expands": lambda: write_refs("\u3316" * 4000, 21),
    "references of ligatures": lambda: write_refs("\ufdfa" * 4000, 21),
    "short references": lambda: write_refs("\u3316" * 10, 5000),
    "escaped references": lambda: write_refs("%" + "25" * 2000, 60),
    "punycode": lambda: write_refs("xn--a-6ta." * 400, 60),
    "compressed points of P-256": lambda: write_points(32),
    "compressed points of P-384": lambda: write_points(48),
    "compressed points of P-521": lambda: write_points(66),
    "values of DER": lambda: b"\x30\x84\0\x0f\xff\xf0" + b"\2\0" * 0x7FFF8,
    "short runs": lambda: write_runs(32, 20_000),
    "numbers": lambda: json.dumps([*range(100_000)]),
    "objects": lambda: "[" + "{}," * 200_000 + "{}]",
    "brackets": lambda: "{" * SIZE,
    "names": lambda: json.dumps({str(i): i for i in range(250_000)}),
    "keys": lambda: [{"n": f"{i:0200}z", "e": "AQAB"} for i in range(30_000)],
    "texts": lambda: [str(i) * 100_000 for i in range(60)],
    "backslashes": lambda: '["' + "\\" * SIZE,
    "backslashes in lenient JSON": lambda: "[" + ("'" + "\\\\" * 20 + "' ") * 20_000,
    "list in itself": lambda: write_recursion(1),
    "list often in itself": lambda: write_recursion(50),
    "nested lists": lambda: nest(100_000, as_objects=False),
    "nested objects": lambda: nest(100_000, as_objects=True),
    "nothing": lambda: [None] * 1_000_000,
    "short words": lambda: [str(i) + "é " * (SIZE - 9) for i in range(16)],
    "quotes": lambda: [str(i) + "'" * (SIZE - 9) for i in range(16)],
    "comments": lambda: [str(i) + "/* */" * 200_000 for i in range(16)],
    "line feeds": lambda: "{" + "\n" * SIZE,
    "gzip bomb": lambda: gzip.compress(bytes(50_000_000)),
    "gzip bombs": lambda: [gzip.compress(bytes([i]) * 900_000) for i in range(60)],
    "noise in base64": lambda: [os.urandom(200_000) for _ in range(60)],
}


@pytest.mark.parametrize("write", HOSTILE.values(), ids=HOSTILE)
def test_hostile_input_exceeds_the_budget(write: Callable[[], object]) -> None:
    (finding,) = detect(write(), variable="the key set").findings

    assert finding.code == "unjudged_keys"


def test_work_that_exceeds_the_budget_is_not_begun() -> None:
    short = Budget(10)
    short.charge(10)
    with pytest.raises(BudgetExceededError):
        short.charge(1)


def test_repeated_reference_is_judged_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    monkeypatch.setitem(member_marks._REFERENCES, "iss", calls.append)

    assert detect([{"iss": "https://schlüssel.example"}] * 500, variable="it").findings == ()
    assert len(calls) == 1


def test_normal_form_is_at_most_six_times_longer() -> None:
    text = "".join(map(chr, [*range(0xD800), *range(0xE000, 0x30000)]))

    assert max(len(normalization.fold(char)) for char in text) <= 6


def test_blank_value_of_any_length_is_cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []

    def watch(text: str) -> str:
        sizes.append(len(text))
        return normalization.fold(text)

    monkeypatch.setattr(urls, "fold", watch)

    assert not urls.is_unset("\ufdfa" * 40_000)
    assert max(sizes, default=0) <= urls.MAX_URI_CHARS


@pytest.mark.parametrize(("count", "share"), [(100, 0.2), (500, 0.9)])
def test_large_key_set_keeps_within_the_budget(
    count: int,
    share: float,
    make_jwk: Callable[[int], dict[str, object]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    budgets: list[Budget] = []

    def make_budget() -> Budget:
        budgets.append(Budget())
        return budgets[-1]

    monkeypatch.setattr(detection, "Budget", make_budget)
    document = json.dumps({"keys": [make_jwk(i) for i in range(count)]}, ensure_ascii=False)

    result = detect(document.encode(), variable="the key set")

    assert result.has_keys
    assert result.findings == ()
    assert budget.MAX_WORK - budgets[0].left < share * budget.MAX_WORK
