"""The error hierarchy."""

import pytest
from proxy_guard import errors


@pytest.mark.requirement("PG-4")
def test_every_error_has_a_unique_code() -> None:
    base = errors.ProxyGuardError
    classes: list[type[errors.ProxyGuardError]] = [base, *base.__subclasses__()]

    assert len({error.code for error in classes}) == len(classes) == 5
    assert not any(issubclass(error, SystemExit) for error in classes)
