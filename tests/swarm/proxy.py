"""The image of the reference proxy, as a verifier in the network of the stack."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import jwt

from tests.swarm.stack import run_docker, wait_until


class Proxy:
    """The running proxy. The load balancer is also its upstream.

    Attributes:
        accepted_kids: The keys whose tokens the proxy has accepted.
    """

    def __init__(self, container: str) -> None:
        self.accepted_kids: set[str] = set()
        self._url = "http://" + run_docker("port", container, "8080").splitlines()[0]

    def verify(self, token: str) -> None:
        """Call the proxy until it accepts a token, which it does once it has fetched the key."""
        kid = jwt.get_unverified_header(token)["kid"]
        if kid not in self.accepted_kids:
            wait_until(lambda: self._call(token) == 200, lambda: f"{kid} is not accepted")
            self.accepted_kids.add(kid)

    def _call(self, token: str) -> int:
        headers = {"Authorization": f"Bearer {token}"}
        try:
            response = httpx.get(f"{self._url}/health", headers=headers, trust_env=False)
        except httpx.TransportError:  # it does not listen yet
            return 0
        return response.status_code


@contextmanager
def run_proxy(network: str) -> Iterator[Proxy]:
    """Run the proxy during the block."""
    environ = {
        "NODE_ENV": "docker",
        "JWT_JWKS_URI": "http://token-issuer:8081/.well-known/jwks.json",
        "JWT_ISSUER": "https://issuer.local",
        "JWT_AUDIENCE": "stream-watcher-docker",
        "JWKS_COOLDOWN_S": "1",
        "UPSTREAM_URL": "http://token-issuer:8081",
        "PROXY_HOST": "0.0.0.0",  # noqa: S104  # in its container
    }
    variables = [f"--env={name}={value}" for name, value in environ.items()]
    options = (f"--network={network}", "--publish=127.0.0.1::8080", *variables)
    container = run_docker("run", "--detach", *options, "reference-proxy")
    try:
        yield Proxy(container)
    finally:
        run_docker("rm", "--force", container)
