"""Indices that do not count from the end.

Numba has every index compared with 0 and, where it is negative, the length added. No kernel of ours has a negative one, so theirs
are made unsigned between typing and lowering, and that code is never written. With ``NUMBA_BOUNDSCHECK=1`` a negative index is
refused like one beyond the end; without, it would be read where it points to.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from numba import types
from numba.core import ir
from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.core.compiler_machinery import FunctionPass, register_pass
from numba.core.ir_utils import mk_unique_var
from numba.core.typed_passes import NoPythonSupportedFeatureValidation
from numba.core.typing import signature

FINGERPRINT = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()
"""Of what is done here: code that was compiled otherwise is another."""


def _unsigned(kind: Any) -> Any:
    """The type of an index without a sign."""
    if isinstance(kind, types.BaseTuple):
        return types.Tuple([_unsigned(part) for part in kind])
    return types.uintp if isinstance(kind, types.Integer) else kind


@register_pass(mutates_CFG=False, analysis_only=False)
class UnsignedIndices(FunctionPass):  # type: ignore[misc]
    """Makes unsigned what arrays are indexed by."""

    _name = "unsigned_indices"

    def __init__(self) -> None:
        FunctionPass.__init__(self)

    def run_pass(self, state: Any) -> bool:
        """Whether anything was changed."""
        changed = False
        for block in state.func_ir.blocks.values():
            body = [new for statement in block.body for new in _rewritten(state, block.scope, statement)]
            changed |= len(body) > len(block.body)
            block.body = body
        return changed


def _rewritten(state: Any, scope: Any, statement: Any) -> Iterator[Any]:
    """The statement, and before it the one that makes its index unsigned."""
    looked = statement.value if isinstance(statement, ir.Assign) else statement
    if isinstance(looked, ir.SetItem):
        array = looked.target
    elif isinstance(looked, ir.Expr) and looked.op == "getitem":
        array = looked.value
    else:
        yield statement
        return
    kind = _unsigned(state.typemap[looked.index.name])
    if kind != state.typemap[looked.index.name] and isinstance(state.typemap[array.name], types.Array):
        index = ir.Var(scope, mk_unique_var("$unsigned"), statement.loc)
        state.typemap[index.name] = kind
        yield ir.Assign(ir.Expr.cast(looked.index, statement.loc), index, statement.loc)
        known = state.calltypes.pop(looked)
        looked.index = index
        state.calltypes[looked] = signature(known.return_type, known.args[0], kind, *known.args[2:])
    yield statement


class Compiler(CompilerBase):  # type: ignore[misc]
    """Numba's own passes and the one above."""

    def define_pipelines(self) -> list[Any]:
        """The passes in their order."""
        passes = DefaultPassBuilder.define_nopython_pipeline(self.state)
        passes.add_pass_after(UnsignedIndices, NoPythonSupportedFeatureValidation)
        passes.finalize()
        return [passes]
