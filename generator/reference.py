"""`python -m generator.reference` writes docs/reference.md from the docstrings; `--check` compares it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import griffe

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "reference.md"

_HEAD = """\
<!-- Written from the docstrings by `make generate`; edit those. -->

# API reference

Every public name, as its docstring has it. [The guides](README.md) show them at work.
"""
_SECTIONS = {
    "The client": ("ductape_sync.client", "ductape_sync.workflows", "ductape_sync.execution"),
    "Live events": ("ductape_sync.realtime",),
    "Answers and events": ("ductape_sync._generated",),
    "Data frames": ("ductape_sync.display",),
    "Errors": ("ductape_sync.errors",),
    "For tests": ("ductape_sync.testing",),
    "For workers of your own": ("ductape_sync.gateway",),
}
"""Where the names of each section are defined."""
_PACKAGES = ("ductape_sync", "ductape_sync.testing", "ductape_sync.gateway")
_FUNCTIONS = ("ductape_sync.display.dataframe.executions",)
"""What is public beside the classes of the packages."""
_LABELS = {"returns": "Returns", "yields": "Yields", "raises": "Raises"}
_EVENTS = """
Every answer is a frozen object with typed fields, and `to_dict()` returns it as it was on the wire. Every
event has `id` (it sorts as the events do), `execution_id`, `timestamp` and `type`, beside its `data`.
"""
_SAID_ABOVE = {"from_dict", "to_dict"}
_OF_EVERY_EVENT = {"id", "execution_id", "timestamp"}
_INTERNAL = {
    "Execution.settle",
    "Subscription.push",
    "Subscription.end",
    "Subscription.drop",
    "DuctapePlugin",
    "FakeExecution.add",
    "FakeExecution.to_status",
    "FakeExecution.to_summary",
    "FakeExecution.follow",
}
"""What other modules need, and users don't."""


def render() -> str:
    """The page."""
    loader = griffe.GriffeLoader(
        search_paths=[ROOT],
        docstring_parser=griffe.Parser.google,
        docstring_options={"returns_multiple_items": False, "returns_named_value": False},
    )
    loader.load("ductape_sync")
    loader.resolve_aliases()
    sections = _sections(loader.modules_collection)
    return _HEAD + "".join(f"\n## {title}\n{body}" for title, body in sections)


def _sections(modules: griffe.ModulesCollection) -> Iterator[tuple[str, str]]:
    found = list(_public(modules))
    for title, homes in _SECTIONS.items():
        here = [(name, thing) for name, thing in found if thing.path.startswith(homes)]
        here.sort(key=lambda pair: _place(pair[1], homes))
        intro = {"Errors": _error_tree(modules), "Answers and events": _EVENTS}.get(title, "")
        yield title, intro + "".join(_class(name, thing) for name, thing in here)
        found = [pair for pair in found if pair not in here]
    if found:
        raise SystemExit(f"generator/reference.py has no section for {found}")


def _place(thing: griffe.Object, homes: Sequence[str]) -> tuple[int, str, int]:
    """In the order of the section, then of the file; events after what else is answered."""
    home = next(index for index, home in enumerate(homes) if thing.path.startswith(home))
    return home, "~" if thing.name.endswith("Event") else thing.module.path, thing.lineno or 0


def _public(modules: griffe.ModulesCollection) -> Iterator[tuple[str, griffe.Object]]:
    """Every public class, type and function with the name that it is imported by."""
    for package in _PACKAGES:
        module = modules[package]
        prefix = "" if package == "ductape_sync" else f"{package}."
        for export in module.exports or ():
            name = str(export)
            if not name.startswith("__"):
                yield prefix + name, _target(module[name])
    for path in _FUNCTIONS:
        yield path, _target(modules[path])


def _target(found: griffe.Object | griffe.Alias) -> griffe.Object:
    return found.final_target if isinstance(found, griffe.Alias) else found


def _error_tree(modules: griffe.ModulesCollection) -> str:
    """The tree in the docstring of the module of errors."""
    doc = modules["ductape_sync.errors"].docstring
    tree = doc.value.partition("::\n")[2] if doc else ""
    return "\n" + tree.strip("\n") + "\n"


def _class(name: str, thing: griffe.Object) -> str:
    parts = [f"\n### {name}\n"]
    if isinstance(thing, griffe.Attribute):
        parts.append(f"\n`{thing.value}`\n")
    if isinstance(thing, griffe.Function):
        parts.append(f"\n`{_call(thing)}`\n")
    if isinstance(thing, griffe.Class):
        parts.append(_signature(thing))
    parts += _docstring(thing)
    if isinstance(thing, griffe.Class):
        parts += _fields(thing)
        parts += [_method(thing.name, method) for method in _methods(thing)]
    return "".join(parts)


def _signature(thing: griffe.Class) -> str:
    """How to make one, and what else it is, as far as users make it or can know it."""
    text = f"\n`{thing.name}({_parameters(thing.parameters)})`\n" if _is_constructed(thing) else ""
    if thing.module.name == "errors" and thing.name != "DuctapeError":
        text += f"\nBases: {', '.join(f'`{base}`' for base in thing.bases)}\n"
    return text


def _is_constructed(thing: griffe.Class) -> bool:
    """Whether users make objects of it: its docstring has the arguments then."""
    return any(section.kind.value == "parameters" for section in _parsed(thing))


def _parsed(thing: griffe.Object) -> Sequence[Any]:
    return thing.docstring.parsed if thing.docstring is not None else ()


def _docstring(thing: griffe.Object) -> Iterator[str]:
    for section in _parsed(thing):
        kind = section.kind.value
        if kind == "text":
            yield f"\n{section.value.replace('::' + chr(10), ':' + chr(10))}\n"
        elif kind in {"parameters", "attributes"}:
            items = (
                f"- `{item.name}`{_typed(item.annotation)}: {_line(item.description)}"
                for item in section.value
            )
            yield "\n" + "\n".join(items) + "\n"
        elif kind in _LABELS:
            yield "\n" + "\n".join(_outcome(_LABELS[kind], item) for item in section.value) + "\n"
        else:
            raise SystemExit(
                f"{thing.path} has a section of kind {kind}, which generator/reference.py cannot write"
            )


def _outcome(label: str, item: Any) -> str:
    if isinstance(item.annotation, str):  # no type, but prose with a colon in it
        return f"- {label}: {item.annotation}: {_line(item.description)}"
    what = f" `{_type(item.annotation)}`" if item.annotation is not None else ""
    return f"- {label}{what}: {_line(item.description)}"


def _type(annotation: Any) -> str:
    text = str(annotation).replace("builtins.", "").replace("dt.datetime", "datetime")
    return text[1:-1] if text.startswith("(") else text  # several errors in one line


def _line(text: str) -> str:
    return " ".join(text.split())


def _typed(annotation: Any) -> str:
    return f" (`{_type(annotation)}`)" if annotation is not None else ""


def _fields(thing: griffe.Class) -> Iterator[str]:
    """The attributes and properties that have a docstring, or an enumeration's values."""
    lines = []
    left_out = _OF_EVERY_EVENT if thing.name.endswith("Event") else set()
    for field in thing.attributes.values():
        if field.name[0] == "_" or field.name == "additional_properties" or field.name in left_out:
            continue
        if field.docstring is not None:
            lines.append(f"- `{field.name}`{_typed(field.annotation)}: {_line(field.docstring.value)}")
            lines += _of_part(thing, field)
        elif any(str(base).endswith("Enum") for base in thing.bases):
            lines.append(f"- `{field.value}`")
    if lines:
        yield "\n" + "\n".join(lines) + "\n"


def _of_part(thing: griffe.Class, field: griffe.Attribute) -> Iterator[str]:
    """The fields of an event's data, which has no name of its own to the outside."""
    part = thing.module.members.get(str(field.annotation))
    if field.name == "data" and isinstance(part, griffe.Class):
        for inner in part.attributes.values():
            if inner.docstring is not None and inner.name != "additional_properties":
                yield f"  - `{inner.name}`{_typed(inner.annotation)}: {_line(inner.docstring.value)}"


def _methods(thing: griffe.Class) -> Iterator[griffe.Function]:
    for name, member in {**thing.inherited_members, **thing.members}.items():
        method = _target(member)
        hidden = (
            name.startswith("_") or name in _SAID_ABOVE or _INTERNAL & {thing.name, f"{thing.name}.{name}"}
        )
        if isinstance(method, griffe.Function) and not hidden:
            yield method


def _method(owner: str, method: griffe.Function) -> str:
    return f"\n#### {owner}.{method.name}\n\n`{_call(method)}`\n" + "".join(_docstring(method))


def _call(function: griffe.Function) -> str:
    returns = function.returns
    outcome = f" → {_type(returns)}" if returns is not None and str(returns) != "None" else ""
    return f"{function.name}({_parameters(function.parameters)}){outcome}"


def _parameters(parameters: griffe.Parameters) -> str:
    texts, marked = [], False
    for each in parameters:
        kind = each.kind
        if each.name in {"self", "cls"}:
            continue
        if kind is griffe.ParameterKind.keyword_only and not marked:
            texts.append("*")
            marked = True
        star = {griffe.ParameterKind.var_positional: "*", griffe.ParameterKind.var_keyword: "**"}.get(
            kind, ""
        )
        default = f"={each.default}" if each.default is not None and not star else ""
        texts.append(f"{star}{each.name}{default}")
        marked = marked or star == "*"
    return ", ".join(texts)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the page, or check it; return the exit status."""
    check = (sys.argv[1:] if arguments is None else arguments) == ["--check"]
    text = render()
    if not check:
        PAGE.write_text(text, encoding="utf-8", newline="\n")
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text:
        print(
            f"{PAGE.relative_to(ROOT)} is not what the docstrings say; run `make generate`", file=sys.stderr
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
