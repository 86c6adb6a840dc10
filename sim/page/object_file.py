"""From a WebAssembly object file, as LLVM writes it, to a module that can be loaded.

An object that calls nothing outside of itself needs no linker: what it would be moved to is where LLVM has put it already. What
it lacks is an export, and its names and relocations are of no use any more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

_MAGIC = b"\0asm\1\0\0\0"
_CUSTOM, _IMPORT, _EXPORT, _ELEMENTS = 0, 2, 7, 9
_ORDER = (1, 2, 3, 4, 5, 6, _EXPORT, 8, _ELEMENTS, 12, 10, 11)
_PROVIDED = {("env", "__linear_memory"), ("env", "__stack_pointer"), ("env", "__indirect_function_table")}
_FUNCTION = 0
SECTION = "groundswell"


class ObjectError(ValueError):
    """The object needs something that a page has not."""


def _number(data: bytes, at: int) -> tuple[int, int]:
    """An unsigned number (LEB128), and where what follows it begins."""
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def _encoded(value: int) -> bytes:
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def _text(data: bytes, at: int) -> tuple[str, int]:
    length, at = _number(data, at)
    return data[at : at + length].decode(), at + length


def _named(text: str) -> bytes:
    return _encoded(len(text.encode())) + text.encode()


def sections(module: bytes) -> Iterator[tuple[int, bytes]]:
    """The sections of a module or object file: number and content."""
    if module[:8] != _MAGIC:
        raise ObjectError("is no WebAssembly")
    at = 8
    while at < len(module):
        number = module[at]
        size, at = _number(module, at + 1)
        yield number, module[at : at + size]
        at += size


def custom(module: bytes, name: str = SECTION) -> str | None:
    """The text in a module's custom section of that name."""
    for number, content in sections(module):
        if number == _CUSTOM:
            found, at = _text(content, 0)
            if found == name:
                return content[at:].decode()
    return None


def _imports(content: bytes) -> tuple[list[tuple[str, str]], int]:
    """Module and name of all imports, and how many of them are functions."""
    count, at = _number(content, 0)
    found, functions = [], 0
    for _ in range(count):
        module, at = _text(content, at)
        name, at = _text(content, at)
        found.append((module, name))
        kind, at = content[at], at + 1
        if kind == _FUNCTION:
            functions += 1
            _, at = _number(content, at)
        elif kind == 1:  # a table: its type, then limits
            at = _after_limits(content, at + 1)
        elif kind == 2:
            at = _after_limits(content, at)
        else:  # a global: its type, and whether it changes
            at += 2
    return found, functions


def _after_limits(content: bytes, at: int) -> int:
    flags, at = content[at], at + 1
    for _ in range(1 + (flags & 1)):
        _, at = _number(content, at)
    return at


def _defined(linking: bytes, wanted: str) -> int:
    """The number of the function of that name, from the section in which an object has its symbols."""
    _, at = _number(linking, 0)
    while at < len(linking):
        kind = linking[at]
        size, at = _number(linking, at + 1)
        if kind == 8:
            return _symbol(linking[at : at + size], wanted)
        at += size
    raise ObjectError("has no table of symbols")


def _symbol(table: bytes, wanted: str) -> int:
    count, at = _number(table, 0)
    for _ in range(count):
        kind = table[at]
        flags, at = _number(table, at + 1)
        undefined, explicit = bool(flags & 0x10), bool(flags & 0x40)
        if kind == 1:  # data
            name, at = _text(table, at)
            if not undefined:
                for _ in range(3):
                    _, at = _number(table, at)
            continue
        index, at = _number(table, at)
        name = ""
        if kind != 3 and (not undefined or explicit):
            name, at = _text(table, at)
        if kind == 0 and name == wanted and not undefined:
            return index
    raise ObjectError(f"has no function {wanted}")


def packed(made: bytes, exported: Sequence[str], about: str) -> bytes:
    """A module that exports functions of an object file and carries the text ``about`` in a section of its own.

    Raises ObjectError, naming them, for functions that the object does not have itself."""
    found: dict[int, bytes] = {}
    linking = b""
    for number, content in sections(made):
        if number != _CUSTOM:
            found[number] = content
            continue
        name, at = _text(content, 0)
        if name == "linking":
            linking = content[at:]
    lacking = sorted(name for module, name in _imports(found[_IMPORT])[0] if (module, name) not in _PROVIDED)
    if lacking:
        raise ObjectError(f"calls functions that it has not: {', '.join(lacking)}")
    exports = (_named(name) + bytes([_FUNCTION]) + _encoded(_defined(linking, name)) for name in exported)
    found[_EXPORT] = _encoded(len(exported)) + b"".join(exports)
    body = b"".join(
        bytes([number]) + _encoded(len(found[number])) + found[number] for number in _ORDER if number in found
    )
    note = _named(SECTION) + about.encode()
    return _MAGIC + body + bytes([_CUSTOM]) + _encoded(len(note)) + note
