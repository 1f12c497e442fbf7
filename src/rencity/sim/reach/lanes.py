"""A row of `WORDS` 64-bit words as one value that the compiler keeps in vector registers.

Arrays of rows have shape (n, WORDS) and dtype uint64; bit b of word w is lane 64·w + b, and a lane
is one sample. LLVM lowers the vector to whatever the processor has: AVX-512, AVX2, NEON.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic, models, register_model

WORDS = 8
LANES = 64 * WORDS
_ROW = ir.VectorType(ir.IntType(64), WORDS)
U = np.uint64
ALL = U(0xFFFFFFFFFFFFFFFF)

Rows = npt.NDArray[np.uint64]


class _RowType(types.Type):
    def __init__(self) -> None:
        super().__init__(name=f"Row{WORDS}")


row_t = _RowType()


@register_model(_RowType)
class _RowModel(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, _ROW)


def _pointer(context: Any, builder: Any, signature: Any, args: Any) -> Any:
    array = context.make_array(signature.args[0])(context, builder, args[0])
    index = context.cast(builder, args[1], signature.args[1], types.intp)
    offset = builder.mul(index, ir.Constant(index.type, WORDS))
    return builder.bitcast(builder.gep(array.data, [offset]), _ROW.as_pointer())


@intrinsic
def load(_: Any, rows: Any, i: Any) -> Any:
    """Row i of an array."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.load(_pointer(context, builder, signature, args), align=8)

    return row_t(rows, i), code


@intrinsic
def store(_: Any, rows: Any, i: Any, row: Any) -> Any:
    """Write row i of an array."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        builder.store(args[2], _pointer(context, builder, signature, args), align=8)
        return context.get_dummy_value()

    return types.none(rows, i, row), code


def _binary(name: str, doc: str) -> Any:
    def operation(_: Any, a: Any, b: Any) -> Any:
        def code(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
            return getattr(builder, name)(args[0], args[1])

        return row_t(row_t, row_t), code

    operation.__doc__ = doc
    operation.__name__ = name
    operation.__qualname__ = name
    return intrinsic(operation)


and_ = _binary("and_", "Bits in both.")
or_ = _binary("or_", "Bits in either.")
xor = _binary("xor", "Bits in one of the two.")
add = _binary("add", "Word by word sum, modulo 2^64.")
mul = _binary("mul", "Word by word product, modulo 2^64.")


@intrinsic
def without(_: Any, a: Any, b: Any) -> Any:
    """Bits of a that are not in b."""

    def code(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        return builder.and_(args[0], builder.not_(args[1]))

    return row_t(row_t, row_t), code


@intrinsic
def not_(_: Any, a: Any) -> Any:
    """Bits not in a."""

    def code(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        return builder.not_(args[0])

    return row_t(row_t), code


@intrinsic
def shifted(_: Any, a: Any, n: Any) -> Any:
    """Each word shifted right by n bits."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        n64 = context.cast(builder, args[1], signature.args[1], types.uint64)
        lane = builder.insert_element(ir.Constant(_ROW, ir.Undefined), n64, ir.IntType(32)(0))
        mask = ir.Constant(ir.VectorType(ir.IntType(32), WORDS), [0] * WORDS)
        return builder.lshr(args[0], builder.shuffle_vector(lane, lane, mask))

    return row_t(row_t, n), code


@intrinsic
def spread(_: Any, word: Any) -> Any:
    """One word in every place."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        word64 = context.cast(builder, args[0], signature.args[0], types.uint64)
        lane = builder.insert_element(ir.Constant(_ROW, ir.Undefined), word64, ir.IntType(32)(0))
        mask = ir.Constant(ir.VectorType(ir.IntType(32), WORDS), [0] * WORDS)
        return builder.shuffle_vector(lane, lane, mask)

    return row_t(word), code


def _constant(word: int, doc: str) -> Any:
    def operation(_: Any) -> Any:
        def code(_context: Any, _builder: Any, _signature: Any, _args: Any) -> Any:
            return ir.Constant(_ROW, [word] * WORDS)

        return row_t(), code

    operation.__doc__ = doc
    return intrinsic(operation)


none = _constant(0, "No bit.")
every = _constant(0xFFFFFFFFFFFFFFFF, "Every bit.")


@intrinsic
def any_(_: Any, a: Any) -> Any:
    """Whether any bit is set."""

    def code(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        set_ = builder.icmp_unsigned("!=", args[0], ir.Constant(_ROW, [0] * WORDS))
        mask = builder.bitcast(set_, ir.IntType(WORDS))
        return builder.icmp_unsigned("!=", mask, ir.Constant(ir.IntType(WORDS), 0))

    return types.boolean(row_t), code


@intrinsic
def lowest_bit(_: Any, word: Any) -> Any:
    """Position of the lowest set bit of a word that is not zero."""

    def code(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        return builder.cttz(args[0], ir.Constant(ir.IntType(1), 1))

    return types.uint64(types.uint64), code


@intrinsic
def highest_bit(_: Any, word: Any) -> Any:
    """Position of the highest set bit of a word that is not zero."""

    def code(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        zeros = builder.ctlz(args[0], ir.Constant(ir.IntType(1), 1))
        return builder.sub(ir.Constant(ir.IntType(64), 63), zeros)

    return types.uint64(types.uint64), code


@intrinsic
def count_word(_: Any, word: Any) -> Any:
    """How many bits of a word are set."""

    def code(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        return builder.ctpop(args[0])

    return types.uint64(types.uint64), code


@njit(inline="always", cache=True)
def mark(bitmap: Any, i: Any) -> Any:
    """Set bit i of a bitmap; 1 if it was not set, else 0."""
    place = i >> 6
    bit = U(1) << U(i & 63)
    word = bitmap[place]
    if word & bit:
        return 0
    bitmap[place] = word | bit
    return 1


def rows(n: int, fill: int = 0) -> Rows:
    """Make n rows on 64-byte boundaries, each word `fill`."""
    flat = np.empty(n * WORDS + 8, np.uint64)
    start = (-(flat.ctypes.data // 8)) % 8
    made = flat[start : start + n * WORDS].reshape(n, WORDS)
    made[:] = U(fill)
    return made


def bitmap(n: int) -> npt.NDArray[np.uint64]:
    """An empty set of numbers below n."""
    return np.zeros((n + 63) // 64, np.uint64)
