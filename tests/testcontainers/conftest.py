"""Leave out the example for Python, which runs in an environment of its own."""

collect_ignore = ["python"]
