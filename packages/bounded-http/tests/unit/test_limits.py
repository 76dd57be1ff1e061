"""The limits themselves, and the example in the README."""

import re
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from bounded_http.limits import Limits
from bounded_http.protocol import BoundedProtocol

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("header_bytes", 1023),
        ("header_bytes", 1024 * 1024 + 1),
        ("body_bytes_per_s", -1),
        ("request_s", 0),
        ("keep_alive_s", -1.0),
        ("response_s", float("nan")),
        ("half_close_s", 86401),
    ],
)
def test_invalid_limit_is_an_error_that_names_it(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"^{name}: expected "):
        Limits(**{name: value})


def test_readme_lists_the_limits_with_their_defaults() -> None:
    listed = re.findall(r"^\| `(\w+_(?:s|bytes))` \| (\d+) \|", README, re.MULTILINE)

    assert {name: float(default) for name, default in listed} == {
        name: getattr(Limits(), name) for name in Limits.__dataclass_fields__
    }


def test_readme_example_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    configurations: list[uvicorn.Config] = []
    monkeypatch.setattr(uvicorn.Server, "run", lambda server: configurations.append(server.config))
    for block in re.findall(r"```python\n(.+?)```", README, re.DOTALL):
        exec(block, {})  # noqa: S102  # an example on a page of this repository
    config = configurations[0]
    config.load()
    factory: Any = config.http_protocol_class

    assert factory.func is BoundedProtocol
    assert factory.args == (Limits(keep_alive_s=120),)
