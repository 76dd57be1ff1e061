# DEV-ONLY: never ship to production.
"""Which faults are valid: their paths, and the options of `oauth-error`."""

import re
from typing import Any

import pytest
from token_issuer.faults.error_codes import ERROR_CODES
from token_issuer.faults.fault import Fault
from token_issuer.faults.kinds import FaultKind, find_paths
from token_issuer.oauth.errors import ErrorCode
from token_issuer.paths import KEY_PATHS, OAUTH_PATHS
from token_issuer.web.faults.selection import METHODS

pytestmark = pytest.mark.requirement("BV-2")


def test_each_path_of_a_kind_can_be_struck() -> None:
    assert {path for kind in FaultKind for path in find_paths(kind)} == set(METHODS)


def test_errors_of_the_provider_are_registered() -> None:
    assert set(ErrorCode) <= set(ERROR_CODES)


@pytest.mark.parametrize("kind", FaultKind)
def test_kinds_for_key_documents_are_for_all_of_them(kind: FaultKind) -> None:
    if kind == FaultKind.OAUTH_ERROR:
        assert set(KEY_PATHS).isdisjoint(find_paths(kind))
    else:
        assert set(KEY_PATHS) <= set(find_paths(kind))
        assert Fault(kind=kind).affected_paths == KEY_PATHS


@pytest.mark.parametrize(
    "error",
    [*ERROR_CODES, "mfa_required", "invalid_rapt", "admin_policy_enforced", "x", "no <b> limits"],
)
def test_error_code_may_be_any_that_is_no_misspelling(error: str) -> None:
    fault = Fault(kind="oauth-error", error=error, paths=("/token",))

    assert (fault.error, fault.affected_paths) == (error, ("/token",))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            {"kind": "stale", "paths": ("/token",)},
            "paths: stale cannot affect /token; the kinds that can are malformed, status, ",
        ),
        ({"kind": "max-age", "paths": ("/userinfo",)}, "max-age cannot affect /userinfo"),
        (
            {"kind": "status", "paths": ("/authorize",)},
            "status cannot affect /authorize; the kinds that can are oauth-error",
        ),
        ({"kind": "oauth-error", "paths": ("/certs",), "error": "x"}, "cannot affect /certs"),
        ({"kind": "status", "paths": ("/staff/token",)}, "(did you mean /token or /v1/token?)"),
        ({"kind": "status", "paths": ("/user-info",)}, "(did you mean /userinfo or /v1/userinfo?)"),
        ({"kind": "status", "paths": ("/token", "/health")}, "paths: '/health' is invalid"),
        ({"kind": "oauth-error", "error": "invalid_grant"}, "paths: missing; name the endpoints"),
        ({"kind": "oauth-error", "paths": ("/token",)}, "error: missing; name an error code"),
        (
            {"kind": "oauth-error", "paths": ("/token",), "error": "invalid-grant"},
            "error: 'invalid-grant' is invalid (did you mean invalid_grant?)",
        ),
        (
            {"kind": "oauth-error", "paths": ("/token",), "error": "Access_Denied"},
            "(did you mean access_denied?)",
        ),
        ({"kind": "oauth-error", "paths": ("/token",), "error": ""}, "error: expected 1 to 80"),
        ({"kind": "oauth-error", "paths": ("/token",), "error": 'a"b'}, "error: expected"),
        ({"kind": "oauth-error", "paths": ("/token",), "error": "a\r\nb: c"}, "error: expected"),
        (
            {"kind": "oauth-error", "paths": ("/token",), "error": "x", "description": "ü"},
            "description: expected at most 600 characters of printable ASCII",
        ),
        (
            {"kind": "oauth-error", "paths": ("/token",), "error": "x", "description": "a" * 601},
            "description: expected at most 600",
        ),
        (
            {"kind": "oauth-error", "paths": ("/token",), "error": "x", "status": 200},
            "status: expected 400 to 599",
        ),
        (
            {"kind": "oauth-error", "paths": ("/authorize", "/login"), "error": "x", "status": 400},
            "status: browsers are redirected with 303",
        ),
        ({"kind": "status", "error": "x"}, "error: not an option of status, only of oauth-error"),
        ({"kind": "reset", "description": "x"}, "description: not an option of reset"),
    ],
)
def test_invalid_fault_is_rejected_with_the_remedy(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        Fault(**options)


@pytest.mark.parametrize("path", OAUTH_PATHS)
def test_browser_and_client_endpoints_may_share_a_fault(path: str) -> None:
    fault = Fault(kind="oauth-error", error="x", status=418, paths=("/authorize", path))

    assert fault.status == 418
