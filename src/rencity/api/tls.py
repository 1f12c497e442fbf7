"""A private certificate authority of this site, because phones speak to HTTPS only.

Whoever installs `ca.crt` on a phone trusts what this server's key signs: the key of the authority
is made here, stays here, and is used for nothing but the server's certificate.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from rencity.kit.errors import ProofError
from rencity.kit.files import staged_file, storage_error

AUTHORITY = timedelta(days=3650)
SERVER = timedelta(days=397)
RENEW = timedelta(days=30)
_SLACK = timedelta(hours=1)
"""Clocks of phones may be behind."""


@dataclass(frozen=True)
class Certificates:
    """Files of a server that speaks HTTPS.

    Attributes
    ----------
    authority : certificate to install on the phones
    fingerprint : SHA-256 of it, to compare there
    """

    authority: Path
    certificate: Path
    key: Path
    fingerprint: str


def certificates(keys: Path, names: Sequence[str], now: datetime) -> Certificates:
    """The certificates in a folder; made, or renewed where they end soon or lack a name.

    Raises
    ------
    StorageError : the folder cannot be read or written
    ProofError : a file there is no key or certificate
    """
    authority, authority_key = keys / "ca.crt", keys / "ca.key"
    certificate, key = keys / "server.crt", keys / "server.key"
    try:
        if not authority.exists() or not authority_key.exists():
            _make_authority(authority, authority_key, now)
        root = x509.load_pem_x509_certificate(authority.read_bytes())
        signer = _key_of(authority_key)
        if not _fits(certificate, key, root, names, now):
            _make_server(certificate, key, root, signer, names, now)
    except OSError as exc:
        raise storage_error(exc, keys) from exc
    except ValueError as exc:
        raise ProofError(
            "holds a file that is no key or certificate",
            place=str(keys),
            mend="remove ca.crt, ca.key, server.crt and server.key; new ones are made, and phones "
            "need the new ca.crt",
        ) from exc
    print_ = root.fingerprint(hashes.SHA256()).hex(":").upper()
    return Certificates(authority, certificate, key, print_)


def _make_authority(certificate: Path, key: Path, now: datetime) -> None:
    made = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Rencity private authority")])
    usage = x509.KeyUsage(
        digital_signature=False, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, key_cert_sign=True, crl_sign=True,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip
    signed = (
        _begun(name, name, made.public_key(), now, AUTHORITY)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(made.public_key()), critical=False)
        .sign(made, hashes.SHA256())
    )
    _write_key(key, made)
    _write(certificate, signed.public_bytes(serialization.Encoding.PEM), 0o644)


def _make_server(
    certificate: Path,
    key: Path,
    root: x509.Certificate,
    signer: ec.EllipticCurvePrivateKey,
    names: Sequence[str],
    now: datetime,
) -> None:
    made = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    signed = (
        _begun(name, root.subject, made.public_key(), now, SERVER)
        .add_extension(x509.SubjectAlternativeName([_general(each) for each in names]), False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
        .sign(signer, hashes.SHA256())
    )
    _write_key(key, made)
    _write(certificate, signed.public_bytes(serialization.Encoding.PEM), 0o644)


def _begun(
    subject: x509.Name, issuer: x509.Name, public: ec.EllipticCurvePublicKey,
    now: datetime, lasts: timedelta,
) -> x509.CertificateBuilder:  # fmt: skip
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _SLACK)
        .not_valid_after(now + lasts)
    )


def _fits(
    certificate: Path, key: Path, root: x509.Certificate, names: Sequence[str], now: datetime
) -> bool:
    """Whether a server's certificate is by this authority, for these names, and lasts."""
    if not certificate.exists() or not key.exists():
        return False
    held = x509.load_pem_x509_certificate(certificate.read_bytes())
    said = held.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    lasts = held.not_valid_before_utc <= now < held.not_valid_after_utc - RENEW
    mine = held.public_key() == _key_of(key).public_key()
    return (
        lasts
        and mine
        and held.issuer == root.subject
        and _by(held, root)
        and {*map(_general, names)} <= set(said)
    )


def _by(held: x509.Certificate, root: x509.Certificate) -> bool:
    try:
        held.verify_directly_issued_by(root)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _key_of(path: Path) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(path.read_bytes(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError("no key of ours")
    return key


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    text = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    _write(path, text, 0o600)


def _write(path: Path, data: bytes, mode: int) -> None:
    with staged_file(path) as file:
        file.write(data)
    path.chmod(mode)
