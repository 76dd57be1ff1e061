"""Start of the scan: provides its libraries, then runs its command line."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from separation import knowledge, libraries, sources

UNUSABLE: Final = 2


def main() -> int:
    """Run the scan and return its exit code."""
    try:
        libraries.provide(knowledge.read("libraries"), lambda: _find_cache(os.environ), _provide_uv)
    except libraries.LibrariesError as error:
        print(f"check-separation: {error}", file=sys.stderr)
        return UNUSABLE
    from separation import cli  # imports the libraries

    return cli.main()


def _find_cache(environ: Mapping[str, str]) -> Path:
    """Return the folder for libraries: in the checkout, or in the cache of the user."""
    if not knowledge.IS_EMBEDDED:
        return sources.ROOT / ".cache/check-separation"
    home = environ.get("XDG_CACHE_HOME") or environ.get("LOCALAPPDATA")
    try:
        return (Path(home) if home else Path("~/.cache").expanduser()) / "check-separation"
    except RuntimeError:  # for example a container whose user has no name
        message = "this user has no home for its libraries: set XDG_CACHE_HOME to a directory"
        raise libraries.LibrariesError(message) from None


def _provide_uv(cache: Path) -> Path:
    """Return the path of `ci/uv`, which keeps the uv that it downloads beside its folder."""
    if not knowledge.IS_EMBEDDED:
        return sources.ROOT / "ci/uv"
    script = cache / "ci/uv"
    script.parent.mkdir(parents=True, exist_ok=True)
    draft = script.with_name(f"uv.{os.getpid()}")  # another process may run the script now
    draft.write_text("\n".join(knowledge.read("uv")) + "\n", encoding="utf-8")
    draft.replace(script)
    return script
