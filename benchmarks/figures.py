"""The figures: compared subjects, goal, and meaning for a user."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from benchmarks.experiments.containers import CONTAINER
from benchmarks.experiments.growth import BASE
from benchmarks.experiments.guard import BARE_PYTHON
from benchmarks.experiments.logins import TWO_SIGNATURES
from benchmarks.experiments.minting import SIGNATURE
from benchmarks.experiments.start import SINGLE_EXPRESS_JOSE
from benchmarks.experiments.verification import BARE_DECODE, REMOTE_KEY_SET
from benchmarks.peers.go import JWKS_MOCK_API
from benchmarks.peers.java import MOCK_OAUTH2_SERVER
from benchmarks.peers.node import EXPRESS_JOSE, OAUTH2_MOCK_SERVER
from benchmarks.peers.python import OIDC_PROVIDER_MOCK
from benchmarks.subjects import ISSUER, ISSUER_ON_ALL_CORES

_PEERS: Final = (
    EXPRESS_JOSE,
    OAUTH2_MOCK_SERVER,
    OIDC_PROVIDER_MOCK,
    MOCK_OAUTH2_SERVER,
    JWKS_MOCK_API,
)


class Comparison(StrEnum):
    """Meaning of the headline: ours ÷ yardstick, ours - yardstick, or ours alone."""

    RATIO = "ratio"
    DIFFERENCE = "difference"
    VALUE = "value"


@dataclass(frozen=True)
class Goal:
    """The limit that the headline value of a figure must meet.

    Attributes:
        bound: The worst value that meets the goal.
        is_floor: Whether larger values are better.
    """

    bound: float
    is_floor: bool = False

    def is_met(self, headline: float) -> bool:
        """Return whether *headline* meets the goal."""
        return headline >= self.bound if self.is_floor else headline <= self.bound


def at_most(bound: float) -> Goal:
    """Return a goal for which smaller values are better."""
    return Goal(bound)


def at_least(bound: float) -> Goal:
    """Return a goal for which larger values are better."""
    return Goal(bound, is_floor=True)


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One row of the summary.

    Attributes:
        name: Stable name in JSON, and name of the plot.
        title: Title on the page.
        explanation: A sentence about the meaning of the figure.
        experiment: The experiment that measures the figure.
        series: The series of the experiment.
        unit: Unit of the values.
        comparison: How the headline is computed from the values.
        ours: Our subjects; the worst one is used.
        yardsticks: Subjects that ours are compared with; the best one is used. Empty for all other
            subjects.
        is_more_better: Whether larger values are better.
        goal: Goal for the headline.
        has_peers: Whether the subjects include peers, not only our own and a limit.
    """

    name: str
    title: str
    explanation: str
    experiment: str
    series: str
    unit: str
    comparison: Comparison = Comparison.RATIO
    ours: tuple[str, ...] = (ISSUER,)
    yardsticks: tuple[str, ...] = ()
    is_more_better: bool = False
    goal: Goal | None = None
    has_peers: bool = False


FIGURES: Final = (
    Figure(
        name="cpu-per-token",
        title="server CPU per token ÷ CPU of a raw RSA-2048 signature",
        explanation="Each token needs one signature, so no issuer can use less CPU than that; the "
        "part above 1 is HTTP, JSON and the validation of the request.",
        experiment="minting",
        series="cpu",
        unit="ms",
        yardsticks=(SIGNATURE,),
        goal=at_most(1.4),
        has_peers=True,
    ),
    Figure(
        name="tokens-per-second",
        title="tokens a second over HTTP ÷ the best peer's",
        explanation="How fast a load test gets its tokens with one worker per core (`--workers`); "
        "the load generator runs on the same cores.",
        experiment="minting",
        series="tokens",
        unit="1/s",
        ours=(ISSUER_ON_ALL_CORES,),
        yardsticks=_PEERS,
        is_more_better=True,
        goal=at_least(1.2),
        has_peers=True,
    ),
    Figure(
        name="batch",
        title="tokens a second of `make-token --count` ÷ raw signatures on all cores",
        explanation="Minting a file of tokens before a load test: close to 1 means that almost all "
        "of the time is spent on signing; the start of the command is included.",
        experiment="batch",
        series="tokens",
        unit="1/s",
        is_more_better=True,
        goal=at_least(0.9),
    ),
    Figure(
        name="key-sets-per-second",
        title="key sets a second ÷ the best peer's",
        explanation="How many JWKS fetches per second the issuer can serve with one worker per "
        "core; without signing, the cost is that of the HTTP server.",
        experiment="key_sets",
        series="requests",
        unit="1/s",
        ours=(ISSUER_ON_ALL_CORES,),
        yardsticks=_PEERS,
        is_more_better=True,
        goal=at_least(1.5),
        has_peers=True,
    ),
    Figure(
        name="start",
        title="start of the process to its first key set ÷ the fastest Node peer's",
        explanation="The time that each CI job waits; it includes generating a new RSA key.",
        experiment="start",
        series="start",
        unit="ms",
        yardsticks=(EXPRESS_JOSE, SINGLE_EXPRESS_JOSE, OAUTH2_MOCK_SERVER),
        goal=at_most(1.5),
        has_peers=True,
    ),
    Figure(
        name="memory-idle",
        title="resident memory when idle",
        explanation="Measured when the server is idle after its first token and first key set; "
        "pages that the processes of one subject share are counted once.",
        experiment="memory",
        series="idle",
        unit="MB",
        comparison=Comparison.VALUE,
        goal=at_most(60),
        has_peers=True,
    ),
    Figure(
        name="memory-after",
        title="resident memory after many tokens",
        explanation="Measured when the server is idle again after 100,000 tokens.",
        experiment="memory",
        series="minted",
        unit="MB",
        comparison=Comparison.VALUE,
        goal=at_most(60),
        has_peers=True,
    ),
    Figure(
        name="memory-growth",
        title="growth of resident memory after many tokens",
        explanation="The memory that is not released after 100,000 tokens; an issuer that stores "
        "every token has a large value.",
        experiment="memory",
        series="growth",
        unit="MB",
        comparison=Comparison.VALUE,
        goal=at_most(2),
        has_peers=True,
    ),
    Figure(
        name="logins-per-second",
        title="logins a second over HTTP ÷ the best peer's",
        explanation="How fast a load test logs its users in; the load generator runs on the same "
        "cores. A login is two requests: one for a code, and one for the tokens.",
        experiment="logins",
        series="logins",
        unit="1/s",
        yardsticks=_PEERS,
        is_more_better=True,
        has_peers=True,
    ),
    Figure(
        name="cpu-per-login",
        title="server CPU per login ÷ CPU of two raw RSA-2048 signatures",
        explanation="A login gives an ID token and an access token, so it needs two signatures, or "
        "one if the access token is opaque, as that of oidc-provider-mock; the rest is two HTTP "
        "requests and the work beyond them.",
        experiment="logins",
        series="cpu",
        unit="ms",
        yardsticks=(TWO_SIGNATURES,),
        has_peers=True,
    ),
    Figure(
        name="login-beyond-http",
        title="server CPU per login beyond HTTP ÷ CPU of two raw RSA-2048 signatures",
        explanation="Two requests that do little but HTTP are subtracted: one for `/health`, which "
        "passes through the web framework like an authorization request, and one for the key set, "
        "which does not, like a token request.",
        experiment="logins",
        series="beyond_http",
        unit="ms",
        yardsticks=(TWO_SIGNATURES,),
        goal=at_most(1.4),
    ),
    Figure(
        name="memory-after-logins",
        title="resident memory after many logins",
        explanation="Measured when the server is idle again after 100,000 logins.",
        experiment="logins",
        series="grown",
        unit="MB",
        comparison=Comparison.VALUE,
        has_peers=True,
    ),
    Figure(
        name="memory-growth-by-logins",
        title="growth of resident memory after many logins",
        explanation="The memory that is not released after 100,000 logins, from the first login "
        "on; the states of the latest 131,072 grants and sessions of ours take 1 MB of it.",
        experiment="logins",
        series="growth",
        unit="MB",
        comparison=Comparison.VALUE,
        goal=at_most(4),
        has_peers=True,
    ),
    Figure(
        name="verification",
        title="verified tokens a second with jwt_core's remote key set ÷ bare `jwt.decode`",
        explanation="The cost of selecting the key, checking the form of the token and using the "
        "shared cache, compared with PyJWT with the right key.",
        experiment="verification",
        series="verifications",
        unit="1/s",
        ours=(REMOTE_KEY_SET,),
        yardsticks=(BARE_DECODE,),
        is_more_better=True,
        goal=at_least(0.9),
    ),
    Figure(
        name="guard",
        title="time that `proxy_guard.enforce(probe=False)` adds to the start of a bare Python",
        explanation="The cost of the guard at each start of a proxy, for a JWKS URL and for a key "
        "in a variable; the larger value is used.",
        experiment="guard",
        series="start",
        unit="ms",
        comparison=Comparison.DIFFERENCE,
        ours=("JWT_JWKS_URI", "JWT_PUBLIC_KEY"),
        yardsticks=(BARE_PYTHON,),
        goal=at_most(15),
    ),
    Figure(
        name="first-paint",
        title="first contentful paint of the console",
        explanation="How long a browser on the same machine shows nothing after it has opened `/`, "
        "with an empty cache.",
        experiment="console",
        series="paint",
        unit="ms",
        comparison=Comparison.VALUE,
        goal=at_most(200),
    ),
    Figure(
        name="image-disk",
        title="image on disk",
        explanation="The disk space that the engine uses: the sum of the unpacked layers.",
        experiment="containers",
        series="disk",
        unit="MB",
        comparison=Comparison.VALUE,
        goal=at_most(25),
    ),
    Figure(
        name="image-pulled",
        title="compressed image",
        explanation="The size of `docker save | gzip -9`, which is approximately the size of a "
        "download from a registry.",
        experiment="containers",
        series="pulled",
        unit="MB",
        comparison=Comparison.VALUE,
    ),
    Figure(
        name="container-start",
        title="`docker run` to the first key set ÷ the same as a process",
        explanation="The time that the engine adds to the start; the process uses the interpreter "
        "of the machine, the container that of the image.",
        experiment="containers",
        series="start",
        unit="ms",
        ours=(CONTAINER,),
        yardsticks=(ISSUER,),
    ),
    Figure(
        name="latency-p50",
        title="latency of a token at half of the highest rate, median",
        explanation="The time that a caller waits for a token while each server handles half of "
        "its highest rate.",
        experiment="latency",
        series="p50",
        unit="ms",
        comparison=Comparison.VALUE,
        has_peers=True,
    ),
    Figure(
        name="latency-p99",
        title="latency of a token at half of the highest rate, 99th percentile",
        explanation="99 of 100 such requests are faster.",
        experiment="latency",
        series="p99",
        unit="ms",
        comparison=Comparison.VALUE,
        has_peers=True,
    ),
    Figure(
        name="growth",
        title="server CPU per token with many keys or a full request log ÷ with one key",
        explanation="Close to 1 means that a token does not cost more with many keys or many "
        "logged requests; the largest value is used.",
        experiment="growth",
        series="cpu",
        unit="ms",
        ours=(),
        yardsticks=(BASE,),
        goal=at_most(1.1),
    ),
)
