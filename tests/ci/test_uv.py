"""`ci/uv` runs the uv that is installed, or the pinned one."""

import os
import subprocess
from pathlib import Path
from typing import Final

import pytest

pytestmark = pytest.mark.requirement("OPS-7")

ROOT: Final = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("wrapper", [None, '#!/bin/sh\nexec "$REAL" "$@"\n'])
def test_uv_on_the_path_that_leads_back_is_not_called(tmp_path: Path, wrapper: str | None) -> None:
    uv = tmp_path / "uv"
    if wrapper is None:
        uv.symlink_to(ROOT / "ci/uv")
    else:
        uv.write_text(wrapper, encoding="utf-8")
        uv.chmod(0o755)
    environ = {
        **os.environ,
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "REAL": str(ROOT / "ci/uv"),
    }

    version = subprocess.check_output([uv, "--version"], env=environ, text=True, timeout=60)

    assert version.startswith("uv ")
