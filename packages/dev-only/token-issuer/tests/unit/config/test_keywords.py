# DEV-ONLY: never ship to production.
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, get_type_hints

import pytest
from token_issuer.config.choices import KidStyle
from token_issuer.config.keywords import SettingKeywords, parse_keywords
from token_issuer.config.profiles import BUILT_IN, Profile
from token_issuer.config.settings import SETTINGS, Settings
from token_issuer.errors import SettingsError

ALSO_ACCEPTED: Final[Mapping[object, Any]] = {
    timedelta: timedelta | str,
    timedelta | None: timedelta | str | None,
    Path: Path | str,
    Path | None: Path | str | None,
    KidStyle | None: KidStyle | str | None,
    tuple[str, ...]: Sequence[str],
    tuple[Path, ...]: Sequence[Path | str],
    Mapping[str, Profile]: Mapping[str, Profile] | Path | str,
    Mapping[str, Any]: Mapping[str, Mapping[str, Any]],
}
"""The types of keyword arguments that are wider than those of their settings."""


@pytest.mark.requirement("TI-9")
def test_typed_keywords_are_the_settings() -> None:
    hints = get_type_hints(Settings)
    types = {setting.name: hints[setting.name] for setting in SETTINGS}

    assert get_type_hints(SettingKeywords) == {
        name: ALSO_ACCEPTED.get(type_, type_) for name, type_ in types.items()
    }


@pytest.mark.requirement("TI-9")
@pytest.mark.parametrize(
    ("keywords", "expected"),
    [
        ({"ttl": "90s"}, {"ttl": timedelta(seconds=90)}),
        ({"ttl": timedelta(hours=1)}, {"ttl": timedelta(hours=1)}),
        ({"keys_max_age": "0s"}, {"keys_max_age": timedelta(0)}),
        ({"keys_dir": "keys"}, {"keys_dir": Path("keys")}),
        ({"kids": "thumbprint"}, {"kids": KidStyle.THUMBPRINT}),
        ({"algorithms": ["ES256", "es256"]}, {"algorithms": ("ES256",)}),
        ({"cors_origins": ("https://a.test",)}, {"cors_origins": ("https://a.test",)}),
        ({"rotation_factor": 8640}, {"rotation_factor": 8640}),
        ({"port": 0, "request_log": 0}, {"port": 0, "request_log": 0}),
    ],
)
def test_keywords_are_python_values_or_the_text_of_variables(
    keywords: dict[str, object], expected: dict[str, Any]
) -> None:
    settings = parse_keywords(keywords)

    assert settings == Settings(**expected)
    assert settings.explicit == keywords.keys()


@pytest.mark.requirement("TI-9")
def test_none_leaves_a_setting_without_default_unset() -> None:
    settings = parse_keywords({"keys_dir": None, "admin": None, "kids": None})

    assert settings == Settings()
    assert not settings.explicit


@pytest.mark.requirement("GO-2")
def test_profiles_are_given_as_objects_or_by_their_file(tmp_path: Path) -> None:
    file = tmp_path / "profiles.toml"
    file.write_text("[profiles.staff]\n")
    staff = Profile(name="staff")

    for own in ({"staff": staff}, file, str(file)):
        assert parse_keywords({"profiles": own}).profiles == {**BUILT_IN, "staff": staff}


@pytest.mark.requirement("TI-9")
@pytest.mark.parametrize(
    ("keywords", "problem"),
    [
        ({"audienc": "a"}, "audienc: no such setting (did you mean audience?)"),
        ({"x": 1}, "x: no such setting; known settings: host, port, "),
        ({"audience": 5}, "audience: 5 is wrong: expected text"),
        ({"audience": "   "}, "audience: '   ' is wrong: expected text that is not blank"),
        ({"issuer": ""}, "issuer: '' is wrong: expected text that is not blank"),
        ({"host": ""}, "host: '' is wrong: expected text that is not blank"),
        ({"keys_dir": ""}, "keys_dir: '' is wrong: expected the path of a directory"),
        ({"ttl": 5}, 'ttl: 5 is wrong: not a duration: it has no unit; write "5s"'),
        ({"ttl": 0.5}, "ttl: 0.5 is wrong: not a duration: it has no unit; write timedelta(seco"),
        ({"ttl": None}, "ttl: None is wrong: not a duration such as 90s"),
        ({"ttl": timedelta(0)}, "is wrong: expected more than zero and at most 100 years"),
        ({"keys_max_age": timedelta(days=2)}, "is wrong: expected 0s to 24h"),
        ({"kids": "hx"}, "'hx' is wrong: expected one of dev-key, thumbprint, hex (did you mean h"),
        ({"algorithms": ["es265"]}, "expected one of RS256, PS256, ES256, EdDSA (did you mean "),
        ({"algorithms": 5}, "algorithms: 5 is wrong: expected names of algorithms: RS256, "),
        ({"rotation": "gogle"}, "'gogle' is wrong: expected one of off, google (did you mean goo"),
        ({"rotation_factor": True}, "expected a number from 1 (real time) to 86400"),
        ({"port": True}, "port: True is wrong: expected a port, 0 (any free one) to 65535"),
        ({"port": 65536}, "expected a port"),
        ({"access_log": 1}, "access_log: 1 is wrong: expected true or false"),
        ({"keys_dir": 5}, "keys_dir: 5 is wrong: expected the path of a directory"),
        ({"tls_ca": ""}, "tls_ca: '' is wrong: expected the path of a file"),
        ({"tls_ca": None}, "tls_ca: None is wrong: expected the path of a file"),
        ({"tls_ca": "/"}, "tls_ca: '/' is wrong: expected a file, not a directory"),
        ({"tls_key": "~/key.pem"}, "tls_key: '~/key.pem' is wrong: only a shell expands ~: write "),
        ({"tls_cert": "a.pem"}, "tls_cert: a certificate and its key belong together; set tls_key"),
        ({"tls_key": "a.pem"}, "tls_key: a certificate and its key belong together; set tls_cert"),
        (
            {"tls": True, "tls_cert": "a.pem", "tls_key": "a.pem"},
            "tls: generates a certificate, but tls_cert names one; unset tls, or tls_cert and ",
        ),
        ({"tls": "maybe"}, "tls: 'maybe' is wrong: expected true or false"),
        ({"keys_dir": Path(__file__)}, "expected a directory, not a file: name the one that "),
        ({"keys_dir": "~/keys"}, "keys_dir: '~/keys' is wrong: only a shell expands ~: write "),
        ({"public_url": 5}, "expected a URL such as"),
        ({"admin_token": 12345678}, "admin_token: the value is wrong: expected at least 8"),
        ({"cors_origins": [5]}, "expected * or origins such as"),
        ({"profiles": {"a": {}}}, "expected a path, or a mapping of names to profiles"),
        ({"profile": "gogle"}, "profile: no profile is named 'gogle' (did you mean google?)"),
        ({"workers": 2}, "workers: an issuer in a test runs in its process; leave workers out"),
        ({"admin": True, "host": "::"}, "set admin_token too, or listen on 127.0.0.1"),
    ],
)
def test_mistake_is_explained_under_the_name_of_the_argument(
    keywords: dict[str, object], problem: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_keywords(keywords)

    assert problem in caught.value.problems[0]
    assert caught.value.problems[0].partition(":")[0] == next(iter(keywords))


@pytest.mark.requirement("TI-9")
def test_all_mistakes_are_reported_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        parse_keywords({"audienc": "a", "ttl": 5, "port": "http"})

    assert len(caught.value.problems) == 3
