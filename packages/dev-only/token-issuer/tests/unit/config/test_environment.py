# DEV-ONLY: never ship to production.
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
from token_issuer.config.choices import KidStyle
from token_issuer.config.environment import (
    parse_environment,
    read_environment,
    refuse_production,
)
from token_issuer.config.settings import SETTINGS, Settings
from token_issuer.errors import ProductionEnvironmentError, SettingsError

SEED: Final = "correct horse battery staple"


@pytest.mark.requirement("TI-2")
@pytest.mark.requirement("TI-8")
def test_settings_have_their_defaults_when_nothing_is_set() -> None:
    settings = parse_environment({})

    assert settings == Settings()
    assert (settings.host, settings.port) == ("127.0.0.1", 8081)
    assert settings.issuer == "https://issuer.local"
    assert settings.audience == "stream-watcher-docker"
    assert settings.subject == "dev-user"
    assert settings.ttl == timedelta(minutes=15)
    assert settings.keys_dir is None


@pytest.mark.requirement("TI-9")
def test_settings_are_read_from_each_variable() -> None:
    settings = parse_environment({
        "TOKEN_ISSUER_HOST": "192.0.2.1",
        "TOKEN_ISSUER_PORT": "9000",
        "TOKEN_ISSUER_ISSUER": "https://accounts.test",
        "TOKEN_ISSUER_AUDIENCE": "api",
        "TOKEN_ISSUER_SUBJECT": "alice",
        "TOKEN_ISSUER_TTL": "1h30m",
        "PERSIST_KEYS_DIR": "/keys",
        "TOKEN_ISSUER_ALLOW_UNMARKED_KEYS": "TRUE",
        "TOKEN_ISSUER_CORS_ORIGINS": "https://app.test, http://127.0.0.1:3000,",
        "TOKEN_ISSUER_LOG_LEVEL": "WARNING",
        "TOKEN_ISSUER_ACCESS_LOG": "yes",
        "TOKEN_ISSUER_ALGORITHMS": "es256, EdDSA,",
        "TOKEN_ISSUER_KIDS": "HEX",
        "TOKEN_ISSUER_ROTATION": "google",
        "TOKEN_ISSUER_ROTATION_FACTOR": "8640",
        "TOKEN_ISSUER_KEYS_MAX_AGE": "0s",
        "TOKEN_ISSUER_PROFILE": "google",
        "TOKEN_ISSUER_PUBLIC_URL": "https://login.test/base/",
        "TOKEN_ISSUER_ADMIN": "no",
        "TOKEN_ISSUER_ADMIN_TOKEN": "correct-horse",
        "TOKEN_ISSUER_REQUEST_LOG": "5",
        "TOKEN_ISSUER_WORKERS": "1",
    })

    assert settings == Settings(
        host="192.0.2.1",
        port=9000,
        issuer="https://accounts.test",
        audience="api",
        subject="alice",
        ttl=timedelta(minutes=90),
        keys_dir=Path("/keys"),
        allow_unmarked_keys=True,
        cors_origins=("https://app.test", "http://127.0.0.1:3000"),
        log_level="warning",
        access_log=True,
        algorithms=("ES256", "EdDSA"),
        kids=KidStyle.HEX,
        rotation="google",
        rotation_factor=8640,
        keys_max_age=timedelta(0),
        profile="google",
        public_url="https://login.test/base",
        admin=False,
        admin_token="correct-horse",
        request_log=5,
    )
    assert "correct-horse" not in repr(settings)
    assert {"issuer", "ttl", "admin_token"} <= settings.explicit


@pytest.mark.requirement("TI-9")
def test_blank_variables_count_as_unset() -> None:
    assert parse_environment({setting.variable: "  " for setting in SETTINGS}) == Settings()


@pytest.mark.requirement("TI-9")
def test_all_mistakes_are_reported_at_once() -> None:
    wrong = {
        "TOKEN_ISSUER_PORT": "http",
        "TOKEN_ISSUER_TTL": "soon",
        "TOKEN_ISSUER_LOG_LEVEL": "loud",
        "TOKEN_ISSUER_ACCESS_LOG": "maybe",
        "TOKEN_ISSUER_CORS_ORIGINS": "app.test",
        "TOKEN_ISSUER_ISSUR": "https://typo.test",
    }

    with pytest.raises(SettingsError) as caught:
        parse_environment(wrong)

    assert len(caught.value.problems) == len(wrong)
    assert all(any(p.startswith(f"{name}:") for p in caught.value.problems) for name in wrong)
    assert "did you mean TOKEN_ISSUER_ISSUER?" in str(caught.value)


@pytest.mark.requirement("TI-9")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TOKEN_ISSUER_PORT", "-1"),
        ("TOKEN_ISSUER_PORT", "65536"),
        ("TOKEN_ISSUER_PORT", "80.5"),
        ("TOKEN_ISSUER_PORT", "https://example.test"),
        ("TOKEN_ISSUER_ALGORITHMS", "HS256"),
        ("TOKEN_ISSUER_KIDS", "random"),
        ("TOKEN_ISSUER_ROTATION", "okta"),
        ("TOKEN_ISSUER_ROTATION_FACTOR", "0.5"),
        ("TOKEN_ISSUER_ROTATION_FACTOR", "86401"),
        ("TOKEN_ISSUER_ROTATION_FACTOR", "1e3"),
        ("TOKEN_ISSUER_KEYS_MAX_AGE", "-1s"),
        ("TOKEN_ISSUER_KEYS_MAX_AGE", "25h"),
        ("TOKEN_ISSUER_PUBLIC_URL", "token-issuer:8081"),
        ("TOKEN_ISSUER_PUBLIC_URL", "http://issuer.test/?a=b"),
        ("TOKEN_ISSUER_PUBLIC_URL", "http://issuer.test?"),
        ("TOKEN_ISSUER_PUBLIC_URL", "http://issuer.test#a"),
        ("TOKEN_ISSUER_PUBLIC_URL", "http://alice:secret@issuer.test"),
        ("TOKEN_ISSUER_VERIFIER_URL", "http://token-issuer:65536"),
        ("TOKEN_ISSUER_VERIFIER_URL", "http://token-issuer:x"),
        ("TOKEN_ISSUER_VERIFIER_URL", "http://token issuer"),
        ("TOKEN_ISSUER_VERIFIER_URL", "http://token-issuer/a b"),
        ("TOKEN_ISSUER_VERIFIER_URL", "http://[::1"),
        ("TOKEN_ISSUER_VERIFIER_URL", "http://[::x]"),
        ("TOKEN_ISSUER_VERIFIER_URL", "http://:8081"),
        ("TOKEN_ISSUER_VERIFIER_URL", "http://lökalhost"),
        ("TOKEN_ISSUER_REQUEST_LOG", "many"),
        ("TOKEN_ISSUER_REQUEST_LOG", "100001"),
        ("TOKEN_ISSUER_WORKERS", "0"),
        ("TOKEN_ISSUER_WORKERS", "65"),
        ("TOKEN_ISSUER_WORKERS", "many"),
        ("TOKEN_ISSUER_TTL", "0s"),
        ("TOKEN_ISSUER_TTL", "-5m"),
        ("TOKEN_ISSUER_TTL", "36501d"),
        ("TOKEN_ISSUER_CORS_ORIGINS", "https://app.test/path"),
        ("TOKEN_ISSUER_CORS_ORIGINS", "https://*.app.test"),
        ("TOKEN_ISSUER_CORS_ORIGINS", "https://user@app.test"),
        ("TOKEN_ISSUER_CORS_ORIGINS", "ftp://app.test"),
        ("TOKEN_ISSUER_CORS_ORIGINS", "http://[broken"),
    ],
)
def test_value_is_refused_by_variable_name(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"{name}: .* is wrong: "):
        parse_environment({name: value})


@pytest.mark.requirement("TI-9")
def test_unknown_variable_lists_the_known_ones_when_nothing_is_close() -> None:
    with pytest.raises(SettingsError, match="TOKEN_ISSUER_7: no such variable; known variables: "):
        parse_environment({"TOKEN_ISSUER_7": "1"})


@pytest.mark.requirement("TI-9")
@pytest.mark.parametrize("name", ["PERSIST_KEY_DIR", "TOKEN_ISSUER_KEYS_DIR"])
def test_misspelt_variable_of_the_key_directory_is_not_ignored(name: str) -> None:
    with pytest.raises(
        SettingsError, match=f"^{name}: no such variable [(]did you mean PERSIST_KEYS_DIR( or |[?])"
    ):
        parse_environment({name: "/keys", "PERSISTENCE": "on", "PERSIST_QUEUE": "/queue"})


@pytest.mark.requirement("TI-9")
def test_variables_injected_for_a_service_of_this_name_are_ignored() -> None:
    injected = {
        "TOKEN_ISSUER_SERVICE_HOST": "10.0.0.1",
        "TOKEN_ISSUER_SERVICE_PORT": "8081",
        "TOKEN_ISSUER_SERVICE_PORT_HTTP": "8081",
        "TOKEN_ISSUER_PORT": "tcp://10.0.0.1:8081",
        "TOKEN_ISSUER_PORT_8081_TCP": "tcp://10.0.0.1:8081",
        "TOKEN_ISSUER_PORT_8081_TCP_PROTO": "tcp",
        "TOKEN_ISSUER_PORT_8081_TCP_PORT": "8081",
        "TOKEN_ISSUER_PORT_8081_TCP_ADDR": "10.0.0.1",
        "TOKEN_ISSUER_NAME": "/web/token-issuer",
        "TOKEN_ISSUER_ENV_PYTHON_VERSION": "3.13",
    }

    assert parse_environment(injected) == Settings()


@pytest.mark.requirement("TI-9")
def test_sources_win_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    env_file = tmp_path / "issuer.env"
    env_file.write_text(
        "# comment\n"
        "export TOKEN_ISSUER_HOST=file\n"
        'TOKEN_ISSUER_ISSUER="https://$HOME.test"\n'
        "TOKEN_ISSUER_SUBJECT=file\n"
    )
    monkeypatch.setenv("TOKEN_ISSUER_HOST", "process")
    monkeypatch.setenv("TOKEN_ISSUER_AUDIENCE", "process")

    environ, problems = read_environment(env_file, {"TOKEN_ISSUER_AUDIENCE": "option"})

    assert environ["TOKEN_ISSUER_SUBJECT"] == "file"
    assert environ["TOKEN_ISSUER_HOST"] == "process"
    assert environ["TOKEN_ISSUER_AUDIENCE"] == "option"
    assert environ["TOKEN_ISSUER_ISSUER"] == "https://$HOME.test"
    assert not problems


@pytest.mark.requirement("TI-9")
@pytest.mark.parametrize("blank", ["", "  "])
def test_blank_variable_does_not_hide_the_env_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, blank: str
) -> None:
    env_file = tmp_path / "issuer.env"
    env_file.write_text("TOKEN_ISSUER_HOST=file\nTOKEN_ISSUER_SUBJECT=file\n")
    monkeypatch.setenv("TOKEN_ISSUER_HOST", blank)

    environ, _ = read_environment(env_file)

    assert environ["TOKEN_ISSUER_HOST"] == "file"


@pytest.mark.requirement("TI-9")
def test_mistakes_of_the_env_file_are_reported_with_those_of_the_variables() -> None:
    with pytest.raises(SettingsError) as caught:
        parse_environment({"TOKEN_ISSUER_TTL": "soon"}, ["--env-file: line 7"])

    assert [problem.partition(":")[0] for problem in caught.value.problems] == [
        "--env-file",
        "TOKEN_ISSUER_TTL",
    ]


@pytest.mark.requirement("TI-9")
@pytest.mark.parametrize(
    ("environ", "remedy"),
    [
        ({"TOKEN_ISSUER_ADMIN": "true"}, "unset TOKEN_ISSUER_ADMIN"),
        ({"TOKEN_ISSUER_ADMIN_TOKEN": "correct-horse"}, "unset TOKEN_ISSUER_ADMIN"),
        ({"TOKEN_ISSUER_ROTATION": "google"}, "set TOKEN_ISSUER_KEY_SEED or PERSIST_KEYS_DIR"),
        ({"TOKEN_ISSUER_LOGIN": "bob"}, "unset TOKEN_ISSUER_LOGIN"),
        ({"TOKEN_ISSUER_SERVICE_ACCOUNTS": "sa.json"}, "unset TOKEN_ISSUER_SERVICE_ACCOUNTS"),
    ],
)
def test_several_workers_refuse_what_they_would_not_share(
    environ: dict[str, str], remedy: str
) -> None:
    parse_environment(environ)
    with pytest.raises(SettingsError, match=f"TOKEN_ISSUER_WORKERS: more than one .*{remedy}"):
        parse_environment({**environ, "TOKEN_ISSUER_WORKERS": "2"})


@pytest.mark.requirement("TI-9")
def test_mistake_is_explained_under_the_option_that_set_the_value() -> None:
    environ = {
        "TOKEN_ISSUER_TTL": "soon",
        "TOKEN_ISSUER_KEYS_MAX_AGE": "soon",
        "TOKEN_ISSUER_WORKERS": "2",
        "TOKEN_ISSUER_ROTATION": "google",
    }
    options = {"TOKEN_ISSUER_TTL", "TOKEN_ISSUER_WORKERS", "TOKEN_ISSUER_ROTATION"}
    with pytest.raises(SettingsError) as caught:
        parse_environment(environ, options=options)

    names = [problem.partition(":")[0] for problem in caught.value.problems]
    assert names == ["--ttl", "TOKEN_ISSUER_KEYS_MAX_AGE", "--workers"]
    assert caught.value.problems[-1].endswith("or PERSIST_KEYS_DIR, or --rotation=off")


@pytest.mark.requirement("TI-12")
@pytest.mark.parametrize("keys", [{"TOKEN_ISSUER_KEY_SEED": SEED}, {"PERSIST_KEYS_DIR": "/keys"}])
@pytest.mark.parametrize(
    ("environ", "remedy"),
    [
        ({"TOKEN_ISSUER_ADMIN": "true"}, "unset TOKEN_ISSUER_ADMIN and TOKEN_ISSUER_ADMIN_TOKEN"),
        ({"TOKEN_ISSUER_ADMIN_TOKEN": "correct-horse"}, "unset TOKEN_ISSUER_ADMIN"),
        ({"TOKEN_ISSUER_LOGIN": "bob"}, "unset TOKEN_ISSUER_LOGIN"),
        ({"TOKEN_ISSUER_SERVICE_ACCOUNTS": "sa.json"}, "unset TOKEN_ISSUER_SERVICE_ACCOUNTS"),
        ({"TOKEN_ISSUER_TLS": "true"}, "set TOKEN_ISSUER_TLS_CERT and TOKEN_ISSUER_TLS_KEY"),
        ({"TOKEN_ISSUER_ISSUER": "self"}, "set TOKEN_ISSUER_PUBLIC_URL"),
    ],
)
def test_replicas_refuse_what_they_would_not_share(
    keys: dict[str, str], environ: dict[str, str], remedy: str
) -> None:
    parse_environment({**keys, **environ})
    replicas = {**keys, "TOKEN_ISSUER_REPLICAS": "3"}
    assert not parse_environment(replicas).has_admin
    with pytest.raises(SettingsError, match=f"^TOKEN_ISSUER_REPLICAS: .*{remedy}"):
        parse_environment({**replicas, **environ})


@pytest.mark.requirement("TI-12")
@pytest.mark.parametrize("rotation", ["off", "google"])
def test_replicas_need_common_keys(rotation: str) -> None:
    environ = {"TOKEN_ISSUER_REPLICAS": "3", "TOKEN_ISSUER_ROTATION": rotation}

    with pytest.raises(SettingsError, match="set TOKEN_ISSUER_KEY_SEED, or PERSIST_KEYS_DIR to a"):
        parse_environment(environ)
    for name in ("TOKEN_ISSUER_REPLICAS", "TOKEN_ISSUER_WORKERS"):
        settings = parse_environment({**environ, name: "2", "TOKEN_ISSUER_KEY_SEED": SEED})
        assert not settings.is_alone


@pytest.mark.requirement("TI-12")
@pytest.mark.parametrize(
    ("seed", "problem"),
    [
        ("fifteen-chars-1", "expected 16 to 1024 printable characters"),
        ("long" * 257, "expected 16 to 1024 printable characters"),
        ("sixteen-chars\n-of-which-one-breaks", "printable characters"),
        ("sixteen-chars\t-of-which-one-is-a-tab", "printable characters"),
        ("sixteen-chars-of-which-one-is-\udc80", "printable characters"),
        ("sixteen-chars-of-which-one-is-\0", "printable characters"),
        ("xxxxxxxxxxxxxxxx", "expected at least 5 different characters"),
        ("0123" * 4, "expected at least 5 different characters"),
    ],
)
def test_weak_seed_is_refused_and_not_shown(seed: str, problem: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_environment({"TOKEN_ISSUER_KEY_SEED": seed})

    assert str(caught.value).startswith("TOKEN_ISSUER_KEY_SEED: the value is wrong: ")
    assert problem in str(caught.value)
    assert str(caught.value).endswith("make one with openssl rand -hex 32")
    assert seed[:15] not in str(caught.value)


@pytest.mark.requirement("TI-12")
@pytest.mark.parametrize("seed", ["0123456789abcdef", "Schlüssel für Prüfstände", "ab cde" * 9])
def test_seed_is_kept_as_it_is_and_not_shown(seed: str) -> None:
    settings = parse_environment({"TOKEN_ISSUER_KEY_SEED": f" {seed} "})

    assert settings.key_seed == seed
    assert seed not in repr(settings)


@pytest.mark.requirement("TI-12")
def test_seed_and_directory_contradict_each_other() -> None:
    environ = {"TOKEN_ISSUER_KEY_SEED": SEED, "PERSIST_KEYS_DIR": "/keys"}

    with pytest.raises(SettingsError, match=r"^TOKEN_ISSUER_KEY_SEED: .* PERSIST_KEYS_DIR; unset"):
        parse_environment(environ)
    with pytest.raises(SettingsError, match=r"^TOKEN_ISSUER_KEY_SEED: .* --keys-dir; unset"):
        parse_environment(environ, options={"PERSIST_KEYS_DIR"})


@pytest.mark.requirement("TI-9")
def test_several_workers_need_linux(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "darwin")

    with pytest.raises(SettingsError, match="TOKEN_ISSUER_WORKERS: more than one needs Linux"):
        parse_environment({"TOKEN_ISSUER_WORKERS": "2"})


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
