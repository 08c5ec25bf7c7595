"""Chance that belongs to a person: the same numbers whoever works them out, and with whom.

Philox 4x64-10, the counter-based generator of NumPy: the person's number stands in the counter,
the seed in the key, so that every person has a stream without drawing those before.

References
----------
Salmon and others, Parallel random numbers: as easy as 1, 2, 3 (SC'11).
"""

import math
from typing import Any

import numpy as np

from lodose.pharmacology.compiling import compile_kernel

_M0 = np.uint64(0xD2E7470EE14C6C93)
_M1 = np.uint64(0xCA5A826395121157)
_W0 = np.uint64(0x9E3779B97F4A7C15)
_W1 = np.uint64(0xBB67AE8584CAA73B)
_LOW = np.uint64(0xFFFFFFFF)
_32 = np.uint64(32)
_11 = np.uint64(11)
TWO_PI = 2.0 * math.pi


@compile_kernel
def high_half(a: Any, b: Any) -> Any:
    """Upper 64 bits of the product of two 64-bit numbers."""
    a_low, a_high = a & _LOW, a >> _32
    b_low, b_high = b & _LOW, b >> _32
    middle = a_high * b_low + ((a_low * b_low) >> _32)
    other = a_low * b_high + (middle & _LOW)
    return a_high * b_high + (middle >> _32) + (other >> _32)


@compile_kernel
def philox(block: Any, person: Any, seed: Any, out: Any) -> None:
    """Four 64-bit numbers: what NumPy's Philox gives for counter (block, 0, person, 0)."""
    # NumPy counts up before it draws.
    c0, c1, c2, c3 = block + np.uint64(1), np.uint64(0), person, np.uint64(0)
    k0, k1 = seed, np.uint64(0)
    for turn in range(10):
        if turn:
            k0 += _W0
            k1 += _W1
        high0, low0 = high_half(_M0, c0), _M0 * c0
        high1, low1 = high_half(_M1, c2), _M1 * c2
        c0, c1, c2, c3 = high1 ^ c1 ^ k0, low1, high0 ^ c3 ^ k1, low0
    out[0] = c0
    out[1] = c1
    out[2] = c2
    out[3] = c3


@compile_kernel
def normals(person: Any, seed: Any, out: Any) -> None:
    """Standard normal numbers of a person; as many as `out` holds, a multiple of four."""
    raw = np.empty(4, dtype=np.uint64)
    for block in range(out.size // 4):
        philox(np.uint64(block), np.uint64(person), np.uint64(seed), raw)
        for pair in range(2):
            one = (np.float64(raw[2 * pair] >> _11) + 0.5) * 2.0**-53
            two = (np.float64(raw[2 * pair + 1] >> _11) + 0.5) * 2.0**-53
            length = math.sqrt(-2.0 * math.log(one))
            out[4 * block + 2 * pair] = length * math.cos(TWO_PI * two)
            out[4 * block + 2 * pair + 1] = length * math.sin(TWO_PI * two)
