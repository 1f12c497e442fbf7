"""The one door to cryptography: digests and signatures of a named suite.

What is signed or chained names its suite, so that a site which must use national algorithms
registers its own and old proofs can still be checked by the old.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from rencity.kit.errors import ProofError, StorageError
from rencity.kit.files import storage_error

DEFAULT = "sha256-ed25519"
"""The suite that goes without saying: a digest that names none is of this one."""
SALT_BYTES = 32


class Suite(Protocol):
    """A set of algorithms that belong together."""

    def digest(self, data: bytes) -> str:
        """The digest in hexadecimal digits."""

    def new_key(self) -> bytes:
        """A new private key."""

    def public_of(self, private: bytes) -> bytes:
        """The public key that belongs to a private one."""

    def sign(self, private: bytes, data: bytes) -> bytes:
        """The signature of the data."""

    def verify(self, public: bytes, signature: bytes, data: bytes) -> bool:
        """Whether the signature is of this data and by this key."""


class Ed25519Suite:
    """Digests by a function of hashlib, signatures by Ed25519 (RFC 8032)."""

    def __init__(self, digest: str = "sha256") -> None:
        # hashlib's own function is made three times as fast as one that is looked up by its name
        self._new = getattr(hashlib, digest, partial(hashlib.new, digest))

    def digest(self, data: bytes) -> str:
        """The digest in hexadecimal digits."""
        return str(self._new(data).hexdigest())

    def new_key(self) -> bytes:
        """A new private key, 32 bytes."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415 - 60 ms
            Ed25519PrivateKey,
        )

        return Ed25519PrivateKey.generate().private_bytes_raw()

    def public_of(self, private: bytes) -> bytes:
        """The public key, 32 bytes."""
        return _private(private).public_key().public_bytes_raw()

    def sign(self, private: bytes, data: bytes) -> bytes:
        """The signature, 64 bytes."""
        return _private(private).sign(data)

    def verify(self, public: bytes, signature: bytes, data: bytes) -> bool:
        """Whether the signature is of this data and by this key."""
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415
        from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415
            Ed25519PublicKey,
        )

        try:
            Ed25519PublicKey.from_public_bytes(public).verify(signature, data)
        except (InvalidSignature, ValueError):
            return False
        return True


def _private(data: bytes):  # type: ignore[no-untyped-def]
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415
        Ed25519PrivateKey,
    )

    return Ed25519PrivateKey.from_private_bytes(data)


_SUITES: dict[str, Suite] = {DEFAULT: Ed25519Suite()}
_in_force = DEFAULT


def in_force() -> str:
    """Name of the suite that new digests, roots and keys are made with."""
    return _in_force


def put_in_force(name: str) -> None:
    """Make new proofs with this suite from now on; old ones name theirs and stay provable.

    Raises
    ------
    ProofError : nobody registered it
    """
    global _in_force  # noqa: PLW0603 - one site, one choice, made where it starts
    suite_of(name)
    _in_force = name


def register(name: str, suite: Suite) -> None:
    """Make a suite known by name.

    Raises
    ------
    ValueError : the name is taken: what was proved under it must stay provable
    """
    if name in _SUITES:
        raise ValueError(f"the suite {name} is registered already")
    _SUITES[name] = suite


def suite_of(name: str) -> Suite:
    """The suite of that name.

    Raises
    ------
    ProofError : nobody registered it
    """
    if name not in _SUITES:
        raise ProofError(
            f"the suite of algorithms {name} is not installed",
            place="cryptography",
            mend=f"install what provides it; known are {', '.join(sorted(_SUITES))}",
        )
    return _SUITES[name]


def named_digest(data: bytes, suite: str) -> str:
    """A digest as it is kept: ``SUITE:DIGITS``, or the digits alone of the suite `DEFAULT`."""
    digits = suite_of(suite).digest(data)
    return digits if suite == DEFAULT else f"{suite}:{digits}"


def suite_in(digest: str) -> str:
    """The suite that a kept digest names."""
    return digest.rpartition(":")[0] or DEFAULT


def new_salt() -> str:
    """Random hexadecimal digits that keep a digest of personal data from being guessed."""
    return secrets.token_hex(SALT_BYTES)


@dataclass(frozen=True)
class Signer:
    """A private key with its suite.

    Attributes
    ----------
    key : id of the key: the first 16 hexadecimal digits of the digest of its public half
    """

    suite: str
    key: str
    public: bytes
    private: bytes

    def sign(self, data: bytes) -> bytes:
        """The signature of the data."""
        return suite_of(self.suite).sign(self.private, data)


def key_id(suite: str, public: bytes) -> str:
    """The id of a public key."""
    return suite_of(suite).digest(public)[:16]


def signer_of(path: Path, suite: str | None = None) -> Signer:
    """The signing key in a file; made when it is not there, readable by its owner only.

    Parameters
    ----------
    suite : of a new key; None: the one in force

    Raises
    ------
    ProofError : the file holds no key of this suite
    StorageError : it cannot be read or written
    """
    try:
        data = path.read_text("ascii") if path.exists() else _made(path, suite or in_force())
    except OSError as exc:
        raise storage_error(exc, path) from exc
    except UnicodeDecodeError:
        data = ""
    return signer_in(data, path)


def signer_in(text: str, path: Path) -> Signer:
    """The signing key that a text holds.

    Raises
    ------
    ProofError : it holds none
    """
    said, _, digits = text.strip().partition(":")
    try:
        private = bytes.fromhex(digits)
        public = suite_of(said).public_of(private)
    except (ValueError, ProofError) as exc:
        raise ProofError(
            "holds no signing key", place=str(path), mend="put the kept copy of the key back"
        ) from exc
    return Signer(said, key_id(said, public), public, private)


def _made(path: Path, suite: str) -> str:
    """Write a new key; of several that try at once, all read the one that came first."""
    text = f"{suite}:{suite_of(suite).new_key().hex()}\n"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(part, path)
        except FileExistsError:
            return path.read_text("ascii")
        except OSError as exc:
            raise StorageError(
                "no key could be made", place=str(path), mend="use a disk that knows hard links"
            ) from exc
    finally:
        part.unlink(missing_ok=True)
    return text
