"""Argument parser of the tools in `ci/`."""

import argparse
from collections.abc import Sequence
from difflib import get_close_matches


class Parser(argparse.ArgumentParser):
    """`ArgumentParser` that suggests the nearest option for an unknown one."""

    def parse_known_args(  # type: ignore[override]  # the namespace is always a plain one here
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """Parse *args*, or exit with code 2 if one is unknown."""
        parsed, unknown = super().parse_known_args(args, namespace)
        if unknown:
            option = unknown[0].partition("=")[0][:80]
            close = get_close_matches(option, self._option_string_actions, n=1)
            hint = f" (did you mean {close[0]}?)" if close else ""
            self.error(f"unrecognized arguments: {' '.join(unknown)}{hint}")
        return parsed, unknown
