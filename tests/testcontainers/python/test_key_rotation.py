import httpx
import jwt
import pytest
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import HttpWaitStrategy

SECRET = "any-secret-of-this-test"
JWKS = "/.well-known/jwks.json"


@pytest.fixture
def issuer():
    image = DockerContainer("token-issuer", env={"TOKEN_ISSUER_ADMIN_TOKEN": SECRET}, ports=[8081])
    with image.waiting_for(HttpWaitStrategy(8081, "/health")) as container:
        url = f"http://{container.get_container_host_ip()}:{container.get_exposed_port(8081)}"
        with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {SECRET}"}) as client:
            yield client


def test_verifier_fetches_the_keys_again_after_a_rotation(issuer):
    keys = jwt.PyJWKClient(f"{issuer.base_url}{JWKS}", cooldown_duration=0)

    def verify(token):
        key = keys.get_signing_key_from_jwt(token)
        return jwt.decode(token, key, algorithms=["RS256"], audience="stream-watcher-docker")

    def mint():
        return issuer.post("/token", data={"sub": "alice"}).json()["access_token"]

    assert verify(mint())["sub"] == "alice"
    issuer.post("/admin/keys/rotate", json={"lead": "0s"}).raise_for_status()
    assert verify(mint())["sub"] == "alice"
    assert issuer.get("/admin/requests", params={"path": JWKS}).json()["count"] == 2
