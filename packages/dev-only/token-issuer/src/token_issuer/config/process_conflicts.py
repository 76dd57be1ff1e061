# DEV-ONLY: never ship to production.
"""Settings that need memory shared by all processes of an issuer, or equal keys in all of them."""

import sys
from collections.abc import Iterator, Mapping

from token_issuer.config.settings import SELF, Settings


def find_process_conflicts(
    issuers: Mapping[str, Settings], names: Mapping[str, str]
) -> Iterator[str]:
    """Yield a message for each setting that does not work with several workers or replicas.

    Args:
        issuers: The settings of each issuer of the process, those of the main one under empty text.
        names: The name of each setting in messages.
    """
    main = issuers[""]
    if main.workers > 1:
        if sys.platform != "linux":
            yield (
                f"{names['workers']}: more than one needs Linux, which distributes connections "
                "among them"
            )
        yield from _find_state(names["workers"], issuers, names)
        if main.replicas == 1:
            yield from _find_separate_rotations(issuers, names)
    if main.replicas > 1:
        yield from _find_state(names["replicas"], issuers, names)
        yield from _find_differences(issuers, names)


def _find_state(
    label: str, issuers: Mapping[str, Settings], names: Mapping[str, str]
) -> Iterator[str]:
    """Yield a message for each setting whose state would exist in one of the processes only."""
    main = issuers[""]
    if main.admin or main.admin_token is not None:
        yield (
            f"{label}: more than one cannot serve /admin, because a change would reach only one of "
            f"them; unset {names['admin']} and {names['admin_token']}, or set {label}=1"
        )
    if any(each.login is not None for each in issuers.values()):
        yield (
            f"{label}: more than one cannot log users in, because a login exists in one of them "
            f"only; unset {names['login']}, or set {label}=1"
        )
    if any(each.service_accounts or each.workload_identity for each in issuers.values()):
        yield (
            f"{label}: more than one cannot give tokens to machines, because such a token exists "
            f"in one of them only; unset {names['service_accounts']} and remove the tables "
            f"[workload_identity.NAME] of the profiles file, or set {label}=1"
        )


def _find_separate_rotations(
    issuers: Mapping[str, Settings], names: Mapping[str, str]
) -> Iterator[str]:
    if any(each.rotation != "off" and not each.has_common_keys for each in issuers.values()):
        yield (
            f"{names['workers']}: more than one can rotate keys only together; set "
            f"{names['key_seed']} or {names['keys_dir']}, or {names['rotation']}=off"
        )


def _find_differences(issuers: Mapping[str, Settings], names: Mapping[str, str]) -> Iterator[str]:
    """Yield a message for each setting that makes keys, names or certificates differ."""
    label = names["replicas"]
    if not all(each.has_common_keys for each in issuers.values()):
        yield (
            f"{label}: more than one need the same keys; set {names['key_seed']}, or "
            f"{names['keys_dir']} to a directory that all of them share"
        )
    if issuers[""].tls:
        yield (
            f"{label}: more than one need the same certificate, but {names['tls']} makes one for "
            f"each; set {names['tls_cert']} and {names['tls_key']}, or serve HTTPS in front of them"
        )
    if any(each.issuer == SELF and each.public_url is None for each in issuers.values()):
        yield (
            f"{label}: more than one need the same issuer, but {names['issuer']}={SELF} stands for "
            f"the URL of each; set {names['public_url']} to the URL that clients use"
        )
