"""The documents of the proxy agree with its settings."""

import re
from pathlib import Path
from typing import Final

import proxy_guard
import pytest
from reference_proxy.settings import Settings

ROOT: Final = Path(__file__).parents[2]
README: Final = (ROOT / "README.md").read_text("utf-8")
ENV_FILES: Final = {path.name: path.read_text("utf-8") for path in ROOT.glob(".env.*.example")}


@pytest.mark.requirement("OPS-2")
@pytest.mark.parametrize("name", sorted(ENV_FILES))
def test_env_file_is_valid_in_development_and_refused_in_production(name: str) -> None:
    assert name in README
    environ = dict(re.findall(r"^(\w+)=(.*)$", ENV_FILES[name], re.MULTILINE))

    assert Settings.from_env(environ).issuer == environ["JWT_ISSUER"]
    assert proxy_guard.check(environ, probe=False).allowed
    assert not proxy_guard.check({**environ, "NODE_ENV": "production"}, probe=False).allowed


@pytest.mark.requirement("OPS-2")
def test_table_lists_each_variable() -> None:
    listed = re.findall(r"^\| `([A-Z_]+)` \|", README, re.MULTILINE)

    assert listed == re.findall(r"`([A-Z]+_[A-Z_]+)`", Settings.__doc__ or "")
