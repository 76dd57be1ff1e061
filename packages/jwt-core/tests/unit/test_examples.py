"""The examples of the page and of the docstrings run as they are written."""

import doctest
import re
from pathlib import Path
from typing import Final

import pytest
from jwt_core import verification
from jwt_core.remote import client

README: Final = Path(__file__).parents[2] / "README.md"


@pytest.mark.requirement("JC-2")
def test_examples_of_the_page_run_in_order() -> None:
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    assert len(blocks) == 2
    exec("\n".join(blocks), {})  # noqa: S102  # our own page


@pytest.mark.requirement("JC-2")
@pytest.mark.parametrize("module", [verification, client], ids=lambda module: module.__name__)
def test_examples_of_docstrings_run(module: object) -> None:
    results = doctest.testmod(module)  # type: ignore[arg-type]
    assert results.attempted
    assert not results.failed
