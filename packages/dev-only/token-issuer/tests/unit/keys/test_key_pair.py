# DEV-ONLY: never ship to production.
import logging
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from jwt_core import (
    Algorithm,
    SigningKey,
    decode_public_key,
    encode_private_pem,
    encode_public_pem,
    generate_key,
)
from token_issuer.errors import KeyDirectoryError, UnmarkedKeyError
from token_issuer.keys.storage.key_pair import load_key, open_key_directory


@pytest.fixture
def filled_dir(keys_dir: Path, marked_key: SigningKey) -> Path:
    open_key_directory(keys_dir, generate=lambda: marked_key)
    return keys_dir


def read_all(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in directory.iterdir()}


def refuse_to_generate() -> SigningKey:
    raise AssertionError


@pytest.mark.requirement("TI-6")
def test_pair_is_made_in_an_absent_directory(tmp_path: Path) -> None:
    directory = tmp_path / "a" / "keys"

    key = open_key_directory(directory)

    assert set(read_all(directory)) == {"private.pem", "public.pem"}
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert stat.S_IMODE((directory / "private.pem").stat().st_mode) == 0o600
    assert stat.S_IMODE((directory / "public.pem").stat().st_mode) == 0o644
    public_key = decode_public_key((directory / "public.pem").read_text()).public_key
    assert public_key == key.verification_key.public_key
    assert key.kid == "dev-key"


@pytest.mark.requirement("TI-6")
def test_pair_is_reused_by_the_next_start(filled_dir: Path, marked_key: SigningKey) -> None:
    before = read_all(filled_dir)

    key = open_key_directory(filled_dir, generate=refuse_to_generate)

    assert key.verification_key == marked_key.verification_key
    assert load_key(filled_dir).verification_key == marked_key.verification_key
    assert read_all(filled_dir) == before


@pytest.mark.requirement("TI-6")
def test_public_key_is_restored_when_missing(filled_dir: Path, marked_key: SigningKey) -> None:
    (filled_dir / "public.pem").unlink()

    open_key_directory(filled_dir, generate=refuse_to_generate)

    assert (filled_dir / "public.pem").read_bytes() == encode_public_pem(marked_key)


@pytest.mark.requirement("TI-6")
@pytest.mark.parametrize("function", [open_key_directory, load_key])
def test_public_key_alone_is_rejected_and_nothing_is_written(
    filled_dir: Path, function: Callable[[Path], SigningKey]
) -> None:
    (filled_dir / "private.pem").unlink()
    before = read_all(filled_dir)

    with pytest.raises(
        KeyDirectoryError, match=r"public\.pem: its private key, private\.pem, is missing"
    ):
        function(filled_dir)

    assert read_all(filled_dir) == before


@pytest.mark.requirement("TI-6")
@pytest.mark.parametrize("kind", ["broken", "foreign"])
def test_remedy_for_an_unusable_key_leads_to_a_fresh_pair(
    filled_dir: Path, tmp_path: Path, kind: str
) -> None:
    (filled_dir / "private.pem").write_bytes(encode_unusable_keys()[kind][0])

    with pytest.raises(KeyDirectoryError, match=r"move it and public\.pem away"):
        open_key_directory(filled_dir)
    for name in ("private.pem", "public.pem"):
        (filled_dir / name).rename(tmp_path / name)

    open_key_directory(filled_dir)

    assert set(read_all(filled_dir)) == {"private.pem", "public.pem"}


@pytest.mark.requirement("TI-6")
def test_leftovers_of_a_killed_writer_are_removed(keys_dir: Path, marked_key: SigningKey) -> None:
    keys_dir.mkdir()
    for name in (".private.pem.0f9a3c71", ".public.pem.k2_tz8xw"):
        (keys_dir / name).write_text("half")
    for name in ("notes.txt", ".private.pem.swp", ".private.pem.backup"):
        (keys_dir / name).write_text("mine")

    open_key_directory(keys_dir, generate=lambda: marked_key)

    assert set(read_all(keys_dir)) == {
        "private.pem", "public.pem", "notes.txt", ".private.pem.swp", ".private.pem.backup"
    }  # fmt: skip


def encode_unusable_keys() -> dict[str, tuple[bytes, str]]:
    weak = rsa.generate_private_key(65537, key_size=1024)  # noqa: S505  # to be refused
    strong = rsa.generate_private_key(65537, 2048)
    return {
        "broken": (b"-----BEGIN PRIVATE KEY-----\nnope\n", "not a private key in PEM"),
        "empty": (b"", "not a private key in PEM"),
        "weak": (
            weak.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
            "1024 bits",
        ),
        "encrypted": (
            strong.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x")),
            "encrypted",
        ),
        "elliptic": (encode_private_pem(generate_key(Algorithm.ES256)), "RS256"),
        "foreign": (
            strong.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
            "no dev watermark",
        ),
    }


@pytest.mark.requirement("TI-6")
@pytest.mark.parametrize("kind", ["broken", "empty", "weak", "encrypted", "elliptic", "foreign"])
def test_private_key_is_rejected_and_kept_when_unusable(keys_dir: Path, kind: str) -> None:
    data, message = encode_unusable_keys()[kind]
    keys_dir.mkdir()
    (keys_dir / "private.pem").write_bytes(data)
    (keys_dir / "private.pem").chmod(0o600)

    with pytest.raises(KeyDirectoryError, match=message) as caught:
        open_key_directory(keys_dir)

    assert caught.value.path == keys_dir / "private.pem"
    assert str(keys_dir / "private.pem") in str(caught.value)
    assert "BEGIN PRIVATE" not in str(caught.value).replace("'-----BEGIN PRIVATE KEY-----'", "")
    assert read_all(keys_dir) == {"private.pem": data}


@pytest.mark.requirement("TI-6")
def test_foreign_key_is_accepted_loudly_when_allowed(
    keys_dir: Path, caplog: pytest.LogCaptureFixture
) -> None:
    foreign = generate_key(kid="dev-key")
    keys_dir.mkdir()
    (keys_dir / "private.pem").write_bytes(encode_private_pem(foreign))

    with pytest.raises(UnmarkedKeyError, match="TOKEN_ISSUER_ALLOW_UNMARKED_KEYS"):
        load_key(keys_dir)
    with caplog.at_level(logging.WARNING):
        key = open_key_directory(keys_dir, allow_unmarked=True)

    assert key.verification_key == foreign.verification_key
    assert "WITHOUT THE DEV WATERMARK" in caplog.text


@pytest.mark.requirement("TI-6")
def test_public_key_is_rejected_when_it_belongs_to_another_key(
    filled_dir: Path, second_key: SigningKey
) -> None:
    (filled_dir / "public.pem").write_bytes(encode_public_pem(second_key))
    before = read_all(filled_dir)

    with pytest.raises(KeyDirectoryError, match=r"does not belong to private\.pem; delete"):
        open_key_directory(filled_dir)

    assert read_all(filled_dir) == before


@pytest.mark.requirement("TI-6")
@pytest.mark.parametrize("data", [b"", b"nope", b"\xff"])
def test_public_key_is_rejected_when_broken(filled_dir: Path, data: bytes) -> None:
    (filled_dir / "public.pem").write_bytes(data)

    with pytest.raises(KeyDirectoryError, match="not a public key in PEM; delete it"):
        open_key_directory(filled_dir)


@pytest.mark.requirement("TI-6")
def test_private_key_is_used_with_a_warning_when_others_can_read_it(
    filled_dir: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (filled_dir / "private.pem").chmod(0o640)

    open_key_directory(filled_dir)

    assert "can be read by other users" in caplog.text


@pytest.mark.requirement("TI-6")
def test_file_is_rejected_as_directory(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("data")

    with pytest.raises(KeyDirectoryError, match="is not a directory"):
        open_key_directory(path)
    with pytest.raises(KeyDirectoryError, match="is not a directory"):
        open_key_directory(path / "below")
    assert path.read_text() == "data"


@pytest.mark.requirement("TI-7")
def test_loading_asks_for_keys_when_there_are_none(keys_dir: Path) -> None:
    with pytest.raises(KeyDirectoryError, match="token-issuer make-keys"):
        load_key(keys_dir)

    assert not keys_dir.exists()


@pytest.mark.requirement("TI-6")
def test_directory_moved_elsewhere_still_works(filled_dir: Path, tmp_path: Path) -> None:
    moved = Path(shutil.move(filled_dir, tmp_path / "moved"))

    assert open_key_directory(moved, generate=refuse_to_generate).kid == "dev-key"
