# DEV-ONLY: never ship to production.
"""`python -m token_issuer`, for images without console scripts."""

import sys

from token_issuer.cli.main import main

sys.exit(main())
