"""What replicas publish and sign, and what a client behind the load balancer gets."""

import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException
from typing import Final
from urllib.parse import urlsplit

import httpx
import jwt
from jwt_core import JwtError, KeySet, VerificationPolicy, verify

JWKS_PATH: Final = "/.well-known/jwks.json"
POLICY: Final = VerificationPolicy(issuer="https://issuer.local", audience="stream-watcher-docker")
CALL_INTERVAL_S: Final = 0.05
# The address of a killed replica may not refuse connections; it is left out.
TIMEOUT: Final = httpx.Timeout(20, connect=1)


@dataclass(frozen=True)
class Document:
    """A key document of a replica, and the second of the replica's clock in which it was sent."""

    replica: str
    second: int
    body: bytes

    @property
    def kids(self) -> frozenset[str]:
        return frozenset(key["kid"] for key in json.loads(self.body)["keys"])


@dataclass
class Observation:
    """The key documents and tokens of all replicas, and which token each document verifies.

    Attributes:
        documents: Every document, in the order in which they were requested.
        signers: The replicas that signed with a key, by its `kid`.
        verified: How often a token of a replica verified with the document of another one.
        rejected: Each token that did not.
    """

    documents: list[Document] = field(default_factory=list)
    signers: dict[str, set[str]] = field(default_factory=dict)
    verified: Counter[tuple[str, str]] = field(default_factory=Counter)
    rejected: list[str] = field(default_factory=list)

    @property
    def has_turned(self) -> bool:
        """Whether a new key was published, another key took over, and an old one was removed."""
        if not self.documents:
            return False
        first, last = self.documents[0].kids, self.documents[-1].kids
        return len(self.signers) > 1 and bool(last - first) and bool(first - last)

    def observe(self, replicas: dict[str, str]) -> None:
        """Mint a token at each replica, then verify it with the keys of all others.

        Args:
            replicas: The URL of each replica by its id; one that is gone is left out.
        """
        with httpx.Client(trust_env=False, timeout=TIMEOUT) as client:
            tokens = dict(self._mint(client, replicas))
            documents = list(self._fetch(client, replicas))
        self.documents += documents
        for document in documents:
            keys = KeySet.from_document(json.loads(document.body))
            for replica, token in tokens.items():
                if replica != document.replica:
                    self._verify(replica, token, document.replica, keys)

    def _mint(self, client: httpx.Client, replicas: dict[str, str]) -> Iterator[tuple[str, str]]:
        for replica, url in replicas.items():
            try:
                response = client.post(f"{url}/token", json={})
            except httpx.TransportError:  # it was killed
                continue
            token = response.raise_for_status().json()["access_token"]
            kid = jwt.get_unverified_header(token)["kid"]
            self.signers.setdefault(kid, set()).add(replica)
            yield replica, token

    def _fetch(self, client: httpx.Client, replicas: dict[str, str]) -> Iterator[Document]:
        for replica, url in replicas.items():
            try:
                response = client.get(f"{url}{JWKS_PATH}").raise_for_status()
            except httpx.TransportError:
                continue
            second = int(parsedate_to_datetime(response.headers["Date"]).timestamp())
            yield Document(replica, second, response.content)

    def _verify(self, signer: str, token: str, publisher: str, keys: KeySet) -> None:
        try:
            verify(token, keys, POLICY)
        except JwtError as error:
            kid = jwt.get_unverified_header(token)["kid"]
            self.rejected.append(f"{kid} of {signer} with the keys of {publisher}: {error}")
        else:
            self.verified[signer, publisher] += 1


class PersistentClient:
    """A client that mints tokens and fetches keys on one connection, which it keeps open.

    Attributes:
        responses: Number of responses by method and status, or by method and error.
        connections: How often the client has connected.
    """

    def __init__(self, url: str) -> None:
        address = urlsplit(url)
        assert address.hostname
        self.responses: Counter[tuple[str, int | str]] = Counter()
        self.connections = 0
        self._connection = HTTPConnection(address.hostname, address.port, timeout=60)
        self._stopping = threading.Event()

    @contextmanager
    def run(self) -> Iterator[None]:
        """Send requests during the block."""
        thread = threading.Thread(target=self._call_repeatedly)
        thread.start()
        try:
            yield
        finally:
            self._stopping.set()
            thread.join()
            self._connection.close()

    def _call_repeatedly(self) -> None:
        while not self._stopping.wait(CALL_INTERVAL_S):
            self.responses["POST", self._call("POST", "/token", b"{}")] += 1
            self.responses["GET", self._call("GET", JWKS_PATH)] += 1

    def _call(self, method: str, path: str, body: bytes | None = None) -> int | str:
        self.connections += self._connection.sock is None
        try:
            self._connection.request(method, path, body, {"Content-Type": "application/json"})
            response = self._connection.getresponse()
            response.read()
        except (OSError, HTTPException) as error:
            self._connection.close()
            return repr(error)
        return response.status
