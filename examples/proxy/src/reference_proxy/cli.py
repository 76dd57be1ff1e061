"""The command `reference-proxy`: it runs the guard, reads the settings and starts the server."""

import argparse
import sys
from collections.abc import Sequence

import proxy_guard


def main(argv: Sequence[str] | None = None) -> int:
    """Run the proxy until SIGTERM or SIGINT.

    Returns:
        The exit status: 0 after an orderly stop, 1 if the guard refused the configuration or the
        address cannot be bound, 2 if a setting is missing or invalid.
    """
    parser = argparse.ArgumentParser(
        prog="reference-proxy",
        description="A reverse proxy that forwards only requests with a verified bearer token.",
        epilog="All settings come from the environment: see .env.docker.example and the README.",
    )
    parser.parse_args(argv)
    try:
        proxy_guard.enforce()  # before a key is decoded, a port opened or a URL fetched
    except proxy_guard.GuardRefusedError as refusal:
        print(refusal, file=sys.stderr)
        return 1

    # Imported after the guard has allowed the start: a refused proxy loads nothing else.
    from reference_proxy.errors import SettingsError  # noqa: PLC0415
    from reference_proxy.server import serve  # noqa: PLC0415
    from reference_proxy.settings import Settings  # noqa: PLC0415

    try:
        settings = Settings.from_process()
    except SettingsError as error:
        for problem in error.problems:
            print(f"reference-proxy: {problem}", file=sys.stderr)
        return 2
    return serve(settings)
