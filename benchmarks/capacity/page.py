"""`docs/capacity.md`, rendered from a record and from the simulation."""

from pathlib import Path
from string import Template
from typing import Final

from benchmarks.capacity.fleet import FLEETS, MAX_AGE_S, Fleet
from benchmarks.capacity.needs import (
    CORES_PER_REPLICA,
    KEY_SET_RESPONSE_BYTES,
    MAX_UTILISATION,
    RATES,
    TOKEN_BYTES,
    TOKEN_RESPONSE_BYTES,
    Measured,
    derive_need,
    read_measured,
)
from benchmarks.formatting import format_number, format_table
from benchmarks.record import Record

_TEMPLATE: Final = Path(__file__).with_name("page.md.template")
_USERS: Final = (10_000, 1_000_000)
_FLEET_SIZES: Final = (10_000, 1_000_000)
_TOKEN_LIFETIME_S: Final = 900
_TEST_S: Final = 600


def write_page(record: Record, fetches: dict[Fleet, list[int]], plot: str) -> str:
    """Render the page.

    Args:
        record: The run.
        fetches: The simulated fetches in each second, by fleet.
        plot: The path of the plot, relative to the page.
    """
    measured = read_measured(record)
    return Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(
        measured=_write_measured(measured, record),
        needs=_write_needs(measured),
        reuse=_write_reuse(measured),
        batch=_write_batch(measured),
        fleets=_write_fleets(fetches, measured),
        spread=_write_spread(measured),
        plot=plot,
        cores=record.machine["cores"],
        date=record.measured_on,
        cores_per_replica=CORES_PER_REPLICA,
        utilisation=f"{MAX_UTILISATION:.0%}",
        process_rate=format_number(measured.tokens_per_s),
        count=f"{FLEETS[0].count:,}",
        rate=f"{FLEETS[0].tokens_per_s:g}",
        cooldown=FLEETS[0].cooldown_s,
        max_age=MAX_AGE_S,
    )


def _write_measured(measured: Measured, record: Record) -> str:
    cores = record.machine["cores"]
    return format_table(
        ["figure", "value", "source"],
        [
            [
                "CPU of the server per token",
                _format_ms(measured.token_cpu_s),
                f"median, {cores} workers",
            ],
            [
                "of which the RSA-2048 signature",
                _format_ms(measured.signature_cpu_s),
                "`openssl speed`",
            ],
            [
                "CPU per token of `make-token --count`",
                _format_ms(measured.batch_cpu_s),
                "cores ÷ rate",
            ],
            [
                "CPU per key set, load generator included",
                _format_ms(measured.key_set_cpu_s),
                "cores ÷ rate",
            ],
            [
                "memory of one process",
                f"{format_number(measured.process_mb)} MB",
                "after 100,000 tokens",
            ],
            ["response with a token", f"{TOKEN_RESPONSE_BYTES} bytes", "checked by a test"],
            [
                "response with a key set of two RSA keys",
                f"{KEY_SET_RESPONSE_BYTES} bytes",
                "checked by a test",
            ],
        ],
    )


def _format_ms(seconds: float) -> str:
    return f"{format_number(seconds * 1000)} ms"


def _write_needs(measured: Measured) -> str:
    rows = [
        [
            f"{need.tokens_per_s:,}/s",
            format_number(need.cores),
            format_number(need.signing_cores),
            f"{need.replicas:,}",
            f"{format_number(need.memory_gb)} GB",
            f"{format_number(need.network_gbit_per_s)} Gbit/s",
        ]
        for need in (derive_need(rate, measured) for rate in RATES)
    ]
    header = [
        "tokens",
        "busy cores",
        "cores for the signatures alone",
        "replicas",
        "memory",
        "network",
    ]
    return format_table(header, rows)


def _write_reuse(measured: Measured) -> str:
    rows = []
    for users in _USERS:
        rate = users / _TOKEN_LIFETIME_S
        cores = format_number(rate * measured.token_cpu_s)
        rows.append([f"{users:,}", f"{format_number(rate)}/s", cores])
    return format_table(["users", "new tokens", "busy cores"], rows)


def _write_batch(measured: Measured) -> str:
    rows = []
    for rate in RATES:
        tokens = rate * _TEST_S
        hours = tokens * measured.batch_cpu_s / 3600
        size = tokens * TOKEN_BYTES / 1e9
        rows.append([
            f"{rate:,}/s",
            f"{tokens:,}",
            format_number(hours),
            f"{format_number(size)} GB",
        ])
    return format_table(["tokens", "in ten minutes", "core hours", "size of the file"], rows)


def _write_fleets(fetches: dict[Fleet, list[int]], measured: Measured) -> str:
    rows = []
    for fleet, counts in fetches.items():
        peak = max(counts)
        rows.append([
            fleet.title,
            f"{sum(counts):,}",
            f"{peak:,}",
            f"{format_number(peak * measured.key_set_cpu_s)} s",
            f"{format_number(peak * KEY_SET_RESPONSE_BYTES * 8 / 1e6)} Mbit",
        ])
    header = [
        "verifiers",
        "fetches in 40 minutes",
        "most in one second",
        "CPU of that second",
        "bytes of that second",
    ]
    return format_table(header, rows)


def _write_spread(measured: Measured) -> str:
    rows = []
    for size in _FLEET_SIZES:
        steady = size / MAX_AGE_S
        rows.append([
            f"{size:,}",
            f"{format_number(steady)}/s",
            format_number(steady * measured.key_set_cpu_s),
            f"{format_number(size * measured.key_set_cpu_s)} s",
        ])
    return format_table(
        ["verifiers", "fetches, spread evenly", "busy cores", "CPU if all fetch at once"], rows
    )
