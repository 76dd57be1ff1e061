import socket

import httpcore
import pytest
from jwt_core.remote.bounded_worker import AbortedError, ConnectionGuard


class Stream(httpcore.NetworkStream):
    """A connection as httpcore passes it to a trace extension."""

    def __init__(self, connected: socket.socket) -> None:
        self.connected = connected

    def get_extra_info(self, info: str) -> socket.socket | None:
        return self.connected if info == "socket" else None

    def close(self) -> None:
        self.connected.close()


@pytest.mark.requirement("JC-3")
@pytest.mark.parametrize("event", ["connect_tcp.complete", "start_tls.started"])
def test_connection_that_is_made_too_late_is_closed(event: str) -> None:
    guard = ConnectionGuard()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        connected = socket.create_connection(listener.getsockname())
        if event == "connect_tcp.complete":
            guard.shut_down()
        else:
            guard.trace("connection.connect_tcp.complete", {"return_value": Stream(connected)})
            guard.shut_down()
        with pytest.raises(AbortedError):
            guard.trace(f"connection.{event}", {"return_value": Stream(connected)})
        assert connected.fileno() == -1
