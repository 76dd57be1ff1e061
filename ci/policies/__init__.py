"""The generated parts of the policies: the marks of `proxy_guard`, as each tool expects them.

`names` and `encodings` contain the regular expressions, `regions` the generated parts of policies
that are written by hand, `kyverno` and `secret_scanners` the files that are generated as a whole.
`ci/policy` is the command.
"""

import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "packages/proxy-guard/src"))  # this needs no environment
