"""`python -m reference_proxy`: the same as the command `reference-proxy`."""

from reference_proxy.cli import main

raise SystemExit(main())
