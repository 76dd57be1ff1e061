# DEV-ONLY: never ship to production.
"""Weaknesses in fetching and caching keys: severity, text and source of each finding."""

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
    title="It does not accept tokens of a new key of its issuer.",
    why="After the next rotation it rejects new tokens until it fetches the key set again.",
    remedy="Fetch the key set again when its max-age has passed, and when a token has a kid that "
    "the cached set lacks, but then at most once per cooldown of some seconds.",
    source="OpenID Connect Core 1.0 §10.1.1",
)
FORGETS_OLD_KEYS: Final = partial(
    Finding,
    severity=Severity.LOW,
    title="During a rotation it rejects tokens of the old key, which is still published.",
    why="After each rotation, tokens of the old key that have not expired are rejected.",
    remedy="Keep all keys of the key set, and select the key of a token by its kid.",
    source="OpenID Connect Core 1.0 §10.1.1",
)
FETCHES_ALWAYS: Final = partial(
    Finding,
    severity=Severity.MEDIUM,
    title="It fetches the key set for each token, even within the max-age.",
    why="Each request to the service causes a request to the issuer and waits for it. Anyone who "
    "sends many tokens, even invalid ones, can overload the issuer.",
    remedy="Cache the fetched key set for as long as its Cache-Control allows.",
    source="RFC 9111 §4.2, CWE-405",
)
KEEPS_REMOVED_KEYS: Final = partial(
    Finding,
    severity=Severity.LOW,
    title="It accepts tokens of a removed key for longer than the max-age of the key set.",
    why="An issuer removes a stolen key at once. Until the verifier drops the key too, it accepts "
    "tokens that the thief has signed.",
    remedy="Cache a key set no longer than its max-age, with a lower bound of some seconds. If the "
    "verifier cannot do that, choose a cache lifetime for which a stolen key may be accepted.",
    source="OpenID Connect Core 1.0 §10.1.1, RFC 9111 §5.2.2.1, CWE-672",
)
OUTLIVES_THE_SET: Final = partial(
    Finding,
    severity=Severity.MEDIUM,
    title="It accepts tokens of a removed key although it has fetched the key set without that "
    "key.",
    why="An issuer removes a stolen key at once. The verifier still accepts tokens that the thief "
    "has signed, and the issuer cannot prevent it.",
    remedy="Replace the whole key set when a new one arrives, and do not cache single keys longer "
    "than the key set.",
    source="OpenID Connect Core 1.0 §10.1.1, CWE-672",
)
STOPS_WITH_ENDPOINT: Final = partial(
    Finding,
    severity=Severity.MEDIUM,
    title="It stops accepting good tokens while the key endpoint is down.",
    why="An outage of the issuer becomes an outage of every service that trusts it.",
    remedy="After a failed fetch, keep the last valid key set for a limited time, and try again "
    "after a pause.",
    source="RFC 5861 §4, CWE-755",
)
NEVER_RECOVERS: Final = partial(
    Finding,
    severity=Severity.HIGH,
    title="It does not recover when a fault of the key endpoint has ended.",
    why="One invalid response of the issuer stops the service for longer than the fault lasts.",
    remedy="Treat every error during a fetch as a failed fetch, and try again after a pause.",
    source="CWE-755",
)
STOPS_FETCHING: Final = partial(
    Finding,
    severity=Severity.MEDIUM,
    title="It no longer fetches keys after faults of the key endpoint.",
    why="After the next rotation it rejects all new tokens. Until then the problem is not visible.",
    remedy="Try again after a pause, whatever the result of a fetch was.",
    source="OpenID Connect Core 1.0 §10.1.1, CWE-755",
)
CRASHES: Final = partial(
    Finding,
    severity=Severity.MEDIUM,
    title="It fails with a server error while the responses of the key endpoint are invalid.",
    why="Each request ends in an unhandled error: clients with good tokens receive a server error, "
    "and the log fills with stack traces.",
    remedy="Treat every error during a fetch, reading and parsing included, as a failed fetch: "
    "keep the last valid key set, or answer 401 or 503.",
    source="CWE-755",
)
HANGS: Final = partial(
    Finding,
    severity=Severity.MEDIUM,
    title="Requests hang while the key endpoint is slow.",
    why="Each hanging request occupies a connection and a worker, until the service has none left.",
    remedy="Limit the duration of the whole fetch, not only of each read, to some seconds, and "
    "then use the last valid key set.",
    source="CWE-1088, CWE-400",
)
SPOILT_BY_ONE_KEY: Final = partial(
    Finding,
    severity=Severity.LOW,
    title="It rejects the whole key set because of one key that it cannot use.",
    why="As soon as the issuer adds a key of a new type, or an encryption key, the verifier no "
    "longer accepts new keys.",
    remedy="Ignore keys of an unknown type or another use, and use the other keys.",
    source="RFC 7517 §5, §4.2",
)
LEAVES_ITS_HOST: Final = partial(
    Finding,
    severity=Severity.MEDIUM,
    title="It follows a redirect of the key endpoint to another host.",
    why="The keys then come from a host that is not configured. An attacker who finds an open "
    "redirect at the issuer can get their own tokens accepted, and can send requests into the "
    "internal network.",
    remedy="Do not follow redirects when fetching keys; configure the final URL.",
    source="CWE-601, CWE-918",
)
ACCEPTS_ENCRYPTION_KEYS: Final = partial(
    Finding,
    severity=Severity.MEDIUM,
    title='It accepts tokens signed with a key that is published with "use": "enc".',
    why="Encryption keys may be stored less strictly than signing keys, or belong to another "
    "party. Anyone who can decrypt with such a key can also sign tokens.",
    remedy='Use only keys whose "use" is "sig" or absent, and whose "key_ops", if present, '
    'contain "verify".',
    source="RFC 7517 §4.2, §4.3",
)
ACCEPTS_EXPOSED_KEYS: Final = partial(
    Finding,
    severity=Severity.MEDIUM,
    title="It accepts tokens of a key whose private part is published in the key set.",
    why="Anyone who reads the key set can sign tokens. The verifier can detect this mistake of the "
    "issuer.",
    remedy="Reject a key set, or at least a key, with private members (d, p, q, dp, dq, qi, k).",
    source="RFC 7517 §9.2, CWE-522",
)
ACCEPTS_WEAK_KEYS: Final = partial(
    Finding,
    severity=Severity.HIGH,
    title="It accepts tokens signed with an RSA key of 1024 bits.",
    why="An attacker with enough computing power can factor such a key, and then sign tokens.",
    remedy=CHECKS["key-strength"],
    source="RFC 7518 §3.3, CWE-326",
    cause="key-strength",
)
REFETCHES_FOR_UNKNOWN_KIDS: Final = partial(
    Finding,
    severity=Severity.MEDIUM,
    title="It fetches the key set for each token with an unknown kid.",
    why="Anyone can send such tokens; no key is needed. The fetches overload the issuer and occupy "
    "the workers of the verifier.",
    remedy="Fetch for unknown kids at most once per cooldown (30 s is usual), and let all requests "
    "share one fetch.",
    source="CWE-405, CWE-770",
)
LOSES_GOOD_TOKENS: Final = partial(
    Finding,
    severity=Severity.MEDIUM,
    title="It no longer accepts good tokens after many tokens with unknown kids.",
    why="Anyone can send such tokens, without any key, and stop the service.",
    remedy="Never drop the key set because of a token, and limit the memory for unknown kids.",
    source="CWE-400, CWE-770",
)
