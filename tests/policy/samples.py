"""Files with marks of the simulator, and similar files without, for the scanners for secrets.

The keys and certificates are those of a real issuer; codes, tokens and seeds are made up.
"""

import base64
import json
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from proxy_guard import dev_marks

from tests import patient_http
from tests.authority import Authority, to_der, to_pem

SEALED: Final = "Zm9vYmFyYmF6cXV4-_0123456789abcdefghijKLMN"
SEED: Final = "a-seed-of-one-laptop-and-its-replicas"
NEEDS_DECODING: Final = "needs decoding"
"""Prefix of files that a regular expression does not match before base64 is decoded."""


@dataclass(frozen=True)
class Sample:
    """A file, and what scanners find in it.

    Attributes:
        path: Its path.
        text: Its content.
        rules: Names of the rules that find it; none if it is clean.
    """

    path: str
    text: str
    rules: tuple[str, ...] = ()


def make_samples(url: str, key_file: Path) -> list[Sample]:
    """Return all samples.

    Args:
        url: URL of a running issuer.
        key_file: The file of a service account of the simulator.
    """
    return [*make_planted(url, key_file), *make_settings(), *make_clean()]


def make_planted(url: str, key_file: Path) -> Iterator[Sample]:
    """Yield files with keys, certificates and credentials of the simulator."""
    jwks = patient_http.get(f"{url}/.well-known/jwks.json").text
    certificates: Mapping[str, str] = patient_http.get(f"{url}/oauth2/v1/certs").json()
    (pem,) = certificates.values()
    account = key_file.read_text(encoding="utf-8")
    yield from make_keys(jwks, account, pem)
    for number, mark in enumerate(dev_marks.CREDENTIALS):
        yield Sample(f"credential{number}.txt", f'value: "{mark}{SEALED}"\n', ("credential",))
    secret = base64.b64encode(f"token={dev_marks.CODE_MARK}{SEALED}".encode()).decode()
    yield Sample(f"{NEEDS_DECODING}.yaml", f"data: {{code: {secret}}}\n", ("credential",))
    yield from make_seeds()


def make_keys(jwks: str, account: str, pem: str) -> Iterator[Sample]:
    """Yield the notations of keys and certificates."""
    key = load_pem_private_key(json.loads(account)["private_key"].encode(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    modulus = key.public_key().public_numbers().n.to_bytes(256)
    plain = NoEncryption()
    for name, text in {
        "jwks.json": jwks,
        "jwks-indented.json": json.dumps(json.loads(jwks), indent=4),
        "jwks-in-a-string.json": json.dumps({"JWKS": jwks}),
        "service-account.json": account,
        "pkcs8.pem": key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, plain).decode(),
        "pkcs1.pem": key.private_bytes(
            Encoding.PEM, PrivateFormat.TraditionalOpenSSL, plain
        ).decode(),
        "openssh.pem": key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, plain).decode(),
        "id_rsa.pub": key
        .public_key()
        .public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
        .decode(),
        "spki.pem": key
        .public_key()
        .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        .decode(),
        "spki-pkcs1.pem": key.public_key().public_bytes(Encoding.PEM, PublicFormat.PKCS1).decode(),
        "modulus.txt": f"Modulus={modulus.hex().upper()}\n",
        "openssl-text.txt": write_like_openssl(modulus),
        "string.js": "const key =\n"
        + " +\n".join(f'  "{line}\\n"' for line in account_lines(account)),
    }.items():
        has_member = dev_marks.JWKS_MEMBER in text
        yield Sample(name, text, ("key", "key-document") if has_member else ("key",))
    yield Sample("certificate.pem", pem, ("certificate", "key"))
    authority = Authority().certificate  # an EC key, which has no watermark
    yield Sample("authority.pem", to_pem(authority), ("certificate",))
    yield Sample("authority.env", f"CA={json.dumps(to_pem(authority))}\n", ("certificate",))
    for shift in range(3):
        bundle = base64.b64encode(b"x" * shift + to_der(authority)).decode()
        yield Sample(f"bundle{shift}.yaml", f"caBundle: {bundle}\n", ("certificate",))
    elliptic = {"kty": "EC", "crv": "P-256", "kid": "k", "x": "a" * 43, "y": "b" * 43}
    document = json.dumps({"keys": [elliptic], dev_marks.JWKS_MEMBER: True})
    yield Sample("elliptic.json", document, ("key-document",))
    yield Sample("elliptic-escaped.json", json.dumps({"jwks": document}), ("key-document",))


def account_lines(account: str) -> list[str]:
    """Return the lines of the private key of a service account."""
    text: str = json.loads(account)["private_key"]
    return text.splitlines()


def write_like_openssl(modulus: bytes) -> str:
    """Return a modulus like `openssl rsa -text`: fifteen bytes a line."""
    digits = [f"{byte:02x}" for byte in b"\0" + modulus]
    lines = (":".join(digits[start : start + 15]) for start in range(0, len(digits), 15))
    return "modulus:\n" + ":\n".join(f"    {line}" for line in lines)


def make_seeds() -> Iterator[Sample]:
    """Yield assignments of a seed."""
    name = "TOKEN_ISSUER_KEY_SEED"
    for number, text in enumerate((
        f"{name}={SEED}",
        f"{name}=correct horse battery staple",
        f'export {name}="correct horse battery staple"',
        f"    {name}: {SEED}",
        f'{{"{name}": "{SEED}"}}',
        f'{{"name": "{name}", "value": "{SEED}"}}',
        f"- name: {name}\n  value: {SEED}",
        f"- name: {name}\n  value: 'correct horse battery staple'",
        f"docker run -e {name}={SEED} token-issuer:latest",
        f'"environment": "{{\\"{name}\\": \\"{SEED}\\"}}"',
        f"{name}: >-\n  {SEED}",
        f"{name} ?= {SEED}",
        f'{{"{name}" => "{SEED}"}}',
        f'os.environ["{name}"] = "{SEED}"',
        f'monkeypatch.setenv("{name}", "{SEED}")',
    )):
        yield Sample(f"seed{number}.txt", text + "\n", ("key-seed",))


def make_settings() -> Iterator[Sample]:
    """Yield settings with names of the simulator, which are found in files of production alone."""
    uri = "JWT_JWKS_URI=http://token-issuer:8081/.well-known/jwks.json\n"
    for path, text in {
        "prod.env": uri,
        ".env.production": uri,
        "config/production/proxy.properties": "jwt.issuer=https://issuer.local\n",
        "deploy/overlays/prod/patch.yaml": "a: 1\nimage: ghcr.io/acme/token-issuer:2\n",
        "helm/values-prod.yaml": "args: [--sidecar, TOKEN_ISSUER]\n",
        "docker-compose.prod.yml": "services:\n  token_issuer_1: {}\n",
    }.items():
        yield Sample(path, text, ("setting",))
    for path, text in {
        "dev.env": uri,
        "docker-compose.yaml": "image: token-issuer\n",
        "docs/production.md": "Do not use token-issuer in production.\n",
        "products/proxy.yaml": "image: token-issuer\n",
        "src/production/rules.py": "NAME = 'token-issuer'\n",
        "reproduction.env": uri,
        "prod/comment.yaml": "# never use token-issuer here\nimage: acme/proxy\n",
        "prod/harbor.env": "REGISTRY_AUTH_TOKEN_ISSUER=\nJWT_ISSUER=harbor-token-issuer\n",
        "prod/similar.yaml": "a: https://token-issuers.example.com\nb: issuer.local.example.com\n",
    }.items():
        yield Sample(path, text)


def make_clean() -> Iterator[Sample]:
    """Yield files that only resemble those of the simulator."""
    key = rsa.generate_private_key(65537, 2048)
    yield Sample(
        "clean/key.pem",
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
    )
    text: dict[str, Any] = {
        "feature.json": json.dumps({"dev_only": True, "name": "debug panel"}),
        "jwks.json": json.dumps({"keys": [{"kty": "RSA", "n": "u1SU" * 80, "e": "AQAB"}]}),
        "marks.md": "Codes begin with `dev-only-code.` and tokens with `ya29.dev-only.`.\n",
        "tls.md": "The subject is `DEV ONLY token-issuer CA`.\n",
        "session.js": "document.cookie = 'dev-only-session=' + id;\n",
        "dev_only.py": '"""Helpers."""\ndev_only = True\nkty = "RSA"\n',
        "hex.txt": "cc3115cc-e34b-6334-ce28-437321249411\n",
        "seed.md": (
            "Set `TOKEN_ISSUER_KEY_SEED` to at least 16 characters.\n"
            "TOKEN_ISSUER_KEY_SEED: derives the keys, so no directory holds them.\n"
            "TOKEN_ISSUER_KEY_SEED=${SEED_OF_THE_DEVELOPER} docker compose up\n"
            "TOKEN_ISSUER_KEY_SEED=$(openssl rand -hex 32) docker compose up\n"
            "TOKEN_ISSUER_KEY_SEED=<your seed of 16 characters>\n"
            "TOKEN_ISSUER_KEY_SEED=…the seed of your laptop…\n"
            "TOKEN_ISSUER_KEY_SEED, TOKEN_ISSUER_REPLICAS and TOKEN_ISSUER_ROTATION.\n"
            'os.environ["TOKEN_ISSUER_KEY_SEED"] = read_seed_of_this_laptop()\n'
            'monkeypatch.setenv("TOKEN_ISSUER_KEY_SEED", make_seed_of_this_test())\n'
            "- name: TOKEN_ISSUER_KEY_SEED\n  valueFrom: {secretKeyRef: {name: seed}}\n"
            "- name: TOKEN_ISSUER_KEY_SEED\n  value: '{{ .Values.issuer.keySeed }}'\n"
        ),
    }
    for name, content in text.items():
        yield Sample(f"clean/{name}", content)


def write_samples(samples: list[Sample], folder: Path) -> None:
    """Write the files."""
    for sample in samples:
        path = folder / sample.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(sample.text, encoding="utf-8")


def make_key_file(issuer_command: Path, folder: Path) -> Path:
    """Return the new file of a service account of the simulator."""
    path = folder / "account.json"
    email = "app@acme.iam.gserviceaccount.com"
    command = [str(issuer_command), "make-service-account", str(path), "--email", email]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    return path
