"""Third-party verifiers, each with its caches, as in a service."""

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import google.auth.exceptions
import httpx
import jwt
from google.auth.transport.requests import Request as GoogleTransport
from google.oauth2 import id_token
from joserfc import jwt as joserfc_jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

NODE_PROJECT: Final = Path(__file__).parent / "node"

Claims = dict[str, Any]
Verify = Callable[[str], Claims]


class RefusedError(Exception):
    """The verifier rejected the token."""


@dataclass(frozen=True)
class Target:
    """Configuration of a verifier: URL of the issuer, expected `iss` and `aud`."""

    url: str
    issuer: str = "https://issuer.local"
    audience: str = "stream-watcher-docker"


def install_node_project(folder: Path) -> Path:
    """Install the npm verifiers from their lock file into *folder*."""
    project = folder / "project"
    shutil.copytree(NODE_PROJECT, project, ignore=shutil.ignore_patterns("node_modules"))
    npm = shutil.which("npm")
    assert npm, "npm is missing: run ci/test.sh, which installs it"
    subprocess.run([npm, "ci", "--no-audit", "--no-fund"], cwd=project, check=True, timeout=110)
    return project


def build_pyjwt_verifier(target: Target) -> Verify:
    # PyJWKClient ignores max-age; `lifespan` is the cache lifetime in seconds.
    client = jwt.PyJWKClient(f"{target.url}/.well-known/jwks.json", lifespan=1)

    def verify(token: str) -> Claims:
        try:
            key = client.get_signing_key_from_jwt(token)
            return jwt.decode(token, key, ["RS256"], audience=target.audience, issuer=target.issuer)
        except jwt.PyJWTError as error:
            raise RefusedError from error

    return verify


def build_joserfc_verifier(target: Target) -> Verify:
    """Build a verifier that fetches for each token, since joserfc has no HTTP client."""
    registry = joserfc_jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": target.issuer},
        aud={"essential": True, "value": target.audience},
    )

    def verify(token: str) -> Claims:
        document = httpx.get(f"{target.url}/oauth2/v3/certs", trust_env=False).json()
        try:
            decoded = joserfc_jwt.decode(token, KeySet.import_key_set(document), ["RS256"])
            registry.validate(decoded.claims)
        except JoseError as error:
            raise RefusedError from error
        return dict(decoded.claims)

    return verify


def build_google_verifier(target: Target) -> Verify:
    """Build the verifier of google-auth, which reads the certificates and does not cache them."""
    transport = GoogleTransport()

    def verify(token: str) -> Claims:
        try:
            claims = id_token.verify_token(
                token,
                transport,
                audience=target.audience,
                certs_url=f"{target.url}/oauth2/v1/certs",
            )
        except (ValueError, google.auth.exceptions.GoogleAuthError) as error:
            raise RefusedError from error
        return dict(claims)

    return verify


PYTHON_VERIFIERS: Final[dict[str, Callable[[Target], Verify]]] = {
    "google-auth": build_google_verifier,
    "pyjwt": build_pyjwt_verifier,
    "joserfc": build_joserfc_verifier,
}
NODE_VERIFIERS: Final = ("google-auth-library", "jose", "jwks-rsa", "openid-client")


@contextmanager
def run_node_verifier(project: Path, name: str, target: Target) -> Iterator[Verify]:
    """Run one of the npm verifiers; it reads a token per line and prints its claims."""
    node = shutil.which("node")
    assert node
    arguments = [node, "verify.mjs", name, target.url, target.issuer, target.audience]
    with subprocess.Popen(
        arguments, cwd=project, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin
        assert process.stdout

        def verify(token: str) -> Claims:
            assert process.stdin
            assert process.stdout
            process.stdin.write(f"{token}\n")
            process.stdin.flush()
            answer = json.loads(process.stdout.readline())
            if "claims" not in answer:
                raise RefusedError(answer["refused"])
            claims: Claims = answer["claims"]
            return claims

        yield verify
        process.stdin.close()
        assert process.wait(timeout=60) == 0
