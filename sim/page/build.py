"""A program: compile a page's kernel to WebAssembly (``python build.py REQUEST MODULE``, run by ``sim.page.module``).

The code is that of the native engine up to where LLVM optimises it: Numba's passes are switched off for this process, which is
why it is one of its own, so that nothing of the machine's layout is in it, and LLVM's run for the other machine. Nothing may be
imported before that from which something is compiled.
"""

from __future__ import annotations

import pickle
import sys
from pathlib import Path
from typing import Any

STACK_END = 512 * 1024
"""Where a page's own memory begins; below lie the module's tables and, growing down from here, its stack."""
EXPORTED = ("advance", "show")
"""Functions of a module: go on to a step, and write down an account's feed; each takes the table and a number."""
FAILED = -99
"""What they return where the code has raised."""
_TRIPLE = "wasm32-unknown-unknown"
_FEATURES = "+bulk-memory,+bulk-memory-opt,+mutable-globals,+nontrapping-fptoint,+sign-ext"

# What the C library does for a native engine; all of it exact.
_LIBRARY = """
define i32 @sched_yield() { ret i32 0 }
define i32 @usleep(i32 %microseconds) { ret i32 0 }

define double @numba_frexp(double %x, ptr %exponent) {
  %bits = bitcast double %x to i64
  %shifted = lshr i64 %bits, 52
  %raw = and i64 %shifted, 2047
  %is_zero = fcmp oeq double %x, 0.0
  %is_odd = icmp eq i64 %raw, 2047
  %as_it_is = or i1 %is_zero, %is_odd
  br i1 %as_it_is, label %same, label %finite
same:
  store i32 0, ptr %exponent
  ret double %x
finite:
  %is_small = icmp eq i64 %raw, 0
  %larger = fmul double %x, 0x4350000000000000
  %larger_bits = bitcast double %larger to i64
  %larger_shifted = lshr i64 %larger_bits, 52
  %larger_raw = and i64 %larger_shifted, 2047
  %larger_exponent = sub i64 %larger_raw, 54
  %e = select i1 %is_small, i64 %larger_exponent, i64 %raw
  %b = select i1 %is_small, i64 %larger_bits, i64 %bits
  %unbiased = sub i64 %e, 1022
  %number = trunc i64 %unbiased to i32
  store i32 %number, ptr %exponent
  %without = and i64 %b, -9218868437227405313
  %with = or i64 %without, 4602678819172646912
  %mantissa = bitcast i64 %with to double
  ret double %mantissa
}

define double @numba_ldexp(double %x, i32 %n) {
  %high = icmp sgt i32 %n, 1023
  %low = icmp slt i32 %n, -1022
  %doubled = fmul double %x, 0x7FE0000000000000
  %halved = fmul double %x, 0x0360000000000000
  %y0 = select i1 %high, double %doubled, double %x
  %y = select i1 %low, double %halved, double %y0
  %less = sub i32 %n, 1023
  %more = add i32 %n, 969
  %n0 = select i1 %high, i32 %less, i32 %n
  %n1 = select i1 %low, i32 %more, i32 %n0
  %above = icmp sgt i32 %n1, 1023
  %n2 = select i1 %above, i32 1023, i32 %n1
  %below = icmp slt i32 %n2, -1022
  %n3 = select i1 %below, i32 -1022, i32 %n2
  %biased = add i32 %n3, 1023
  %wide = zext i32 %biased to i64
  %bits = shl i64 %wide, 52
  %power = bitcast i64 %bits to double
  %z = fmul double %y, %power
  ret double %z
}
"""


def _leave_code_alone() -> None:
    """Keep Numba from optimising code, and from compiling it for this machine."""
    import numba
    from numba.core import codegen

    numba.njit(numba.int64())(lambda: 0)  # what Numba sets up when it compiles something for the first time

    def nothing(*_: Any) -> None:
        pass

    def nowhere(library: Any, _name: str) -> int:
        library._ensure_finalized()  # links what it calls
        return 0

    codegen.CPUCodeLibrary._optimize_functions = nothing
    codegen.CPUCodeLibrary._optimize_final_module = nothing
    codegen.JITCodeLibrary._finalize_specific = nothing
    codegen.JITCodeLibrary.get_pointer_to_function = nowhere
    codegen.JITCPUCodegen.set_env = nothing
    codegen.CodeLibrary.has_dynamic_globals = True  # such code is never kept


def intermediate_code(kind: Any) -> tuple[Any, str]:
    """LLVM's intermediate code of the page's kernel for what is of that kind, as a module of LLVM's, and the name of the function
    in it."""
    import numba
    from numba import int64

    from sim.page.kernels.showing import show_feed
    from sim.page.kernels.stretch import stretch
    from sim.page.rules import weight_by_number as weight
    from sim.page.table import rebuilder

    rebuild = rebuilder(kind)

    @numba.njit(_nrt=False, no_cpython_wrapper=True, no_cfunc_wrapper=True)  # type: ignore[untyped-decorator]
    def entry(table: int, which: int, number: int) -> int:
        whole = rebuild(table)
        if which == 0:
            return stretch(number, weight, whole)
        return show_feed(
            number, whole.seed, weight, whole.rule_parameters, whole.state, whole.society, whole.parameters, whole.scratch,
            whole.work,
        )  # fmt: skip

    entry.compile(int64(int64, int64, int64))
    compiled = entry.overloads[(int64, int64, int64)]
    return compiled.library._final_module, compiled.fndesc.llvm_func_name


def object_code(module: Any, name: str) -> bytes:
    """The code, which is used up, as a WebAssembly object file that has functions ``EXPORTED`` of its own."""
    import llvmlite.binding as llvm

    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    target = llvm.Target.from_triple(_TRIPLE)
    machine = target.create_target_machine(cpu="mvp", features=_FEATURES, opt=3, reloc="static", codemodel="default")
    entry = "".join(
        f"""
define i32 @{exported}(i32 %table, i32 %number) {{
  %result = alloca i64, align 8
  %problem = alloca ptr, align 8
  store i64 0, ptr %result
  %from = zext i32 %table to i64
  %wanted = sext i32 %number to i64
  %status = call i32 @"{name}"(ptr %result, ptr %problem, i64 %from, i64 {which}, i64 %wanted)
  %is_done = icmp eq i32 %status, 0
  %wide = load i64, ptr %result
  %short = trunc i64 %wide to i32
  %given = select i1 %is_done, i32 %short, i32 {FAILED}
  ret i32 %given
}}
"""
        for which, exported in enumerate(EXPORTED)
    )
    header = f'target datalayout = "{machine.target_data}"\ntarget triple = "{_TRIPLE}"\n'
    module.triple, module.data_layout = _TRIPLE, str(machine.target_data)
    module.link_in(llvm.parse_assembly(header + _LIBRARY))
    module.link_in(llvm.parse_assembly(header + f'declare i32 @"{name}"(ptr, ptr, i64, i64, i64)\n' + entry))
    for function in module.functions:
        if not function.is_declaration and function.name not in EXPORTED:
            function.linkage = "internal"
    for variable in module.global_variables:
        if not variable.is_declaration:
            variable.linkage = "internal"
    module.verify()
    options = llvm.create_pipeline_tuning_options(speed_level=3)
    options.loop_vectorization = options.slp_vectorization = options.loop_interleaving = False
    builder = llvm.create_pass_builder(machine, options)
    builder.getModulePassManager().run(module, builder)
    return machine.emit_object(module)


def main(request: str, place: str) -> None:
    sys.path[0] = str(Path(__file__).resolve().parents[2])  # this folder has modules with common names
    _leave_code_alone()
    from sim.page.object_file import packed

    kind, code = pickle.loads(Path(request).read_bytes())
    Path(place).write_bytes(packed(object_code(*intermediate_code(kind)), EXPORTED, code))


if __name__ == "__main__":
    main(*sys.argv[1:])
