"""The cost of jwt_core's remote key set, compared with PyJWT with the right key."""

import time
from collections.abc import Callable
from typing import Final

import jwt
from jwt_core import VerificationPolicy
from jwt_core.remote import RemoteKeySet

from benchmarks.answers import fetch
from benchmarks.lab import Lab
from benchmarks.rounds import Measurement, Series, alternate

REMOTE_KEY_SET: Final = "jwt_core, remote key set"
BARE_DECODE: Final = "jwt.decode, key in hand"


def measure(lab: Lab) -> dict[str, Series]:
    """Verify one token many times in this process, with both libraries in turn.

    Returns:
        `verifications`: verified tokens per second.
    """
    with lab.issuer.run() as server:
        token = str(fetch(server, lab.issuer.get_token_request())["access_token"])
        key = jwt.PyJWKSet.from_dict(fetch(server, lab.issuer.jwks)).keys[0].key
        claims = jwt.decode(token, options={"verify_signature": False})
        issuer, audience = claims["iss"], claims["aud"]
        remote = RemoteKeySet(server.url + lab.issuer.jwks.path)
        policy = VerificationPolicy(issuer=issuer, audience=audience)
        ways: dict[str, Callable[[], object]] = {
            REMOTE_KEY_SET: lambda: remote.verify(token, policy),
            BARE_DECODE: lambda: jwt.decode(
                token, key, algorithms=["RS256"], issuer=issuer, audience=audience
            ),
        }

        def take_turn(verify: Callable[[], object]) -> Measurement:
            started = time.perf_counter()
            for _ in range(lab.plan.verifications):
                verify()
            return {"verifications": lab.plan.verifications / (time.perf_counter() - started)}

        for verify in ways.values():  # fetches the key set
            verify()
        return alternate(ways, 3 * lab.plan.rounds, take_turn)  # more rounds, since each is short
