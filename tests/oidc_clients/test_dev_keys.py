"""The snippets for Node, Go and Java reject each key set of the issuer, and keep the earlier keys.

A program reads lines with the URL of a key set and a token. It prints `{"claims": …}` or
`{"refused": …}` for each, and keeps the key sets.
"""

import base64
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any, ClassVar, Final

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm
from proxy_guard import dev_marks

from tests import patient_http
from tests.machine import INSTALL_TIMEOUT_S, ROOT, run
from tests.oidc_clients.clients import Program, RefusedError, run_program
from tests.oidc_clients.installing import GO_KEY_SETS, NODE_PROJECT, SPRING, Runtime
from tests.services import Start

pytestmark = [
    pytest.mark.requirement("OPS-7"),
    pytest.mark.timeout(2 * INSTALL_TIMEOUT_S),  # the first test of a program installs it
]

PROGRAMS: Final[dict[Runtime, list[str | Path]]] = {
    Runtime.NODE: ["node", NODE_PROJECT / "key-sets.mjs"],
    Runtime.GO: [GO_KEY_SETS],
    Runtime.JAVA: [
        *("java", "-XX:TieredStopAtLevel=1"),  # starts faster
        *("-cp", f"{SPRING / 'classes'}:{SPRING / 'dependency'}/*", "client.KeySets"),
    ],
}
SNIPPETS: Final = [
    NODE_PROJECT / "dev-keys.mjs",
    NODE_PROJECT.parent / "go/devkeys/devkeys.go",
    NODE_PROJECT.parent / "spring/src/main/java/client/DevKeys.java",
]
REASON: Final = "serves keys of the dev-only issuer"
Jwk = dict[str, Any]


class KeyServer:
    """A server of key documents, each at its own path."""

    def __init__(self, url: str, documents: dict[str, tuple[str, dict[str, str]]]) -> None:
        self.url = url
        self._documents = documents
        self._numbers = count()

    def publish(self, text: str, path: str = "", **headers: str) -> str:
        """Serve a document at *path*, or at a new one, and return its URL."""
        path = path or f"/{next(self._numbers)}"
        self._documents[path] = text, headers
        return self.url + path


@pytest.fixture(scope="module")
def server() -> Iterator[KeyServer]:
    documents: dict[str, tuple[str, dict[str, str]]] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            text, headers = documents[self.path]
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            """Do not log."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as service:
        threading.Thread(target=service.serve_forever).start()
        yield KeyServer(f"http://127.0.0.1:{service.server_address[1]}", documents)
        service.shutdown()


@pytest.fixture(scope="module", params=PROGRAMS, ids=lambda runtime: runtime.name.lower())
def program(
    request: pytest.FixtureRequest, installed: Callable[[Runtime], None]
) -> Iterator[Program]:
    installed(request.param)
    with run_program(PROGRAMS[request.param]) as program:
        yield program


@dataclass(frozen=True)
class Provider:
    """A provider whose key is not marked."""

    kid: str = "2026-12"
    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))

    @property
    def jwk(self) -> Jwk:
        public: Jwk = RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        return {**public, "kid": self.kid, "alg": "RS256", "use": "sig", "key_ops": ["verify"]}

    def sign(self) -> str:
        claims = {"sub": "alice", "iss": "https://id.example", "aud": "proxy", "exp": 4102444800}
        return jwt.encode(claims, self.key, "RS256", headers={"kid": self.kid})


@dataclass(frozen=True)
class Simulator:
    """The issuer: its URL, its key with a neutral ID, and a token of this key."""

    url: str
    jwk: Jwk
    token: str

    PATH: ClassVar = "/.well-known/jwks.json"


@pytest.fixture(scope="module")
def provider() -> Provider:
    return Provider()


@pytest.fixture(scope="module")
def simulator(start_shared_issuer: Start) -> Simulator:
    url = start_shared_issuer(TOKEN_ISSUER_KIDS="hex").url
    (jwk,) = patient_http.get(url + Simulator.PATH).json()["keys"]
    token = patient_http.post(f"{url}/token", json={}, headers={"Accept": "text/plain"})
    assert token.status_code == 200, token.text
    return Simulator(url, jwk, token.text)


def write(*keys: Jwk, **members: object) -> str:
    return json.dumps({"keys": keys, **members})


def decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def refuses(program: Program, url: str, token: str) -> str:
    with pytest.raises(RefusedError) as caught:
        program.verify(f"{url} {token}")
    return str(caught.value)


def accepts(program: Program, url: str, token: str) -> bool:
    return bool(program.verify(f"{url} {token}")["sub"] == "alice")


def test_key_set_of_a_provider_is_accepted(
    program: Program, server: KeyServer, provider: Provider
) -> None:
    assert accepts(program, server.publish(write(provider.jwk)), provider.sign())


def test_unmodified_issuer_is_rejected(program: Program, simulator: Simulator) -> None:
    assert REASON in refuses(program, simulator.url + Simulator.PATH, simulator.token)


def test_snippets_contain_nothing_that_the_scan_reports() -> None:
    run(ROOT / "ci/check-separation", *SNIPPETS, GO_KEY_SETS, SPRING / "classes/client")


def respell_with_zeros(jwk: Jwk) -> str:
    return write(jwk | {"n": encode(b"\0\0\0" + decode(jwk["n"]))})


MARKED: Final[dict[str, Callable[[Jwk, Jwk], str]]] = {
    "under another name": lambda marked, _: write(marked),
    "behind the key of a provider": lambda marked, clean: write(clean, marked),
    "before the key of a provider": write,
    "with other blanks": lambda marked, _: json.dumps({"keys": [marked]}, indent="\t"),
    "with an escape": lambda marked, _: write(marked).replace("zDEV", "\\u007a\\u0044EV"),
    "with an escaped member": lambda marked, _: write(marked).replace('"n"', '"\\u006e"'),
    "with a member in capitals": lambda marked, clean: write(marked | {"N": clean["n"]}),
    "with padding": lambda marked, _: write(marked | {"n": marked["n"] + "=="}),
    "behind bytes of zero": lambda marked, _: respell_with_zeros(marked),
    "with other members": lambda marked, _: write(marked | {"x5t": "a", "dev": False}, a=[1]),
}


@pytest.mark.parametrize("spelling", MARKED.values(), ids=MARKED.keys())
def test_marked_key_is_rejected_with_all_keys_of_its_set(
    spelling: Callable[[Jwk, Jwk], str],
    program: Program,
    server: KeyServer,
    simulator: Simulator,
    provider: Provider,
) -> None:
    url = server.publish(spelling(simulator.jwk, provider.jwk))

    assert REASON in refuses(program, url, simulator.token)
    refuses(program, url, provider.sign())


def test_member_and_header_are_rejected_without_a_marked_key(
    program: Program, server: KeyServer, provider: Provider
) -> None:
    member = server.publish(write(provider.jwk, **{dev_marks.JWKS_MEMBER: True}))
    header = server.publish(write(provider.jwk), X_Dev_Only="any")

    for url in (member, header):
        assert REASON in refuses(program, url, provider.sign())


def test_mark_elsewhere_is_accepted(
    program: Program, server: KeyServer, provider: Provider
) -> None:
    within = bytearray(decode(provider.jwk["n"]))
    within[64:88] = dev_marks.WATERMARK
    other = provider.jwk | {"kid": "other", "n": encode(bytes(within))}
    named = Provider(kid=dev_marks.WATERMARK_TEXT)

    url = server.publish(write(other, named.jwk))

    assert accepts(program, url, named.sign())


def test_earlier_keys_stay_in_use(
    program: Program, server: KeyServer, simulator: Simulator, provider: Provider
) -> None:
    url = server.publish(write(provider.jwk))
    path = url.removeprefix(server.url)
    assert accepts(program, url, provider.sign())

    server.publish(write(provider.jwk, simulator.jwk), path)

    assert REASON in refuses(program, url, simulator.token)
    assert accepts(program, url, provider.sign())
    following = Provider("following")
    server.publish(write(following.jwk), path)
    assert accepts(program, url, following.sign())
