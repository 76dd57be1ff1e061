"""The examples in the docstrings of the public functions."""

import doctest

import pytest
from proxy_guard import guard, screening


@pytest.mark.requirement("PG-4")
@pytest.mark.parametrize("module", [guard, screening], ids=lambda module: module.__name__)
def test_examples_run_as_shown(module: object) -> None:
    results = doctest.testmod(module, optionflags=doctest.ELLIPSIS)  # type: ignore[arg-type]

    assert results.attempted
    assert not results.failed
