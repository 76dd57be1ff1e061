"""`httpx` for tests, with a long timeout for busy machines.

The TLS context is built once, since building it takes longer than a request.
"""

from functools import partial
from typing import Final

import httpx

_CONTEXT: Final = httpx.create_ssl_context(trust_env=False)

Client = partial(httpx.Client, timeout=60, trust_env=False, verify=_CONTEXT)
get = partial(httpx.get, timeout=60, trust_env=False, verify=_CONTEXT)
post = partial(httpx.post, timeout=60, trust_env=False, verify=_CONTEXT)
put = partial(httpx.put, timeout=60, trust_env=False, verify=_CONTEXT)
