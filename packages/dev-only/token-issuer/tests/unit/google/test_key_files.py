# DEV-ONLY: never ship to production.
"""Key files of service accounts: their content, and which files are refused."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from jwt_core import Algorithm, encode_private_pem, generate_key
from token_issuer.errors import InvalidInputError, KeyDirectoryError, UnmarkedKeyError
from token_issuer.google import key_directory
from token_issuer.google.key_directory import KeyFiles
from token_issuer.google.key_files import (
    MAX_KEY_FILE_BYTES,
    check_email,
    derive_client_id,
    encode_key_file,
    read_key_file,
)
from token_issuer.google.service_accounts import ServiceAccounts
from token_issuer.keys.watermark import has_watermark

pytestmark = pytest.mark.requirement("GO-5")

EMAIL: Final = "app@dev-only-project.iam.gserviceaccount.com"
OTHER_EMAIL: Final = "other@dev-only-project.iam.gserviceaccount.com"
DEFAULT_EMAIL: Final = "dev-only@dev-only-project.iam.gserviceaccount.com"
KeyFile = Mapping[str, Any]


def write(path: Path, document: object) -> Path:
    path.write_text(json.dumps(document))
    return path


def test_key_file_has_the_members_of_google(key_files: Mapping[str, KeyFile]) -> None:
    key_file = key_files[EMAIL]
    url = "http://issuer.test:8081"

    assert len(key_file["private_key_id"]) == 40
    assert key_file["private_key"].startswith("-----BEGIN PRIVATE KEY-----\n")
    assert {**key_file, "private_key": "", "private_key_id": ""} == {
        "type": "service_account",
        "project_id": "dev-only-project",
        "private_key_id": "",
        "private_key": "",
        "client_email": EMAIL,
        "client_id": derive_client_id(EMAIL),
        "auth_uri": f"{url}/o/oauth2/v2/auth",
        "token_uri": f"{url}/token",
        "auth_provider_x509_cert_url": f"{url}/oauth2/v1/certs",
        "client_x509_cert_url": f"{url}/robot/v1/metadata/x509/{EMAIL.replace('@', '%40')}",
        "universe_domain": "googleapis.com",
        "dev_only": True,
    }


def test_unique_number_has_21_digits_and_stays(key_files: Mapping[str, KeyFile]) -> None:
    numbers = {derive_client_id(f"a{number}@b.test") for number in range(1000)}

    assert len(numbers) == 1000
    assert {(len(number), number[0], number.isdigit()) for number in numbers} == {(21, "1", True)}
    assert derive_client_id(EMAIL) == key_files[EMAIL]["client_id"]


def test_key_file_is_read_as_it_was_written(
    tmp_path: Path, key_files: Mapping[str, KeyFile]
) -> None:
    path = tmp_path / "key.json"
    path.write_bytes(encode_key_file(key_files[EMAIL]))

    key = read_key_file(path)

    assert (key.email, key.client_id) == (EMAIL, key_files[EMAIL]["client_id"])
    assert key.key.kid == key_files[EMAIL]["private_key_id"]
    assert has_watermark(key.key.verification_key.public_key)
    assert "PRIVATE" not in repr(key)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"type": "authorized_user"}, "type: expected service_account"),
        ({"type": None}, "type: expected service_account"),
        ({"client_email": None}, "email: expected"),
        ({"client_email": "App@X"}, "email: expected"),
        ({"client_email": [EMAIL]}, "email: expected"),
        ({"client_id": 5}, "client_id: expected"),
        ({"client_id": "x"}, "client_id: expected"),
        ({"private_key_id": ""}, "private_key_id: expected"),
        ({"private_key_id": "a b"}, "private_key_id: expected"),
        ({"private_key_id": "x" * 101}, "private_key_id: expected"),
        ({"private_key": None}, "private_key: expected"),
        ({"private_key": "x"}, "not a private key in PEM"),
    ],
)
def test_other_file_is_refused(
    tmp_path: Path, key_files: Mapping[str, KeyFile], changes: KeyFile, reason: str
) -> None:
    path = write(tmp_path / "key.json", {**key_files[EMAIL], **changes})

    with pytest.raises(KeyDirectoryError) as caught:
        read_key_file(path)
    assert reason in str(caught.value)
    assert "make-service-account FILE" in str(caught.value)
    assert "PRIVATE KEY-----\n" not in str(caught.value)


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b"\xff", b'{"a":1,"a":2}', b"NaN", b"null"])
def test_file_that_is_no_json_object_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "key.json"
    path.write_bytes(data)

    with pytest.raises(KeyDirectoryError, match="not one JSON object"):
        read_key_file(path)


def test_key_of_a_real_account_is_refused(tmp_path: Path, key_files: Mapping[str, KeyFile]) -> None:
    pem = encode_private_pem(generate_key(Algorithm.RS256)).decode()
    path = write(tmp_path / "key.json", {**key_files[EMAIL], "private_key": pem})

    with pytest.raises(UnmarkedKeyError, match="may be that of a real service account"):
        read_key_file(path)


def test_key_of_another_kind_is_refused(tmp_path: Path, key_files: Mapping[str, KeyFile]) -> None:
    pem = encode_private_pem(generate_key(Algorithm.ES256)).decode()
    path = write(tmp_path / "key.json", {**key_files[EMAIL], "private_key": pem})

    with pytest.raises(KeyDirectoryError, match="is not a key file"):
        read_key_file(path)


def test_large_file_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "key.json", {"type": "x" * MAX_KEY_FILE_BYTES})

    with pytest.raises(KeyDirectoryError, match="larger than 64 KiB"):
        read_key_file(path)


@pytest.mark.parametrize(
    "email", ["", "x", "@x", "x@", "X@y.test", "x@y.test\n", "x y@z.test", f"{'x' * 64}@y.test", 5]
)
def test_malformed_email_is_rejected(email: object) -> None:
    with pytest.raises(InvalidInputError, match="email: expected"):
        check_email(email)


def test_directory_is_read_again_when_an_account_or_a_key_is_unknown(
    tmp_path: Path, key_files: Mapping[str, KeyFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[Path] = []

    def read(path: Path) -> Any:
        reads.append(path)
        return read_key_file(path)

    monkeypatch.setattr(key_directory, "read_key_file", read)
    accounts = ServiceAccounts([tmp_path], default_email=DEFAULT_EMAIL)
    accounts.load()
    assert accounts.find(EMAIL) is None

    write(tmp_path / "a.json", key_files[EMAIL])
    first = accounts.find(EMAIL)
    assert first
    assert accounts.find(EMAIL) == accounts.find(EMAIL, first.keys[0].kid)
    assert accounts.find("nobody@x.test") is None
    assert reads == [tmp_path / "a.json"]

    replaced = {**key_files[OTHER_EMAIL], "client_email": EMAIL}
    write(tmp_path / "b.json", replaced)
    found = accounts.find(EMAIL, replaced["private_key_id"])
    assert found
    assert [key.kid for key in found.keys] == [
        key_files[EMAIL]["private_key_id"], replaced["private_key_id"],
    ]  # fmt: skip
    assert reads == [tmp_path / "a.json", tmp_path / "b.json"]

    (tmp_path / "a.json").unlink()
    assert accounts.find(EMAIL, "unknown")
    assert [key.kid for key in accounts.find(EMAIL).keys] == [replaced["private_key_id"]]  # type: ignore[union-attr]  # found above


def test_files_of_a_directory_are_those_with_the_suffix(
    tmp_path: Path, key_files: Mapping[str, KeyFile]
) -> None:
    write(tmp_path / "a.json", key_files[EMAIL])
    write(tmp_path / ".hidden.json", {})
    write(tmp_path / "notes.txt", {})
    files = KeyFiles([tmp_path])

    files.refresh()

    assert list(files.keys) == [EMAIL]


def test_unusable_file_is_an_error_at_the_start_and_a_warning_later(
    tmp_path: Path, key_files: Mapping[str, KeyFile], caplog: pytest.LogCaptureFixture
) -> None:
    write(tmp_path / "a.json", key_files[EMAIL])
    write(tmp_path / "b.json", {})
    accounts = ServiceAccounts([tmp_path], default_email=DEFAULT_EMAIL)
    with pytest.raises(KeyDirectoryError, match=r"b\.json: is not a key file"):
        accounts.load()

    assert accounts.find(EMAIL)
    assert caplog.records == []
    write(tmp_path / "b.json", {"type": "x"})
    assert accounts.find("nobody@x.test") is None
    assert accounts.find("nobody@x.test") is None
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "b.json" in caplog.text


def test_file_that_is_gone_hides_no_other_one(
    tmp_path: Path, key_files: Mapping[str, KeyFile], caplog: pytest.LogCaptureFixture
) -> None:
    declared, directory = tmp_path / "declared.json", tmp_path / "accounts"
    directory.mkdir()
    write(declared, key_files[EMAIL])
    accounts = ServiceAccounts([declared, directory], default_email=DEFAULT_EMAIL)
    accounts.load()
    declared.unlink()
    (directory / "a.json").symlink_to(tmp_path / "absent")
    (directory / "b.json").symlink_to(directory / "b.json")  # which leads to itself
    write(directory / "c.json", key_files[OTHER_EMAIL])

    assert accounts.find(OTHER_EMAIL)
    assert accounts.find(EMAIL) is None
    assert "declared.json: does not exist; correct TOKEN_ISSUER_SERVICE_ACCOUNTS" in caplog.text


def test_missing_path_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(KeyDirectoryError, match="TOKEN_ISSUER_SERVICE_ACCOUNTS"):
        KeyFiles([tmp_path / "absent.json"]).refresh()


def test_number_of_files_is_limited(tmp_path: Path) -> None:
    for number in range(101):
        (tmp_path / f"{number}.json").touch()

    with pytest.raises(KeyDirectoryError, match="at most 100 key files"):
        KeyFiles([tmp_path]).refresh()


def test_added_account_gets_a_new_key_and_can_be_removed() -> None:
    accounts = ServiceAccounts(default_email=DEFAULT_EMAIL, url="http://a.test")
    first = accounts.add(EMAIL)
    second = accounts.add(EMAIL, url="http://b.test")

    assert first["token_uri"] == "http://a.test/token"
    assert second["token_uri"] == "http://b.test/token"
    found = accounts.find(EMAIL)
    assert found
    assert [key.kid for key in found.keys] == [second["private_key_id"]]
    assert accounts.ensure_key(found).kid == second["private_key_id"]
    assert accounts.find_by_number(first["client_id"]) == found
    accounts.remove(EMAIL)
    assert accounts.find(EMAIL) is None
    with pytest.raises(InvalidInputError, match="no added service account is named"):
        accounts.remove(EMAIL)


def test_number_of_added_accounts_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("token_issuer.google.service_accounts.MAX_ADDED_ACCOUNTS", 1)
    accounts = ServiceAccounts(default_email=DEFAULT_EMAIL)
    accounts.add(EMAIL)

    with pytest.raises(InvalidInputError, match="at most 1"):
        accounts.add(OTHER_EMAIL)
    accounts.add(EMAIL)


def test_default_account_has_one_key_from_its_first_use() -> None:
    accounts = ServiceAccounts(default_email=DEFAULT_EMAIL)
    default = accounts.default

    assert default.email == "dev-only@dev-only-project.iam.gserviceaccount.com"
    assert default.keys == ()
    key = accounts.ensure_key(default)
    assert accounts.ensure_key(default) is key
    assert accounts.default.keys == (key,)
    assert list(accounts) == [accounts.default]


def test_project_is_a_part_of_the_email() -> None:
    accounts = ServiceAccounts(default_email="123-compute@developer.gserviceaccount.com")

    assert accounts.default.project == "dev-only-project"
    assert accounts.add("x@my-project.iam.gserviceaccount.com")["project_id"] == "my-project"
