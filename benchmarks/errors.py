"""What can go wrong, told apart: a defect of the run, and what this machine does not have."""


class MeasurementError(Exception):
    """A subject did not start, a request failed, or a figure is missing: the run is void."""


class NotMeasuredHereError(Exception):
    """This machine lacks what a measurement needs; the message says what."""
