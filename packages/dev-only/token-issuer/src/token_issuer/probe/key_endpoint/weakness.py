# DEV-ONLY: never ship to production.
"""The weaknesses that the handling of keys may have, in words."""

from functools import partial
from typing import Final

from token_issuer.probe.results import Finding
from token_issuer.severity import Severity
from token_issuer.tokens.defects.defect import CHECKS

Weakness = partial[Finding]
"""A finding that lacks the id of the check that made it."""

MISSES_NEW_KEYS: Final = partial(
    Finding,
    severity=Severity.MEDIUM,
    title="It does not pick up a new key of its issuer.",
    why="From the next rotation on new tokens are refused, for as long as it keeps the old set.",
    remedy="Fetch the key set again when a token names a kid that the set in use lacks, at most "
    "once in a cooldown of some seconds, and when the set has reached its max-age.",
    source="OpenID Connect Core 1.0 §10.1.1",
)
FORGETS_OLD_KEYS: Final = partial(
    Finding,
    severity=Severity.LOW,
    title="While a new key takes over it refuses tokens of the old one, which is still published.",
    why="Each rotation is an outage for those whose tokens are good for some more minutes.",
    remedy="Keep every key that the key set holds, and choose among them by kid.",
    source="OpenID Connect Core 1.0 §10.1.1",
)
FETCHES_ALWAYS: Final = partial(
    Finding,
    severity=Severity.MEDIUM,
    title="It fetches the key set for each token, also within its max-age.",
    why="Each request costs another one at the issuer: whoever sends many tokens, even wrong ones, "
    "lets it overload the issuer, and waits for it.",
    remedy="Keep the fetched set for as long as its Cache-Control allows, and use it meanwhile.",
    source="RFC 9111 §4.2, CWE-405",
)
KEEPS_REMOVED_KEYS: Final = partial(
    Finding,
    severity=Severity.LOW,
    title="It accepts tokens of a removed key for a time of its own, whatever the max-age.",
    why="A key is removed at once when it has been stolen. Until the verifier lets go of it, the "
    "thief's tokens count.",
    remedy="Keep a key set no longer than its max-age, with a lower bound of some seconds; where "
    "that cannot be set, choose a lifetime for which a stolen key may count.",
    source="OpenID Connect Core 1.0 §10.1.1, RFC 9111 §5.2.2.1, CWE-672",
)
OUTLIVES_THE_SET: Final = partial(
    Finding,
    severity=Severity.MEDIUM,
    title="It accepts tokens of a removed key although it has fetched the set without it.",
    why="A key is removed at once when it has been stolen. The thief's tokens go on to count, and "
    "nothing that the issuer publishes changes that.",
    remedy="Replace the key set as a whole when a newer one arrives: no cache of single keys that "
    "outlives it.",
    source="OpenID Connect Core 1.0 §10.1.1, CWE-672",
)
STOPS_WITH_ENDPOINT: Final = partial(
    Finding,
    severity=Severity.MEDIUM,
    title="It stops accepting good tokens while its key endpoint is down.",
    why="An outage of the issuer of some minutes becomes one of every service that trusts it.",
    remedy="When a fetch fails keep the last good key set for a bounded time, and try again after "
    "a pause.",
    source="RFC 5861 §4, CWE-755",
)
NEVER_RECOVERS: Final = partial(
    Finding,
    severity=Severity.HIGH,
    title="It does not recover from a fault of its key endpoint that has passed.",
    why="One bad answer of the issuer takes the service down for longer than it lasted.",
    remedy="Treat whatever goes wrong in a fetch as a failed fetch, and try again after a pause.",
    source="CWE-755",
)
GIVES_UP: Final = partial(
    Finding,
    severity=Severity.MEDIUM,
    title="After faults of its key endpoint it does not fetch its keys again.",
    why="Nobody notices until the next rotation; then new tokens are refused for as long as that "
    "goes on.",
    remedy="Try again after a pause, however a fetch has ended.",
    source="OpenID Connect Core 1.0 §10.1.1, CWE-755",
)
CRASHES: Final = partial(
    Finding,
    severity=Severity.MEDIUM,
    title="It fails to handle requests while the key endpoint answers badly.",
    why="An error that nobody expected comes up in each request: clients see a server error where "
    "good tokens would count, and the log fills with stack traces.",
    remedy="Treat whatever goes wrong in a fetch, reading and parsing included, as a failed fetch: "
    "keep the last good set, or answer 401 or 503.",
    source="CWE-755",
)
HANGS: Final = partial(
    Finding,
    severity=Severity.MEDIUM,
    title="Requests hang while the key endpoint is slow.",
    why="Each of them holds a connection and a worker; soon the service answers nobody.",
    remedy="Give the whole fetch a deadline of some seconds, not only each read of it, and go on "
    "with the last good set.",
    source="CWE-1088, CWE-400",
)
SPOILT_BY_ONE_KEY: Final = partial(
    Finding,
    severity=Severity.LOW,
    title="One key that it cannot use makes it refuse the whole key set.",
    why="On the day the issuer adds a key of a new kind, or one for encryption, new keys are no "
    "longer picked up.",
    remedy="Ignore keys of unknown type or another use, and take the others.",
    source="RFC 7517 §5, §4.2",
)
LEAVES_ITS_HOST: Final = partial(
    Finding,
    severity=Severity.MEDIUM,
    title="It follows a redirect of its key endpoint to another host.",
    why="The keys then come from a host that nobody has configured: an open redirect at the issuer "
    "is enough for tokens of an attacker to count, and for requests into the internal network.",
    remedy="Do not follow redirects when fetching keys: configure the final URL.",
    source="CWE-601, CWE-918",
)
ACCEPTS_ENCRYPTION_KEYS: Final = partial(
    Finding,
    severity=Severity.MEDIUM,
    title='It accepts tokens signed with a key that is published with "use": "enc".',
    why="Such keys are kept elsewhere and less strictly, or belong to others: whoever may decrypt "
    "can then make tokens.",
    remedy='Use only keys whose "use" is "sig" or absent, and whose "key_ops", if present, '
    'contain "verify".',
    source="RFC 7517 §4.2, §4.3",
)
ACCEPTS_EXPOSED_KEYS: Final = partial(
    Finding,
    severity=Severity.MEDIUM,
    title="It accepts tokens of a key whose private part stands in the key set.",
    why="Whoever reads the key set can make tokens: a slip of the issuer that a verifier sees.",
    remedy="Refuse a key set, or at least a key, with private members (d, p, q, dp, dq, qi, k).",
    source="RFC 7517 §9.2, CWE-522",
)
ACCEPTS_WEAK_KEYS: Final = partial(
    Finding,
    severity=Severity.HIGH,
    title="It accepts tokens signed with an RSA key of 1024 bits.",
    why="Such keys can be factored with effort; then tokens can be made by others.",
    remedy=CHECKS["key-strength"],
    source="RFC 7518 §3.3, CWE-326",
    cause="key-strength",
)
REFETCHES_FOR_UNKNOWN_KIDS: Final = partial(
    Finding,
    severity=Severity.MEDIUM,
    title="Each token with an unknown kid makes it fetch the key set.",
    why="Anybody can send such tokens, without any key. They turn the verifier against the issuer, "
    "and hold its workers meanwhile.",
    remedy="Fetch for unknown kids at most once in a cooldown of some seconds (30 is usual), and "
    "let all requests share one fetch.",
    source="CWE-405, CWE-770",
)
LOSES_GOOD_TOKENS: Final = partial(
    Finding,
    severity=Severity.MEDIUM,
    title="After many tokens with unknown kids it no longer accepts good ones.",
    why="Anybody can send such tokens: without any key they take the service down.",
    remedy="Keep the key set whatever tokens come in, and bound what is kept of unknown kids.",
    source="CWE-400, CWE-770",
)
