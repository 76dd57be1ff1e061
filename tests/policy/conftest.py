"""Fixtures: both policies, each loaded once into its engine."""

from pathlib import Path
from typing import Final

import pytest

from tests.policy.admission import AdmissionPolicy
from tests.policy.rego import RegoPolicy

POLICY: Final = Path(__file__).resolve().parents[2] / "policy"


@pytest.fixture(scope="session")
def admission() -> AdmissionPolicy:
    return AdmissionPolicy(POLICY / "kubernetes.yaml")


@pytest.fixture(scope="session")
def rego() -> RegoPolicy:
    return RegoPolicy(POLICY / "conftest")
