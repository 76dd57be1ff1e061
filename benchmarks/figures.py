"""The figures as data: what is compared with what, the goal, and what it means for a user."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from benchmarks.experiments.containers import CONTAINER
from benchmarks.experiments.growth import BASE
from benchmarks.experiments.guard import BARE_PYTHON
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
    """What the headline is: ours divided by the yardstick, ours less the yardstick, or ours."""

    RATIO = "ratio"
    DIFFERENCE = "difference"
    VALUE = "value"


@dataclass(frozen=True)
class Goal:
    """A bound of the headline.

    Attributes:
        bound: The last value that is good.
        is_floor: Whether more is better.
    """

    bound: float
    is_floor: bool = False

    def is_met(self, headline: float) -> bool:
        """Tell whether *headline* is good."""
        return headline >= self.bound if self.is_floor else headline <= self.bound


def at_most(bound: float) -> Goal:
    """Less is better."""
    return Goal(bound)


def at_least(bound: float) -> Goal:
    """More is better."""
    return Goal(bound, is_floor=True)


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One line of the table.

    Attributes:
        name: A stable name, in JSON and as the name of the plot.
        title: What it is called.
        explanation: A sentence for those who do not know what is behind it.
        experiment: Where it is measured.
        series: Which of the experiment's series.
        unit: Of the values.
        comparison: How the headline comes from the values.
        ours: Our subjects; the worst counts.
        yardsticks: What they are compared with; the best counts. Empty: all others.
        is_more_better: Whether larger values are better.
        goal: For the headline.
        has_peers: Whether others take part than ourselves and a limit.
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
        explanation="Each token needs one signature, and no issuer can be cheaper than that; what "
        "is above 1 is HTTP, JSON and the checking of the request.",
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
        explanation="How fast a load test gets its tokens when all cores take part, with as many "
        "workers as cores (`--workers`); the load generator needs its share of them too.",
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
        explanation="A file of tokens, minted before a load test begins: close to 1 means that "
        "nothing but signing takes time; the start of the command is included.",
        experiment="batch",
        series="tokens",
        unit="1/s",
        is_more_better=True,
        goal=at_least(0.9),
    ),
    Figure(
        name="key-sets-per-second",
        title="key sets a second ÷ the best peer's",
        explanation="How many verifiers can fetch the JWKS at once, with as many workers as cores; "
        "what is left when nothing is signed is the cost of the HTTP server.",
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
        explanation="What each CI job waits for; it includes making a fresh RSA key.",
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
        explanation="At rest after the first token and the first key set; pages that the processes "
        "of one subject share count once.",
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
        explanation="At rest again after 100,000 tokens.",
        experiment="memory",
        series="minted",
        unit="MB",
        comparison=Comparison.VALUE,
        goal=at_most(60),
        has_peers=True,
    ),
    Figure(
        name="memory-growth",
        title="growth of resident memory by many tokens",
        explanation="What 100,000 tokens leave behind; an issuer that forgets nothing shows here.",
        experiment="memory",
        series="growth",
        unit="MB",
        comparison=Comparison.VALUE,
        goal=at_most(2),
        has_peers=True,
    ),
    Figure(
        name="verification",
        title="verified tokens a second with jwt_core's remote key set ÷ bare `jwt.decode`",
        explanation="What choosing the key, the checks of form and the shared cache cost beside "
        "PyJWT with the right key in hand.",
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
        title="what `proxy_guard.enforce(probe=False)` adds to the start of a bare Python",
        explanation="The price of the guard at each boot of a proxy, for a key set behind a URL "
        "and for a key in a variable; the dearer one counts.",
        experiment="guard",
        series="start",
        unit="ms",
        comparison=Comparison.DIFFERENCE,
        ours=("JWT_JWKS_URI", "JWT_PUBLIC_KEY"),
        yardsticks=(BARE_PYTHON,),
        goal=at_most(15),
    ),
    Figure(
        name="image-disk",
        title="image on disk",
        explanation="What the engine keeps: the sum of the layers, unpacked.",
        experiment="containers",
        series="disk",
        unit="MB",
        comparison=Comparison.VALUE,
        goal=at_most(25),
    ),
    Figure(
        name="image-pulled",
        title="image as it is pulled",
        explanation="`docker save | gzip -9`, which is about what a registry sends.",
        experiment="containers",
        series="pulled",
        unit="MB",
        comparison=Comparison.VALUE,
    ),
    Figure(
        name="container-start",
        title="`docker run` to the first key set ÷ the same as a process",
        explanation="What the engine adds to the start; the process runs the interpreter of the "
        "machine, the container its own.",
        experiment="containers",
        series="start",
        unit="ms",
        ours=(CONTAINER,),
        yardsticks=(ISSUER,),
    ),
    Figure(
        name="latency-p50",
        title="latency of a token at half of the highest rate, median",
        explanation="What a caller waits while the server is half busy, each subject at half of "
        "its own highest rate.",
        experiment="latency",
        series="p50",
        unit="ms",
        comparison=Comparison.VALUE,
        has_peers=True,
    ),
    Figure(
        name="latency-p99",
        title="latency of a token at half of the highest rate, 99th percentile",
        explanation="The slowest of a hundred such requests.",
        experiment="latency",
        series="p99",
        unit="ms",
        comparison=Comparison.VALUE,
        has_peers=True,
    ),
    Figure(
        name="growth",
        title="server CPU per token with many keys or a full request log ÷ with one key",
        explanation="Flat means that neither the number of keys in the ring nor the number of "
        "remembered requests makes a token dearer; the dearest counts.",
        experiment="growth",
        series="cpu",
        unit="ms",
        ours=(),
        yardsticks=(BASE,),
        goal=at_most(1.1),
    ),
)
