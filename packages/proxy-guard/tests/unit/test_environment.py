"""The definition of production."""

import os

import pytest
from proxy_guard.environment import (
    ENVIRONMENT_VARIABLES,
    NON_PRODUCTION_WORDS,
    classify,
    current_environ,
)

pytestmark = pytest.mark.requirement("PG-2")


@pytest.mark.parametrize("variable", ENVIRONMENT_VARIABLES)
@pytest.mark.parametrize("word", sorted(NON_PRODUCTION_WORDS))
def test_environment_is_not_production_when_a_variable_says_so(variable: str, word: str) -> None:
    environment = classify({variable: word})

    assert not environment.is_production
    assert environment.variable == variable
    assert environment.reason == f"{variable} says {word!r}"


@pytest.mark.parametrize("variable", ENVIRONMENT_VARIABLES)
def test_environment_is_production_when_any_one_variable_says_so(variable: str) -> None:
    others = dict.fromkeys(ENVIRONMENT_VARIABLES, "dev")

    environment = classify(others | {variable: "production"})

    assert environment.is_production
    assert environment.variable == variable
    assert environment.reason == f"{variable} says 'production'"


@pytest.mark.parametrize(
    "word",
    [
        "production",
        "prod",
        "live",
        "PRODUCTION",
        "staging",
        "stage",
        "uat",
        "preview",
        "demo",
        "qa1",
        "qa-eu",
        "development2",
        "devel",
        "dev,local",
        "dev prod",
        "non-production",
        "none",
        "false",
        "0",
        "'dev'",
        '"dev"',
        "d\u0435v",
        "de\u200bv",
        "/etc/shinit",
    ],
)
def test_any_word_outside_the_list_means_production(word: str) -> None:
    assert classify({"APP_ENV": word, "NODE_ENV": "dev"}).is_production


@pytest.mark.parametrize("word", ["QA", " qa ", "\tQa\r\n", "\u00a0qa", "DoCkEr", "Development "])
def test_case_and_surrounding_blanks_do_not_matter(word: str) -> None:
    assert not classify({"APP_ENV": word}).is_production


@pytest.mark.parametrize(
    "environ",
    [
        {},
        dict.fromkeys(ENVIRONMENT_VARIABLES, ""),
        dict.fromkeys(ENVIRONMENT_VARIABLES, " \t"),
        {"HOME": "/home/dev", "DEBUG": "1", "app_env": "dev", "PROXY_GUARD": "off"},
    ],
    ids=["empty", "all-empty", "all-blank", "unrelated"],
)
def test_production_is_assumed_when_nothing_says_otherwise(environ: dict[str, str]) -> None:
    environment = classify(environ)

    assert environment.is_production
    assert environment.variable is None
    assert "production is assumed" in environment.reason


def test_blank_variables_are_ignored() -> None:
    environment = classify({"APP_ENV": "", "ENVIRONMENT": " ", "NODE_ENV": "test"})

    assert not environment.is_production
    assert environment.variable == "NODE_ENV"


def test_reason_shows_a_plain_word_and_the_accepted_ones() -> None:
    reason = classify({"NODE_ENV": "Pre-Prod"}).reason

    assert reason.startswith("NODE_ENV says 'pre-prod', which is not one of ci, dev, ")


@pytest.mark.parametrize("secret", ["s3cr3t", "hunter two", "a" * 21, "p\u00e4ss", "k=v", "---"])
def test_reason_hides_a_value_that_may_be_a_misplaced_secret(secret: str) -> None:
    environment = classify({"ENV": secret})

    assert environment.variable == "ENV"
    assert secret not in environment.reason
    assert secret not in repr(environment)


def test_repr_shows_the_verdict_and_the_reason() -> None:
    assert repr(classify({"ENV": "qa"})) == "<DeploymentEnvironment non-production: ENV says 'qa'>"
    assert "production: ENV says 'prod'" in repr(classify({"ENV": "prod"}))


def test_current_environ_is_that_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APP_ENV", "qa")

    assert current_environ()["APP_ENV"] == "qa"
    assert current_environ() is os.environ
