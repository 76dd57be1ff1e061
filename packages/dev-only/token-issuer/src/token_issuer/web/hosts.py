# DEV-ONLY: never ship to production.
"""The `Host` field of a request.

Spec: RFC 9110 §7.2
"""

import re
from typing import Final

HOST: Final = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?P<port>:[0-9]{1,5})?")
"""A name or address, an IPv6 one in brackets, and perhaps a port."""
