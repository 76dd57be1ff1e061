"""Looking through artefacts for anything of the dev-only token issuer.

`opening` takes artefacts apart, `checks` says what is looked for in each piece, `scan` joins the
two, `certificate` writes down what was seen and `cli` is the command line. Standard library only.
"""
