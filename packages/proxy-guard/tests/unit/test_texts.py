"""Documents with keys are read as lenient clients read them, whatever their encoding."""

import base64
import json
from pathlib import Path
from typing import Final

import pytest
from proxy_guard.search.budget import Budget
from proxy_guard.search.detection import detect
from proxy_guard.search.json_text import parse
from proxy_guard.search.text_encodings import read_texts

pytestmark = pytest.mark.requirement("PG-3")

LEAKED_KEYS: Final[dict[str, dict[str, str]]] = json.loads(
    (Path(__file__).parents[1] / "data/leaked_keys.json").read_text("utf-8")
)
DEV_JWK: Final = {"kty": "RSA", "e": "AQAB", "n": "zDEVzONLYzTOKENzISSUERzNOTzPRODz" + "abcd" * 78}
ENCODINGS: Final = (
    "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be",
)  # fmt: skip
ORGANIZATIONS: Final = ("Zürich", "\u4e2d\u2201\u2222\u540d", "\U0001f511", "\u0160\u20ac")


def build_jwks(jwk: object, organization: str = "Zürich") -> str:
    return json.dumps({"org": organization, "keys": [jwk]}, ensure_ascii=False)


def find_codes(material: object) -> list[str]:
    return [finding.code for finding in detect(material, variable="the key set").findings]


def is_good(material: object) -> bool:
    detection = detect(material, variable="the key set")
    return detection.has_keys and not detection.findings


def encode_all(text: str) -> dict[str, object]:
    data = {encoding: text.encode(encoding) for encoding in ENCODINGS}
    data["utf-16-be with a mark"] = b"\xfe\xff" + text.encode("utf-16-be")
    data["utf-32-be with a mark"] = b"\0\0\xfe\xff" + text.encode("utf-32-be")
    wrapped = {f"{name} in base64": base64.b64encode(d).decode() for name, d in data.items()}
    return {**data, **wrapped, "text": text}


@pytest.mark.parametrize("organization", ORGANIZATIONS)
def test_keys_are_found_beside_characters_beyond_ascii(organization: str) -> None:
    good = {"kty": "EC", "crv": "P-256", "x": "A" * 43, "y": "B" * 43}
    for jwk in LEAKED_KEYS.values():
        for name, document in encode_all(build_jwks(jwk, organization)).items():
            assert find_codes(document) == ["published_key"], name
    for name, document in encode_all(build_jwks(DEV_JWK, organization)).items():
        assert find_codes(document) == ["dev_key"], name
    for name, document in encode_all(build_jwks(good, organization)).items():
        assert is_good(document), name


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "gbk", "shift_jis"])
def test_legacy_encodings_do_not_hide_a_key(encoding: str) -> None:
    organization = "\u4e2d\u540d" if encoding in {"gbk", "shift_jis"} else "Zürich"
    for jwk in LEAKED_KEYS.values():
        assert find_codes(build_jwks(jwk, organization).encode(encoding)) == ["published_key"]


@pytest.mark.parametrize("octets", [b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xc0\x80", b"\0", b"\x81"])
def test_bytes_that_are_not_utf_8_do_not_hide_a_key(octets: bytes) -> None:
    document = build_jwks(LEAKED_KEYS["RFC 7517 Appendix A.2"]).encode()
    for place in (b"\xc3\xbcrich", b'"org"'):
        assert find_codes(document.replace(place, octets + place)) == ["published_key"]
    assert find_codes(document + octets) == ["published_key"]


def test_reference_in_a_legacy_encoding_is_found() -> None:
    assert find_codes(b'{"org":"Z\xfcrich","iss":"http://token\x96issuer/"}') == ["dev_reference"]
    assert find_codes('{"a":"\xff","iss":"http://tok\xaden-issuer/"}'.encode() + b"\xff") == [
        "dev_reference"
    ]


def unquote(text: str) -> str:
    for name in ("org", "keys", "kty", "crv", "n", "e", "x", "y"):
        text = text.replace(f'"{name}"', name)
    return text


LENIENT: Final = {
    "control characters": lambda text: text.replace("rich", "\x01\n\t"),
    "NaN": lambda text: text.replace('"Zürich"', "NaN"),
    "prefix against inclusion": lambda text: ")]}',\n" + text,
    "loop against inclusion": lambda text: "while(1);" + text,
    "JSONP": lambda text: f"callback({text});",
    "two documents": lambda text: '{"a": 1}' + text,
    "key set first": lambda text: text + '{"a": 1}',
    "lines": lambda text: '{"a": 1}\n' + text + "\n",
    "text sequence": lambda text: "\x1e" + text,
    "events": lambda text: f"data: {text}\n\n",
    "text around it": lambda text: f"[log] it's {text} }} end",
    "byte order mark inside": lambda text: text.replace("{", "{\ufeff", 1),
    "comments": lambda text: "/* it's */" + text.replace("{", "{ // it's\n"),
    "comment with a bracket": lambda text: text.replace('"org"', '/* } "x */ "org"'),
    "comment of a shell": lambda text: "# it's\n" + text,
    "additional commas": lambda text: text.replace("]", ",]").replace('"AQAB"', '"AQAB",'),
    "missing commas": lambda text: text.replace('", "', '" "'),
    "missing brackets": lambda text: text[:-3],
    "single quotes": lambda text: text.replace('"', "'"),
    "names without quotes": unquote,
    "escaped quotes": lambda text: "key = " + text.replace('"', '\\"') + " # end",
    "repeated member": lambda text: text[:-1] + ', "keys": []}',
    "assignment": lambda text: f"JWT_KEYS='{text}'",
    "capital names": lambda text: text.replace('"n"', '"N"').replace('"x"', '"X"'),
}


@pytest.mark.parametrize("change", LENIENT.values(), ids=LENIENT)
def test_keys_are_found_in_what_a_lenient_client_reads(change: object) -> None:
    assert callable(change)
    for jwk in LEAKED_KEYS.values():
        document = change(build_jwks(jwk))
        assert find_codes(document) == ["published_key"]
        assert find_codes(document.encode()) == ["published_key"]
    assert find_codes(change(build_jwks(DEV_JWK))) == ["dev_key"]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ('{"a": 1}', [{"a": "1"}]),
        ("{a: b, 'c': [d, e,]}", [{"a": "b", "c": ["d", "e"]}]),
        ("{a: {b: c", [{"a": {"b": "c"}}]),
        ("x [1] y {}", [["1"], {}]),
        ('{"a": "\\u0041\\x42\n"', [{"a": "AB\n"}]),
        ("}{ /* a", [{}]),
        ("{] }", [{}]),
    ],
)
def test_lenient_parser(text: str, values: list[object]) -> None:
    found = parse(text, Budget())[0]
    flat = [value[""][0] if isinstance(value, dict) and "" in value else value for value in found]

    assert [v for v in flat if v not in ("", None)][: len(values)] == values


@pytest.mark.parametrize(
    ("data", "texts"),
    [
        (b"", [""]),
        (b"a", ["a"]),
        ("ü".encode(), ["ü"]),
        (b"\xef\xbb\xbfa", ["\ufeffa"]),
        ("\u4e2d{abcdefgh}".encode("utf-16"), ["\ufeff\u4e2d{abcdefgh}"]),
        (bytes(range(128, 256)), []),
        (b"\xff\xfe\x00", []),
    ],
)
def test_texts_of_bytes(data: bytes, texts: list[str]) -> None:
    found = read_texts(data)

    assert found[: len(texts)] == texts or (not data and found in ([], [""]))
    assert bool(found) == bool(texts) or not data
