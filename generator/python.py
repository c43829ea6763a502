"""How the contract's types are spelled in the generated Python.

Decoding is written out field by field, since that is several times faster than going over a table; the
table beside it serves to say what is wrong once the quick way has failed.
"""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING

from generator.contract import Array, Const, Field, Model, Nullable, Parameter, Reference, Scalar, Type
from generator.names import constant, snake

if TYPE_CHECKING:
    from collections.abc import Iterable

WIDTH = 110
_BUILTIN = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}
_OTHER = {"any": "Any", "date": "dt.date", "date-time": "dt.datetime"}


def annotation(kind: Type, model: Model | None = None) -> str:
    """Spell a type; inside `model`, whose fields may hide builtins."""
    hidden = {field.name for field in model.fields} if model else set()
    match kind:
        case Scalar(kind=scalar) if scalar in _OTHER:
            return _OTHER[scalar]
        case Scalar(kind=scalar):
            name = _BUILTIN[scalar]
            return f"builtins.{name}" if name in hidden else name
        case Const(value=value):
            return f"Literal[{literal(value)}]"
        case Reference(name=name):
            return name
        case Array(items=items):
            return f"{'builtins.list' if 'list' in hidden else 'list'}[{annotation(items, model)}]"
        case Nullable(inner=inner):
            return f"{annotation(inner, model)} | None"


def field_annotation(field: Field, model: Model) -> str:
    """Spell the type of a field, with the default that an optional one has."""
    if isinstance(field.type, Const):
        return f"ClassVar[{annotation(field.type)}] = {literal(field.type.value)}"
    spelled = annotation(field.type, model)
    if field.required:
        return spelled
    return f"{spelled} = None" if spelled == "Any" else f"{spelled} | None = None"


def parameter_annotation(parameter: Parameter) -> str:
    """Spell the type of an argument; an enum's value may be a plain string."""
    spelled = annotation(parameter.type)
    if isinstance(parameter.type, Reference):
        spelled = f"{spelled} | str"
    return spelled if parameter.required else f"{spelled} | None = None"


def slots(model: Model) -> list[str]:
    """Return the attributes that an instance holds; a constant belongs to the class."""
    held = [field.name for field in model.fields if not isinstance(field.type, Const)]
    return held if model.closed else [*held, "additional_properties"]


def decoder_name(component: str) -> str:
    """Return the name of the function that decodes a component."""
    return f"_decode_{snake(component)}"


def table(component: str, what: str) -> str:
    """Return the name of the table that holds the fields, the members or the variants of a component."""
    return f"_{constant(component)}_{what}"


def decoder(kind: Type) -> str:
    """Spell the function that decodes a value and says what is wrong with it."""
    match kind:
        case Scalar(kind=scalar):
            return f"_{scalar.replace('-', '_')}"
        case Const(value=value):
            return f"_constant({literal(value)})"
        case Reference(name=name, kind="map" | "enum" | "model"):
            return decoder_name(name)
        case Reference(name=name):
            return f"{snake(name)}_from_dict"
        case Array(items=items):
            return f"_array({decoder(items)})"
        case Nullable(inner=inner):
            return f"_nullable({decoder(inner)})"


def decode_field(field: Field, model: Model) -> list[str]:
    """Write the statements that decode one field of `data` into `draft`."""
    wire, target = literal(field.wire), f"draft.{field.name}"
    lines = _decode(field.type, f"data[{wire}]", target)
    if not lines:
        lines = [f"{target} = {table(model.name, 'FIELDS')}[{wire}][0](data[{wire}])"]
    if field.required:
        return lines
    return [f"if {wire} in data:", *_indented(lines), "else:", f"    {target} = None"]


def _decode(kind: Type, key: str, target: str) -> list[str]:
    """Write out how a value is decoded; nothing where a function must be made for it."""
    match kind:
        case Scalar(kind="any"):
            return [f"{target} = {key}"]
        case Scalar(kind="string" | "integer" | "boolean" as scalar):
            return [
                f"{target} = value = {key}",
                f"if type(value) is not {_BUILTIN[scalar]}:",
                "    raise TypeError",
            ]
        case Scalar(kind="date-time"):
            return [
                f"{target} = value = _fromisoformat({key})",
                "if value.tzinfo is None:",
                "    raise ValueError",
            ]
        case Const(value=value):
            return [f"if {key} != {literal(value)}:", "    raise ValueError"]
        case Reference(name=name, kind="enum"):
            members = table(name, "MEMBERS")
            return [f"value = {key}", f"{target} = {members}.get(value) or {decoder_name(name)}(value)"]
        case Array(items=Reference(kind="model" | "union") as items):
            return [
                f"value = {key}",
                "if type(value) is not list:",
                "    raise TypeError",
                f"{target} = [{_decode_item(items)} for item in value]",
            ]
        case Nullable(inner=inner):
            return _decode_nullable(_decode(inner, key, target), key, target)
        case Scalar() | Reference():
            return [f"{target} = {decoder(kind)}({key})"]
        case _:
            return []


def _decode_nullable(lines: list[str], key: str, target: str) -> list[str]:
    """Let null through before the statements that decode what is not null."""
    if not lines:
        return []
    rest = [line.replace(key, "value").replace("= value = value", "= value") for line in lines]
    return [
        f"value = {key}",
        "if value is None:",
        f"    {target} = None",
        "else:",
        *_indented([line for line in rest if line != "value = value"]),
    ]


def _decode_item(items: Reference) -> str:
    if items.kind == "union":
        return f"{table(items.name, 'VARIANTS')}[item[{literal(items.tag)}]](item)"
    return f"{decoder(items)}(item)"


def encode(kind: Type, value: str) -> str:
    """Spell the JSON form of a value."""
    match kind:
        case Scalar(kind="date" | "date-time"):
            return f"{value}.isoformat()"
        case Reference(kind="enum"):
            return f"str({value})"
        case Reference(kind="model" | "union"):
            return f"{value}.to_dict()"
        case Array(items=items) if encode(items, "item") != "item":
            return f"[{encode(items, 'item')} for item in {value}]"
        case Reference(values=values) if values and encode(values, "item") != "item":
            return f"{{name: {encode(values, 'item')} for name, item in {value}.items()}}"
        case Nullable(inner=inner) if encode(inner, value) != value:
            return f"None if {value} is None else {encode(inner, value)}"
        case _:
            return value


def _indented(lines: list[str]) -> list[str]:
    return [f"    {line}" for line in lines]


def literal(text: str) -> str:
    """Spell a string; in ASCII, so that nothing in the contract can look like what it is not."""
    return ascii(text)


def doc(text: str, indent: int) -> str:
    """Spell a docstring, wrapped to the line's width; a line that is indented starts a new one."""
    margin = " " * indent
    escaped = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    body = "\n\n".join("\n".join(_lines(part, margin)) for part in re.split(r"\n\s*\n", escaped)).strip()
    if body.endswith('"'):
        body += " "
    return f'"""{body}\n{margin}"""' if "\n" in body else f'"""{body}"""'


def _lines(paragraph: str, margin: str) -> Iterable[str]:
    for part in re.split(r"\n(?=\s)", paragraph):
        own = part[: len(part) - len(part.lstrip())]
        yield from textwrap.wrap(
            " ".join(part.split()),
            WIDTH - 6,
            initial_indent=margin + own,
            subsequent_indent=margin + own + ("    " if own else ""),
            break_long_words=False,
            break_on_hyphens=False,
        )
