"""The separation scan: detects any part of the dev-only token issuer in artefacts.

`archives` opens artefacts, `checks` detects the simulator in their content, `scan` joins the two,
`certificate` records the result, and `cli` is the command line. `ci/check-separation` installs the
libraries of the dependency group `scan`.
"""
