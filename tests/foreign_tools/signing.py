"""cosign with the statement of the separation scan: a local key, and no network."""

import json
import os
from pathlib import Path

from tests.machine import ROOT, MissingError, run


def sign_and_verify(command: Path, folder: Path) -> list[str]:
    """Sign the statement about a file, and return what does not work as it should."""
    artefact, bundle = folder / "dist/service.txt", folder / "separation.sigstore.json"
    artefact.parent.mkdir()
    artefact.write_text("service\n", encoding="utf-8")
    statement = folder / "separation.intoto.json"
    run(ROOT / "ci/check-separation", "--statement", statement, artefact.parent)
    environ = {**os.environ, "COSIGN_PASSWORD": ""}
    run(command, "generate-key-pair", cwd=folder, environ=environ)
    offline = ("--use-signing-config=false", "--tlog-upload=false")
    signed = ("--key", folder / "cosign.key", "--statement", statement, "--bundle", bundle)
    run(command, "attest-blob", "--yes", *signed, *offline, environ=environ)
    kind = json.loads(statement.read_text(encoding="utf-8"))["predicateType"]
    key = ("--key", folder / "cosign.pub", "--insecure-ignore-tlog=true", "--type", kind)
    verify_signature = (command, "verify-blob-attestation", *key, "--bundle", bundle, artefact)
    verify_content = (ROOT / "ci/check-separation", "--verify", bundle)
    run(*verify_signature)
    run(*verify_content)
    artefact.write_text("another service\n", encoding="utf-8")
    commands = {"cosign": verify_signature, "check-separation": verify_content}
    return [f"{name} accepts a changed file" for name, c in commands.items() if succeeds(*c)]


def succeeds(*command: str | Path) -> bool:
    """Return whether a command succeeds."""
    try:
        run(*command)
    except MissingError:
        return False
    return True
