# DEV-ONLY: never ship to production.
"""What stands in for PyYAML in the simulator image: Litestar imports it for documents in YAML.

The issuer serves none.
"""
