"""HTTP requests for tests: as `httpx` makes them, but patient with a busy machine.

The TLS context, which takes longer than a request to make, is made once.
"""

from functools import partial
from typing import Final

import httpx

_CONTEXT: Final = httpx.create_ssl_context(trust_env=False)

Client = partial(httpx.Client, timeout=60, trust_env=False, verify=_CONTEXT)
get = partial(httpx.get, timeout=60, trust_env=False, verify=_CONTEXT)
post = partial(httpx.post, timeout=60, trust_env=False, verify=_CONTEXT)
put = partial(httpx.put, timeout=60, trust_env=False, verify=_CONTEXT)
