"""Flow control that an application cannot override while pipelined requests are pending."""

import asyncio

from uvicorn.protocols.http.flow_control import FlowControl


class HeldFlow(FlowControl):
    """uvicorn's flow control, with a pause of reading that only `release` ends.

    uvicorn resumes reading whenever an application asks for the body of its request, even if the
    next data belongs to later requests.
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        super().__init__(transport)
        self._is_held = False

    def hold(self) -> None:
        """Pause reading until `release`."""
        self._is_held = True
        self.pause_reading()

    def release(self) -> None:
        """End the pause of `hold`, if there is one."""
        if self._is_held:
            self._is_held = False
            self.resume_reading()

    def resume_reading(self) -> None:
        """Resume reading, unless `hold` has paused it."""
        if not self._is_held:
            super().resume_reading()
