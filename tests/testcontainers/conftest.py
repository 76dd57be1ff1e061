"""Do not collect the example for Python, which has a separate environment."""

collect_ignore = ["python"]
