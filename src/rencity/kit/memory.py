"""Memory that the C library holds on to after it was freed."""

from __future__ import annotations

import ctypes


def give_back() -> None:
    """Return freed memory to the system where the C library can; elsewhere do nothing.

    Arrays of some megabytes, freed by the million rows in threads, otherwise stay with glibc's
    arenas: a block of a metropolis left a gigabyte behind.
    """
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (OSError, AttributeError, TypeError):
        return
