"""The regions with the marks in the policies that are written by hand.

A region is between the lines `# ci/policy: NAME` and `# ci/policy: end`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from proxy_guard import dev_marks, environment

from policies import encodings, names

KUBERNETES: Final = "policy/kubernetes.yaml"
CONFTEST: Final = "policy/conftest/marks.rego"
NAMESPACE_LABEL: Final = "environment"
MAX_TEXT_CHARS: Final = 64 * 1024
"""Limit for the text of an object that the cluster policy searches, due to its cost budget."""
MAX_LINE_CHARS: Final = 512
MAX_LINES: Final = 20
"""Limits for the most expensive search, which is the search for the address of this machine."""
KEY_WORDS: Final = (
    *("authorization_endpoint", "authorize", "certs", "end_session", "introspect", "issuer", "jwk"),
    *("jwt", "metadata_host", "metadata_ip", "metadata_root", "oauth", "oidc", "openid", "token"),
    "userinfo",
)
"""Words in settings about keys and logins. In other settings, port 8081 may belong to another
service."""


def render_regions() -> Mapping[tuple[str, str], list[str]]:
    """Map each region, given by file and name, to its lines."""
    words = sorted(environment.NON_PRODUCTION_WORDS)
    texts = {
        "serviceName": dev_marks.SERVICE_NAME,
        "imageLabel": dev_marks.IMAGE_LABEL,
        "devName": names.match_dev_name(),
        "devNameInSetting": names.match_dev_name_in_setting(),
        "otherIssuer": names.match_other_issuer(),
        "hiddenHost": names.match_hidden_host(),
        "localDevPort": names.match_local_dev_port(),
        "aboutKeys": "|".join(KEY_WORDS),
        "credential": names.match_credential(),
        "certificate": encodings.match_certificate(),
    }
    cluster = {
        "nameLine": names.match_name_line(),
        "encodedName": encodings.match_encoded_name(),
        "encodedCredential": encodings.match_encoded_credential(),
        "devPortLine": rf"[^\n]*{dev_marks.DEFAULT_PORT}[^\n]*",
    }
    pipeline = {"certificateInDer": encodings.match_certificate_in_der()}
    limits = {"maxTextChars": MAX_TEXT_CHARS, "maxLineChars": MAX_LINE_CHARS, "maxLines": MAX_LINES}
    return {
        (KUBERNETES, "marks"): [
            *(
                line
                for name, text in {**texts, **cluster}.items()
                for line in cel(name, f'r"{text}"')
            ),
            *(line for name, limit in limits.items() for line in cel(name, str(limit))),
        ],
        (KUBERNETES, "environments"): [
            f"        - key: {NAMESPACE_LABEL}",
            "          operator: NotIn # also matches if the label is missing",
            f"          values: [{', '.join(words)}]",
        ],
        (CONFTEST, "marks"): [
            *(f"{snake_case(name)} := `{text}`\n" for name, text in {**texts, **pipeline}.items()),
            f'namespace_label := "{NAMESPACE_LABEL}"\n',
            "non_production_words := {" + ", ".join(f'"{word}"' for word in words) + "}\n",
        ],
    }


def cel(name: str, expression: str) -> Iterator[str]:
    """Yield the lines of a variable of the admission policy."""
    yield f"    - name: {name}"
    yield f"      expression: '{expression}'"


def snake_case(name: str) -> str:
    """Return *name* in snake case, as in Rego."""
    return re.sub(r"(?=[A-Z])", "_", name).lower()


def replace_region(text: str, name: str, lines: Sequence[str]) -> str:
    """Return *text* with *lines* between the two comments of the region.

    Raises:
        ValueError: *text* does not have exactly one such region.
    """
    region = re.compile(rf"(?ms)(# ci/policy: {name}\n).*?(^ *# ci/policy: end$)")
    written, count = region.subn(lambda found: found[1] + "\n".join([*lines, found[2]]), text)
    if count != 1:
        message = f"{count} regions '# ci/policy: {name}' … '# ci/policy: end', expected 1"
        raise ValueError(message)
    return written
