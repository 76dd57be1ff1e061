# DEV-ONLY: never ship to production.
"""TLS settings of an https target."""

import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from token_issuer.errors import ProbeError
from token_issuer.input_files import MAX_TEXT_BYTES, read_regular_file, read_text_input


@dataclass(frozen=True, slots=True)
class TlsOptions:
    """Options of TLS connections to the target.

    Attributes:
        ca_file: Trusted certificates, PEM; None for those of this machine.
        is_checked: Whether the certificate of the target must be valid.
        client_file: Client certificate and its key, PEM; None to send none.
    """

    ca_file: Path | None = None
    is_checked: bool = True
    client_file: Path | None = None

    def build_context(self) -> Any:
        """Return the `ssl.SSLContext`.

        Raises:
            ProbeError: this Python has no TLS, or a file cannot be read as PEM.
        """
        # Imported here, since the image replaces `ssl` with an empty module.
        ssl: Any = importlib.import_module("ssl")
        if not hasattr(ssl, "OPENSSL_VERSION"):
            message = (
                "this Python has no TLS: probe an http URL, or run the probe outside the image"
            )
            raise ProbeError(message)
        try:
            context = ssl.create_default_context(cadata=self._read_certificates())
        except (OSError, ValueError) as error:
            message = f"--ca-file {self.ca_file}: {_explain(error)}; expected certificates in PEM"
            raise ProbeError(message) from error
        if not self.is_checked:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if self.client_file is not None:
            try:
                read_regular_file(self.client_file, MAX_TEXT_BYTES)  # OpenSSL would wait for a FIFO
                context.load_cert_chain(self.client_file, password=_refuse_passphrase)
            except (OSError, ValueError) as error:
                message = (
                    f"--client-cert {self.client_file}: {_explain(error)}; expected a certificate "
                    "and its key, without a passphrase, in PEM"
                )
                raise ProbeError(message) from error
        return context

    def _read_certificates(self) -> str | None:
        if self.ca_file is None:
            return None
        text = read_text_input(self.ca_file)
        if not text:  # `ssl` would trust the certificates of this machine
            message = "empty"
            raise ValueError(message)
        return text.encode("ascii", "ignore").decode()  # comments may hold other characters


def _refuse_passphrase() -> NoReturn:
    message = "its key has a passphrase"
    raise ValueError(message)


def _explain(error: OSError | ValueError) -> str:
    return getattr(error, "strerror", str(error)) or "unexpected content"
