# DEV-ONLY: never ship to production.
import pytest
from token_issuer.config.production import refuse_production
from token_issuer.errors import ProductionEnvironmentError


@pytest.mark.requirement("TI-10")
@pytest.mark.parametrize(
    "environ",
    [
        {"NODE_ENV": "production"},
        {"APP_ENV": " Prod "},
        {"ENVIRONMENT": "staging"},
        {"NODE_ENV": "development", "APP_ENV": "production"},
    ],
)
def test_environment_is_refused_when_a_variable_says_production(environ: dict[str, str]) -> None:
    with pytest.raises(ProductionEnvironmentError, match="dev-only") as caught:
        refuse_production(environ)

    assert caught.value.variable in environ
    assert caught.value.variable in str(caught.value)


@pytest.mark.requirement("TI-10")
@pytest.mark.parametrize("environ", [{}, {"NODE_ENV": ""}, {"APP_ENV": "docker"}, {"ENV": "QA"}])
def test_environment_is_accepted_when_no_variable_says_production(environ: dict[str, str]) -> None:
    refuse_production(environ)
