# DEV-ONLY: never ship to production.
"""Weaknesses in the handling of keys: severity, text and source of each finding."""

from functools import partial
from typing import Final

from token_issuer.probe.results import Finding
from token_issuer.severity import Severity
from token_issuer.tokens.defects.defect import CHECKS

Weakness = partial[Finding]
"""A finding without the id of the check; called with `check=` it returns the finding."""

MISSES_NEW_KEYS: Final = partial(
    Finding,
    severity=Severity.MEDIUM,
    title="It does not pick up a new key of its issuer.",
    why="After the next rotation it refuses new tokens until it fetches the key set again.",
    remedy="Fetch the key set again when a token names a kid that the set in use lacks, at most "
    "once in a cooldown of some seconds, and when the set has reached its max-age.",
    source="OpenID Connect Core 1.0 §10.1.1",
)
FORGETS_OLD_KEYS: Final = partial(
    Finding,
    severity=Severity.LOW,
    title="While a new key takes over it refuses tokens of the old one, which is still published.",
    why="After each rotation, tokens of the old key that have not expired are refused.",
    remedy="Keep every key that the key set holds, and choose among them by kid.",
    source="OpenID Connect Core 1.0 §10.1.1",
)
FETCHES_ALWAYS: Final = partial(
    Finding,
    severity=Severity.MEDIUM,
    title="It fetches the key set for each token, also within its max-age.",
    why="Each request causes another one to the issuer. Anyone who sends many tokens, even invalid "
    "ones, overloads the issuer, and each request waits for a fetch.",
    remedy="Keep the fetched set for as long as its Cache-Control allows, and use it meanwhile.",
    source="RFC 9111 §4.2, CWE-405",
)
KEEPS_REMOVED_KEYS: Final = partial(
    Finding,
    severity=Severity.LOW,
    title="It accepts tokens of a removed key for a time of its own, whatever the max-age.",
    why="A stolen key is removed at once. Until the verifier drops it, tokens signed with the "
    "stolen key are accepted.",
    remedy="Keep a key set no longer than its max-age, with a lower bound of some seconds; where "
    "that cannot be set, choose a lifetime for which a stolen key may count.",
    source="OpenID Connect Core 1.0 §10.1.1, RFC 9111 §5.2.2.1, CWE-672",
)
OUTLIVES_THE_SET: Final = partial(
    Finding,
    severity=Severity.MEDIUM,
    title="It accepts tokens of a removed key although it has fetched the set without it.",
    why="A stolen key is removed at once. Tokens signed with it are still accepted, whatever key "
    "set the issuer publishes.",
    remedy="Replace the key set as a whole when a newer one arrives: no cache of single keys that "
    "outlives it.",
    source="OpenID Connect Core 1.0 §10.1.1, CWE-672",
)
STOPS_WITH_ENDPOINT: Final = partial(
    Finding,
    severity=Severity.MEDIUM,
    title="It stops accepting good tokens while its key endpoint is down.",
    why="An outage of the issuer becomes an outage of every service that trusts it.",
    remedy="When a fetch fails keep the last good key set for a bounded time, and try again after "
    "a pause.",
    source="RFC 5861 §4, CWE-755",
)
NEVER_RECOVERS: Final = partial(
    Finding,
    severity=Severity.HIGH,
    title="It does not recover from a fault of its key endpoint that has passed.",
    why="One bad response of the issuer stops the service for longer than the fault lasted.",
    remedy="Treat whatever goes wrong in a fetch as a failed fetch, and try again after a pause.",
    source="CWE-755",
)
STOPS_FETCHING: Final = partial(
    Finding,
    severity=Severity.MEDIUM,
    title="After faults of its key endpoint it does not fetch its keys again.",
    why="The fault shows only after the next rotation: then new tokens are refused.",
    remedy="Try again after a pause, however a fetch has ended.",
    source="OpenID Connect Core 1.0 §10.1.1, CWE-755",
)
CRASHES: Final = partial(
    Finding,
    severity=Severity.MEDIUM,
    title="It fails to handle requests while the key endpoint answers badly.",
    why="Each request ends in an unhandled error: clients with good tokens receive a server error, "
    "and the log fills with stack traces.",
    remedy="Treat whatever goes wrong in a fetch, reading and parsing included, as a failed fetch: "
    "keep the last good set, or answer 401 or 503.",
    source="CWE-755",
)
HANGS: Final = partial(
    Finding,
    severity=Severity.MEDIUM,
    title="Requests hang while the key endpoint is slow.",
    why="Each of them occupies a connection and a worker, until the service has none left.",
    remedy="Give the whole fetch a deadline of some seconds, not only each read of it, and go on "
    "with the last good set.",
    source="CWE-1088, CWE-400",
)
SPOILT_BY_ONE_KEY: Final = partial(
    Finding,
    severity=Severity.LOW,
    title="One key that it cannot use makes it refuse the whole key set.",
    why="As soon as the issuer adds a key of a new type, or an encryption key, the verifier no "
    "longer accepts new keys.",
    remedy="Ignore keys of unknown type or another use, and take the others.",
    source="RFC 7517 §5, §4.2",
)
LEAVES_ITS_HOST: Final = partial(
    Finding,
    severity=Severity.MEDIUM,
    title="It follows a redirect of its key endpoint to another host.",
    why="The keys then come from a host that is not configured: with an open redirect at the "
    "issuer an attacker can have their own tokens accepted, and send requests into the internal "
    "network.",
    remedy="Do not follow redirects when fetching keys: configure the final URL.",
    source="CWE-601, CWE-918",
)
ACCEPTS_ENCRYPTION_KEYS: Final = partial(
    Finding,
    severity=Severity.MEDIUM,
    title='It accepts tokens signed with a key that is published with "use": "enc".',
    why="Encryption keys may be stored less strictly than signing keys, or belong to another "
    "party: anyone who may decrypt can then sign tokens.",
    remedy='Use only keys whose "use" is "sig" or absent, and whose "key_ops", if present, '
    'contain "verify".',
    source="RFC 7517 §4.2, §4.3",
)
ACCEPTS_EXPOSED_KEYS: Final = partial(
    Finding,
    severity=Severity.MEDIUM,
    title="It accepts tokens of a key whose private part stands in the key set.",
    why="Anyone who reads the key set can sign tokens. The verifier can detect this mistake of the "
    "issuer.",
    remedy="Refuse a key set, or at least a key, with private members (d, p, q, dp, dq, qi, k).",
    source="RFC 7517 §9.2, CWE-522",
)
ACCEPTS_WEAK_KEYS: Final = partial(
    Finding,
    severity=Severity.HIGH,
    title="It accepts tokens signed with an RSA key of 1024 bits.",
    why="Such a key can be factored with effort, and then used to sign tokens.",
    remedy=CHECKS["key-strength"],
    source="RFC 7518 §3.3, CWE-326",
    cause="key-strength",
)
REFETCHES_FOR_UNKNOWN_KIDS: Final = partial(
    Finding,
    severity=Severity.MEDIUM,
    title="Each token with an unknown kid makes it fetch the key set.",
    why="Anyone can send such tokens; no key is needed. The fetches overload the issuer and occupy "
    "the workers of the verifier.",
    remedy="Fetch for unknown kids at most once in a cooldown of some seconds (30 is usual), and "
    "let all requests share one fetch.",
    source="CWE-405, CWE-770",
)
LOSES_GOOD_TOKENS: Final = partial(
    Finding,
    severity=Severity.MEDIUM,
    title="After many tokens with unknown kids it no longer accepts good ones.",
    why="Anyone can send such tokens; no key is needed. They stop the service.",
    remedy="Keep the key set whatever tokens come in, and bound what is kept of unknown kids.",
    source="CWE-400, CWE-770",
)
