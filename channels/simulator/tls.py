"""TLS for the simulator: a certificate of its own, new at every start."""

from __future__ import annotations

import ipaddress
import ssl
import tempfile
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from kernel import clock

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
# However far the house's clock was moved: it is made anew at every start.
_LASTS = timedelta(days=3650)


def serving(host: str, trusted: Path) -> ssl.SSLContext:
    """A server's side of TLS for this host and the loopback.

    Its certificate is written to the file `trusted`, for clients to trust; its key is kept nowhere.
    OSError when the file cannot be written.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _certificate(key, {*_LOOPBACK, host}).public_bytes(Encoding.PEM)
    trusted.write_bytes(certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    # Python reads a key from a file alone; this one is gone with the block.
    with tempfile.NamedTemporaryFile() as file:
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        file.write(private + certificate)
        file.flush()
        context.load_cert_chain(file.name)
    return context


def _certificate(key: ec.EllipticCurvePrivateKey, hosts: set[str]) -> x509.Certificate:
    """Self-signed, so that whoever trusts it trusts nothing besides."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Simulated WhatsApp")])
    now = clock.moment(clock.now())
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _LASTS)
        .not_valid_after(now + _LASTS)
        .add_extension(x509.SubjectAlternativeName([_alternative(one) for one in hosts]), False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .sign(key, hashes.SHA256())
    )


def _alternative(host: str) -> x509.GeneralName:
    with suppress(ValueError):
        return x509.IPAddress(ipaddress.ip_address(host))
    return x509.DNSName(host)
