"""What a load test needs, derived from the measurements."""

import math
from dataclasses import dataclass
from typing import Final

from benchmarks.evaluation import Evaluation
from benchmarks.experiments.minting import SIGNATURE
from benchmarks.record import Record
from benchmarks.subjects import ISSUER, ISSUER_ON_ALL_CORES

RATES: Final = (1_000, 100_000, 1_000_000)
"""Tokens a second of the load tests."""
CORES_PER_REPLICA: Final = 4
MAX_UTILISATION: Final = 0.7
"""The share of the CPU above which waiting times grow quickly."""
TOKEN_RESPONSE_BYTES: Final = 864
"""Header and body of a response with one token, without the frames of TCP/IP."""
TOKEN_BYTES: Final = 614
KEY_SET_RESPONSE_BYTES: Final = 1_232


@dataclass(frozen=True, kw_only=True)
class Measured:
    """The figures of one run from which the page derives everything.

    Attributes:
        token_cpu_s: CPU of the server for one token, with one process per core.
        signature_cpu_s: CPU of a raw RSA-2048 signature.
        tokens_per_s: Tokens a second of one process, beside the load generator.
        key_set_cpu_s: CPU of the machine for one key set, with the load generator.
        batch_cpu_s: CPU for one token of `make-token --count`.
        process_mb: Resident memory of one process after many tokens, in MB.
    """

    token_cpu_s: float
    signature_cpu_s: float
    tokens_per_s: float
    key_set_cpu_s: float
    batch_cpu_s: float
    process_mb: float


def read_measured(record: Record) -> Measured:
    """Return the medians of a run."""
    cores = int(record.machine["cores"])
    figures = {evaluation.figure.name: evaluation for evaluation in record.evaluate()}
    cpu = figures["cpu-per-token"].values
    return Measured(
        token_cpu_s=cpu[ISSUER_ON_ALL_CORES].median / 1000,
        signature_cpu_s=cpu[SIGNATURE].median / 1000,
        tokens_per_s=figures["tokens-per-second"].values[ISSUER].median,
        key_set_cpu_s=cores / find_rate(figures["key-sets-per-second"]),
        batch_cpu_s=cores / find_rate(figures["batch"]),
        process_mb=figures["memory-after"].headline.median,
    )


def find_rate(evaluation: Evaluation) -> float:
    """Return the median rate of our subject."""
    return evaluation.values[evaluation.ours].median


@dataclass(frozen=True, kw_only=True)
class Need:
    """What a load test needs.

    Attributes:
        tokens_per_s: Its rate.
        cores: CPU cores that are busy all the time.
        signing_cores: Those of them that only sign; no issuer needs fewer.
        replicas: Replicas of `CORES_PER_REPLICA` cores that are busy for `MAX_UTILISATION`.
        memory_gb: Memory of their processes, one per core, in GB (10^9 bytes).
        network_gbit_per_s: Responses on the network.
    """

    tokens_per_s: int
    cores: float
    signing_cores: float
    replicas: int
    memory_gb: float
    network_gbit_per_s: float


def derive_need(tokens_per_s: int, measured: Measured) -> Need:
    """Return what *tokens_per_s* need if each token is minted when it is used."""
    cores = tokens_per_s * measured.token_cpu_s
    replicas = math.ceil(cores / MAX_UTILISATION / CORES_PER_REPLICA)
    return Need(
        tokens_per_s=tokens_per_s,
        cores=cores,
        signing_cores=tokens_per_s * measured.signature_cpu_s,
        replicas=replicas,
        memory_gb=replicas * CORES_PER_REPLICA * measured.process_mb / 1000,
        network_gbit_per_s=tokens_per_s * TOKEN_RESPONSE_BYTES * 8 / 1e9,
    )
