"""A row of `LANES` int32 times as one value that the compiler keeps in vector registers.

Arrays of rows have shape (n, LANES) and dtype int32, C order; a lane is one sample or one source.
LLVM lowers the vector to whatever the processor has: AVX-512, AVX2, NEON.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

LANES = 16
"""Samples, or sources, that are worked on at once: int32 values of one 512-bit register."""
_ROW = ir.VectorType(ir.IntType(32), LANES)


def _pointer(context: Any, builder: Any, signature: Any, args: Any, k: int) -> Any:
    """Place of row args[k + 1] of array args[k]."""
    array = context.make_array(signature.args[k])(context, builder, args[k])
    index = context.cast(builder, args[k + 1], signature.args[k + 1], types.intp)
    offset = builder.mul(index, ir.Constant(index.type, LANES))
    return builder.bitcast(builder.gep(array.data, [offset]), _ROW.as_pointer())


def _least(builder: Any, a: Any, b: Any) -> Any:
    return builder.select(builder.icmp_signed("<", a, b), a, b)


@intrinsic
def relax(_: Any, made: Any, t: Any, first: Any, a: Any, second: Any, b: Any) -> Any:
    """``made[t] = min(made[t], first[a] + second[b])`` in every lane."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        places = [_pointer(context, builder, signature, args, k) for k in (0, 2, 4)]
        old, one, two = (builder.load(place, align=4) for place in places)
        builder.store(_least(builder, old, builder.add(one, two)), places[0], align=4)
        return context.get_dummy_value()

    return types.none(made, t, first, a, second, b), code


@intrinsic
def relax_by(_: Any, made: Any, t: Any, first: Any, a: Any, more: Any) -> Any:
    """``made[t] = min(made[t], first[a] + more)`` in every lane; `more` is one int32."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        places = [_pointer(context, builder, signature, args, k) for k in (0, 2)]
        old, one = (builder.load(place, align=4) for place in places)
        more32 = context.cast(builder, args[4], signature.args[4], types.int32)
        lane = builder.insert_element(ir.Constant(_ROW, ir.Undefined), more32, ir.IntType(32)(0))
        mask = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
        two = builder.shuffle_vector(lane, lane, mask)
        builder.store(_least(builder, old, builder.add(one, two)), places[0], align=4)
        return context.get_dummy_value()

    return types.none(made, t, first, a, more), code
