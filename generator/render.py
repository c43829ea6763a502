"""The generated files: templates filled, code formatted."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ductape_sync import results
from generator import checks, names, python

if TYPE_CHECKING:
    from generator.contract import Contract, Enum, Map, Model, Operation, Reference, Union

HEADER = "# Generated from openapi.yaml by `make generate`; do not edit.\n"
FILES = ("__init__.py", "models.py", "operations.py")
_BASE = ("--isolated", "--no-cache", "--quiet", "--stdin-filename", "generated.py", "-")


def render(contract: Contract) -> dict[str, str]:
    """Return the text of every generated file by its name."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(_filters())
    values = _values(contract)
    return {name: _formatted(environment.get_template(f"{name}.jinja").render(values)) for name in FILES}


def _values(contract: Contract) -> dict[str, Any]:
    named: list[Model | Enum | Map | Union] = [
        *contract.models,
        *contract.enums,
        *contract.maps,
        *contract.unions,
    ]
    return {
        "contract": contract,
        "models": [*contract.models, *(union.unknown for union in contract.unions)],
        "checks": checks.Checks(contract),
        "imports": [part.name for part in named]
        + [f"{names.snake(union.name)}_from_dict" for union in contract.unions],
    }


def _filters() -> dict[str, Any]:
    return {
        "annotation": python.annotation,
        "arguments": _arguments,
        "bases": _bases,
        "builtin": _builtin,
        "decode_field": python.decode_field,
        "decoder": python.decoder,
        "decoder_name": python.decoder_name,
        "doc": python.doc,
        "encode": python.encode,
        "field_annotation": python.field_annotation,
        "literal": python.literal,
        "operation_doc": _operation_doc,
        "parser": _parser,
        "path_expression": checks.path_expression,
        "snake": names.snake,
        "table": python.table,
    }


def _builtin(name: str, model: Model) -> str:
    return f"builtins.{name}" if any(field.name == name for field in model.fields) else name


def _bases(model: Model) -> str:
    abilities = f"{model.name}Result"
    return f"_Model, results.{abilities}" if hasattr(results, abilities) else "_Model"


def _arguments(operation: Operation) -> str:
    def spelled(place: str) -> list[str]:
        return [
            f"{parameter.name}: {python.parameter_annotation(parameter)}"
            for parameter in operation.parameters
            if (parameter.place == "path") == (place == "path")
        ]

    body = [f"body: {operation.body.name}"] if operation.body else []
    named = [*body, *spelled("other")]
    return ", ".join([*spelled("path"), *(["*", *named] if named else [])])


def _operation_doc(operation: Operation) -> str:
    arguments = [f"{parameter.name}: {parameter.description}" for parameter in operation.parameters]
    if operation.body:
        arguments.append("body: What to send.")
    sections = [operation.summary, operation.description]
    if arguments:
        lines = "\n    ".join(" ".join(argument.split()) for argument in arguments)
        sections.append(f"Args:\n    {lines}")
    sections.append(
        f"Returns:\n    The request. Its answer: {' '.join(operation.answer_description.split())}"
    )
    return python.doc("\n\n".join(section for section in sections if section), 4)


def _parser(answer: Reference | None) -> str:
    if answer is None:
        return "_nothing"
    return f"{names.snake(answer.name)}_from_dict" if answer.kind == "union" else f"{answer.name}.from_dict"


def _formatted(code: str) -> str:
    for command in (
        ("check", "--fix-only", "--select", "F401,I"),
        ("format", "--line-length", str(python.WIDTH)),
    ):
        code = _ruff(command, code)
    return HEADER + code


def _ruff(command: tuple[str, ...], code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "ruff", *command, "--target-version", "py311", *_BASE],
        input=code,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        message = f"ruff {command[0]} failed on the generated code: {done.stderr.strip()}"
        raise RuntimeError(message)
    return done.stdout
