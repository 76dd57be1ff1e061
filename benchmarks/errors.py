"""Errors of a run: a failed measurement, or a requirement that this machine lacks."""


class MeasurementError(Exception):
    """A subject did not start, a request failed, or a figure is missing: the run is void."""


class NotMeasuredHereError(Exception):
    """This machine lacks a requirement of the measurement, which the message names."""
