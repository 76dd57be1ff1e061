"""uvicorn's HTTP protocol with limits that hold before authentication, and strict framing."""
