"""The images: size, content, user, health and termination."""

import gzip
import json
import ssl
import subprocess
import tomllib
from collections.abc import Callable
from email.parser import HeaderParser
from pathlib import Path
from typing import Final

import httpx
import pytest
from jwt_core import KeySet, VerificationPolicy, verify

from tests.containers.conftest import ROOT, find_url, inspect, run_docker, wait_until
from tests.services import Start

IMAGE: Final = "token-issuer:latest"  # without a tag, `docker save` would save all tags
IMAGE_ARM64: Final = "token-issuer:arm64"
IMAGES: Final = [IMAGE, IMAGE_ARM64]
ISSUER: Final = ROOT / "packages/dev-only/token-issuer"
MAX_IMAGE_BYTES: Final = 25_000_000
MAX_DOWNLOAD_BYTES: Final = 12_000_000

StartContainer = Callable[..., str]


@pytest.fixture(params=IMAGES)
def files(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Return the unpacked root file system of an image."""
    container = run_docker("create", request.param)
    try:
        with subprocess.Popen(["docker", "export", container], stdout=subprocess.PIPE) as export:
            subprocess.run(["tar", "-x", "-C", tmp_path], stdin=export.stdout, check=True)
    finally:
        run_docker("rm", container)
    return tmp_path


@pytest.mark.requirement("OPS-1")
@pytest.mark.parametrize("image", IMAGES)
def test_image_stays_below_its_limits(image: str) -> None:
    size = inspect(image)["Size"]
    saved = subprocess.run(["docker", "save", image], capture_output=True, check=True).stdout
    download = len(gzip.compress(saved, compresslevel=9))

    assert size < MAX_IMAGE_BYTES
    assert download < MAX_DOWNLOAD_BYTES


@pytest.mark.requirement("OPS-1")
@pytest.mark.parametrize(("image", "architecture"), [(IMAGE, "amd64"), (IMAGE_ARM64, "arm64")])
def test_image_has_its_metadata(image: str, architecture: str) -> None:
    described = inspect(image)
    config = described["Config"]

    assert described["Architecture"] == architecture
    assert config["User"] == "65532:65532"
    assert config["Entrypoint"] == ["token-issuer"]
    assert config["Healthcheck"]["Test"] == ["CMD", "token-issuer", "health"]
    assert config["Labels"]["dev-only"] == "true"
    assert "DEV ONLY" in config["Labels"]["org.opencontainers.image.description"]


@pytest.mark.requirement("OPS-1")
def test_image_contains_exactly_the_locked_versions(files: Path) -> None:
    lock = tomllib.loads((ISSUER / "uv.lock").read_text(encoding="utf-8"))
    locked = {package["name"]: package["version"] for package in lock["package"]}
    found = {}
    for path in files.rglob("*.dist-info/METADATA"):
        metadata = HeaderParser().parsestr(path.read_text(encoding="utf-8"))
        found[metadata["Name"].lower().replace("_", "-")] = metadata["Version"]

    assert found == {name: locked[name] for name in found}
    assert {"cryptography", "litestar", "pyjwt", "token-issuer", "uvicorn"} <= set(found)
    assert not {"pytest", "faker", "schemathesis"} & set(found)


@pytest.mark.requirement("OPS-1")
def test_image_contains_no_shell_and_no_build_secret(files: Path) -> None:
    names = {path.name for path in files.rglob("*")}

    assert not names & {"sh", "bash", "busybox", "apt-get", "ca-certificates.crt", "ca"}
    assert not [name for name in names if name.endswith(".pem")]


@pytest.mark.requirement("OPS-1", "TI-8")
def test_container_becomes_healthy(start_container: StartContainer) -> None:
    container = start_container(IMAGE)

    assert wait_until(lambda: inspect(container)["State"]["Health"]["Status"] == "healthy")


def stop(container: str) -> int:
    """Stop a container within 7 s and return its exit code, which is 137 if it was killed.

    The limit is 1 s shorter than the issuer's own limit for requests in progress.
    """
    run_docker("stop", "--time", "7", container)
    exit_code: int = inspect(container)["State"]["ExitCode"]
    return exit_code


@pytest.mark.requirement("OPS-1", "TI-8")
@pytest.mark.parametrize("workers", ["1", "3"])
def test_sigterm_ends_the_container(start_container: StartContainer, workers: str) -> None:
    container = start_container(IMAGE, f"--env=TOKEN_ISSUER_WORKERS={workers}")
    find_url(container)

    assert stop(container) == 0


@pytest.mark.requirement("OPS-1", "TI-8")
def test_sigterm_during_the_start_ends_a_container_with_an_init(
    start_container: StartContainer,
) -> None:
    """Check with an init, as in the compose stack: process 1 has no default signal actions."""
    assert stop(start_container(IMAGE, "--init")) in {0, 143}


@pytest.mark.requirement("OPS-1")
@pytest.mark.parametrize("image", IMAGES)
def test_token_verifies_on_this_machine(start_container: StartContainer, image: str) -> None:
    url = find_url(start_container(image))
    with httpx.Client(base_url=url, trust_env=False, timeout=30) as http:
        keys = KeySet.from_document(http.get("/.well-known/jwks.json").json())
        token = http.post("/token", json={"sub": "alice"}).json()
    policy = VerificationPolicy(issuer="https://issuer.local", audience="stream-watcher-docker")

    verified = verify(token["access_token"], keys, policy)

    assert verified.claims["sub"] == "alice"


@pytest.mark.requirement("OPS-1", "TI-7")
@pytest.mark.parametrize("image", IMAGES)
def test_commands_work_inside_the_container(start_container: StartContainer, image: str) -> None:
    container = start_container(image, "--volume=/keys")
    find_url(container)

    made = run_docker("exec", container, "token-issuer", "make-keys", "/keys")
    token = run_docker("exec", container, "token-issuer", "make-token", "--keys-dir=/keys")
    batch = ("token-issuer", "make-token", "--keys-dir=/keys", "--count=250")
    tokens = run_docker("exec", container, *batch).splitlines()

    assert "/keys" in made
    assert token.count(".") == 2
    assert len(set(tokens)) == 250


@pytest.mark.requirement("OPS-1", "BV-3")
def test_image_probes_a_proxy(start_container: StartContainer, start_proxy: Start) -> None:
    secret = "--env=TOKEN_ISSUER_ADMIN_TOKEN=correct-horse"
    url = find_url(start_container(IMAGE, secret))
    proxy = start_proxy(JWT_JWKS_URI=f"{url}/.well-known/jwks.json")

    printed = run_docker(
        *("run", "--rm", "--read-only", "--network=host", secret, IMAGE),
        *("probe", f"{proxy.url}/orders", "--issuer", url, "--json"),
    )

    report = json.loads(printed)
    assert report["findings"] == []
    assert report["counts"]["outcomes"]["passed"] > 100


@pytest.mark.requirement("OPS-1", "GO-6")
@pytest.mark.parametrize("image", IMAGES)
def test_container_serves_https_and_is_healthy(
    start_container: StartContainer, tmp_path: Path, image: str
) -> None:
    container = start_container(
        image,
        "--volume=/tls",
        "--env=TOKEN_ISSUER_TLS=true",
        "--health-timeout=60s",  # in emulation on a busy machine, the check exceeds its 5 s
    )
    assert wait_until(lambda: inspect(container)["State"]["Health"]["Status"] == "healthy")
    url = "https://" + run_docker("port", container, "8081").splitlines()[0]
    run_docker("cp", f"{container}:/tls/ca.pem", str(tmp_path))
    context = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))

    with httpx.Client(base_url=url, verify=context, trust_env=False, timeout=30) as http:
        keys = KeySet.from_document(http.get("/.well-known/jwks.json").json())
        token = http.post("/token", json={"sub": "alice"}).json()
    minted = run_docker("exec", container, "token-issuer", "make-token")

    policy = VerificationPolicy(issuer="https://issuer.local", audience="stream-watcher-docker")
    assert verify(token["access_token"], keys, policy).claims["sub"] == "alice"
    assert verify(minted, keys, policy).claims["sub"] == "dev-user"


@pytest.mark.requirement("OPS-1", "GO-6")
def test_https_without_a_place_for_the_authority_is_explained() -> None:
    refused = subprocess.run(
        ["docker", "run", "--rm", "--read-only", "--env=TOKEN_ISSUER_TLS=true", IMAGE],
        capture_output=True,
        text=True,
        check=False,
    )

    assert refused.returncode == 2
    assert "/tls/ca.pem: cannot be written: Read-only file system" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.requirement("OPS-1")
def test_https_url_of_a_plain_issuer_is_rejected_with_a_reason(
    start_container: StartContainer,
) -> None:
    container = start_container(IMAGE)
    find_url(container)
    refused = subprocess.run(
        ["docker", "exec", container, "token-issuer", "health", "--url=https://localhost:8081"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert refused.returncode == 1
    assert "the server does not speak TLS: use a URL that starts with http:" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.requirement("OPS-1", "GO-4")
@pytest.mark.parametrize("image", IMAGES)
def test_admin_surface_and_profiles_work_in_the_image(
    start_container: StartContainer, tmp_path: Path, image: str
) -> None:
    """Check that the image has the modules that are imported late, such as for TOML."""
    profiles = tmp_path / "profiles.toml"
    profiles.write_text('[profiles.staff]\nclaims = { groups = ["admin"] }\n')
    container = start_container(
        image,
        "--volume=/keys",
        f"--volume={profiles}:/profiles.toml:ro",
        "--env=PERSIST_KEYS_DIR=/keys",
        "--env=TOKEN_ISSUER_PROFILES=/profiles.toml",
        "--env=TOKEN_ISSUER_PROFILE=staff",
        "--env=TOKEN_ISSUER_ADMIN_TOKEN=correct-horse",
    )
    url = find_url(container)
    with httpx.Client(base_url=url, trust_env=False, timeout=30) as http:
        assert http.get("/admin/keys").status_code == 401
        http.headers["Authorization"] = "Bearer correct-horse"
        rotated = http.post("/admin/keys/rotate", json={"lead": "0s"})
        removed = http.delete("/admin/keys/dev-key")
        turned = http.put("/admin/clock", json={"now": "2030-01-01T00:00:00Z", "frozen": True})
        info = http.get(
            "/tokeninfo", params={"id_token": http.post("/token").json()["access_token"]}
        )
        counts = http.get("/admin/requests").json()["counts"]
        certificates = http.get("/oauth2/v1/certs").json()
    listed = run_docker("exec", container, "token-issuer", "keys", "list")
    broken = subprocess.run(
        [
            *("docker", "exec", "--env=TOKEN_ISSUER_PROFILES=/usr/bin/token-issuer", container),
            *("token-issuer", "keys", "list"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (rotated.json()["kid"], removed.status_code) == ("dev-key-2", 200)
    assert turned.headers["date"] == "Tue, 01 Jan 2030 00:00:00 GMT"
    assert info.json()["groups"] == '["admin"]'
    assert counts["/token"] == 1
    assert list(certificates) == ["dev-key-2"]
    assert listed.splitlines()[1].startswith("dev-key-2  RS256  active")
    assert "not TOML" in broken.stderr
