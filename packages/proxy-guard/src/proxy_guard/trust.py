"""The files that variables name: certificates that a program trusts, and keys that it logs in with.

Imported only if a variable names a file, since most proxies have none.
"""

from __future__ import annotations

import os
from binascii import Error, a2b_base64

from proxy_guard import findings as codes
from proxy_guard import urls
from proxy_guard.credentials import search_credential
from proxy_guard.dev_marks import is_bare_word
from proxy_guard.files import FileSearch, UnjudgedFileError, read_file
from proxy_guard.findings import Finding
from proxy_guard.search.certificates import find_certificate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Final

_TRUST_STORE: Final = "javax.net.ssl.trustStore="
_PROXY_HOST: Final = "roxyHost="
"""Ends of Java's system properties, such as `-Dhttps.proxyHost=` and `-DsocksProxyHost=`."""

_QUOTES: Final = "\"'"
_NAMES: Final = frozenset({urls.TOKEN_ISSUER_HOST, urls.TOKEN_ISSUER_PATH, urls.ISSUER_LOCAL})
_MAX_KEY_FILE_BYTES: Final = 1024 * 1024


def check_files(
    stores: Mapping[str, str], keys: Mapping[str, str], options: Mapping[str, str]
) -> Iterator[Finding]:
    """Check the files of certificates and keys that variables name.

    Args:
        stores: The paths of trust stores, by variable.
        keys: The key files or their paths, by variable.
        options: What may be options of a JVM, by variable.
    """
    files = FileSearch(find_certificate)
    for name, value in stores.items():
        # OpenSSL and Go accept several directories.
        for path in dict.fromkeys((value, *value.split(os.pathsep))):
            yield from _check_store(files, name, path)
    for name, value in options.items():
        for path in read_java_options(value, _TRUST_STORE):
            yield from _check_store(files, name, path)
        for host in read_java_options(value, _PROXY_HOST):
            verdict = _find_name(host)
            if verdict:
                yield Finding(verdict.code, variable=name, detail=verdict.detail)
    for name, value in keys.items():
        yield from _check_key_file(name, value)


def read_java_options(options: str, option: str) -> Iterator[str]:
    """Yield each value of a system property in the options of a JVM, without quotes.

    Args:
        options: The options, such as `-Djavax.net.ssl.trustStore="/a b" -Xmx1g`.
        option: The end of the property's name, with the equals sign.
    """
    before, *rest = options.split(option)
    for text in rest:
        opening = before.rpartition("-D")[0][-1:] or " "
        quote = next((char for char in (opening, text[:1]) if char and char in _QUOTES), "")
        quoted = text.removeprefix(quote).partition(quote)[0] if quote else ""
        yield quoted or next(iter(text.split()), "").strip(_QUOTES)
        before = text


def _check_store(files: FileSearch, name: str, path: str) -> Iterator[Finding]:
    try:
        mark = files.search(path)
    except UnjudgedFileError as error:
        mark = codes.UNJUDGED_FILE, str(error)
    if mark is None and _find_name(path):
        mark = codes.DEV_AUTHORITY, "its path names it"
    if mark:
        yield Finding(mark[0], variable=name, detail=mark[1])


def _find_name(value: str) -> urls.Verdict | None:
    """Find the simulator's name, or that of its issuer, in a path or a host."""
    verdict = urls.find_dev_mark(value)
    return verdict if verdict and verdict.code in _NAMES else None


def _check_key_file(name: str, value: str) -> Iterator[Finding]:
    """Check a key file of a service account, or the configuration of an external account."""
    try:
        text = _read_key_file(value)
    except UnjudgedFileError as error:
        yield Finding(codes.UNJUDGED_FILE, variable=name, detail=str(error))
        return
    if not text:
        return
    from proxy_guard.search.detection import detect  # noqa: PLC0415  # needed only for a file

    yield from detect(text, variable=name).findings
    kind = search_credential(text)
    if kind:
        yield Finding(codes.DEV_CREDENTIAL, variable=name, detail=kind)
    detail = _find_reference(text)
    if detail:
        yield Finding(codes.DEV_REFERENCE, variable=name, detail=detail)


def _read_key_file(value: str) -> str:
    """Read the JSON in *value*, which may be in base64, or in the file that *value* names."""
    text = value.strip()
    if text.startswith("{"):
        return text
    try:
        decoded = a2b_base64(text.encode("ascii", "ignore")).lstrip()
    except Error:
        decoded = b""
    content = decoded if decoded.startswith(b"{") else read_file(value) or b""
    if len(content) > _MAX_KEY_FILE_BYTES:
        message = f"its key file is larger than {_MAX_KEY_FILE_BYTES >> 20} MiB"
        raise UnjudgedFileError(message)
    return content.decode("utf-8", "replace").removeprefix("\ufeff")


def _find_reference(text: str) -> str | None:
    """Describe the first member of JSON, at any depth, whose value leads to the simulator."""
    import json  # noqa: PLC0415  # needed only for a file

    try:
        pending: list[tuple[str, object]] = [("", json.loads(text))]
    except (ValueError, RecursionError):
        return None  # no client reads it
    while pending:
        name, value = pending.pop()
        if isinstance(value, dict):
            pending += reversed(value.items())
        elif isinstance(value, list):
            pending += ((name, item) for item in reversed(value))
        elif isinstance(value, str) and _may_be_reference(value):
            verdict = urls.find_dev_mark(value)
            if verdict:
                member = name if is_bare_word(name) else "of another name"
                return f"its member {member} names it ({verdict.detail})"
    return None


def _may_be_reference(value: str) -> bool:
    """Return whether *value* may be a URL, a path or a command, and is no name or key."""
    is_address = "@" in value and "://" not in value
    return len(value) <= urls.MAX_URI_CHARS and not is_address and not is_bare_word(value)
