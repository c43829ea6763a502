"""How the contract's limits on what is sent are spelled as checks in the generated Python."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator import wording
from generator.contract import (
    Array,
    Const,
    Contract,
    Model,
    Nullable,
    Operation,
    Reference,
    Rules,
    Scalar,
    Type,
)
from generator.names import snake
from generator.python import literal

if TYPE_CHECKING:
    from collections.abc import Iterator

_PLAIN = {"any": "_anything", "boolean": "_boolean", "date": "_date", "date-time": "_date_time"}


class Checks:
    """The checks that a contract asks for.

    Attributes:
        rules: The expressions that make the rules which the written statements use, by the rules' names.
    """

    def __init__(self, contract: Contract) -> None:
        self.rules: dict[str, str] = {}
        self._models = {model.name: model for model in contract.models}
        bodies = [operation.body.name for operation in contract.operations if operation.body]
        self._sent = tuple(dict.fromkeys([*bodies, *contract.messages]))

    def sent(self) -> list[Model]:
        """Return the models that a client sends whole."""
        return [self._models[name] for name in self._sent]

    def checked(self) -> list[Model]:
        """Return the models that a client sends, whole or as a part of another."""
        found: set[str] = set()
        waiting = list(self._sent)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += [part for field in self._models[name].fields for part in _models_in(field.type)]
        return [model for model in self._models.values() if model.name in found]

    def of_model(self, model: Model) -> list[str]:
        """Write the statements that check `value`, a model, whose fields' names follow `prefix`."""
        lines: list[str] = []
        for field in model.fields:
            if isinstance(field.type, Const) or field.type == Scalar("any"):
                continue
            check = f'{self._rule(field.type, field.name)}(f"{{prefix}}{field.name}", value.{field.name})'
            lines += [check] if field.required else [f"if value.{field.name} is not None:", f"    {check}"]
        return lines

    def of_operation(self, operation: Operation) -> list[str]:
        """Write the statements that check an operation's arguments and put them where they travel."""
        lines = [f'_check_{snake(operation.body.name)}("", body)'] if operation.body else []
        for parameter in operation.parameters:
            name = parameter.name
            steps = [f"{self._rule(parameter.type, name)}({literal(name)}, {name})"]
            if parameter.place == "header":
                steps.append(f"_one_line({literal(name)}, {name})")
            if parameter.place != "path":
                target = "_query" if parameter.place == "query" else "_headers"
                steps.append(f"{target}[{literal(parameter.wire)}] = {_as_text(parameter.type, name)}")
            lines += (
                steps if parameter.required else [f"if {name} is not None:", *(f"    {s}" for s in steps)]
            )
        return lines

    def _rule(self, kind: Type, name: str) -> str:
        """Return the name of a rule, the first that has its expression or a new one named after `name`."""
        expression = _expression(kind)
        if "(" not in expression:
            return expression
        number, rule = 1, f"_{name}_rule"
        while self.rules.setdefault(rule, expression) != expression:
            number += 1
            rule = f"_{name}_rule_{number}"
        return rule


def path_expression(operation: Operation) -> str:
    """Spell the path of an operation with its arguments in it."""
    path = operation.path
    for parameter in operation.parameters:
        if parameter.place == "path":
            text = _as_text(parameter.type, parameter.name)
            path = path.replace(f"{{{parameter.wire}}}", f"{{quote({text}, safe='')}}")
    return f'f"{path}"' if "{" in path else literal(path)


def _expression(kind: Type) -> str:
    match kind:
        case Scalar(kind="string", rules=rules):
            return _text(rules)
        case Scalar(kind="integer" | "number" as scalar, rules=rules):
            limits = f"{literal(wording.number_rule(rules))}, {rules.minimum}, {rules.maximum}"
            return f"_{scalar}({limits})"
        case Scalar(kind=scalar):
            return _PLAIN[scalar]
        case Const(value=value):
            return f"_choice({literal(value)})"
        case Reference(kind="enum", members=members):
            return f"_choice({', '.join(map(literal, members))})"
        case Reference(kind="map", values=values) if values:
            return f"_mapping({_expression(values)})"
        case Reference(name=name):
            return f"_check_{snake(name)}"
        case Array(items=items, rules=rules):
            limits = f"{literal(wording.size_rule(rules))}, {rules.min_items}, {rules.max_items}"
            return f"_array({limits}, {_expression(items)})"
        case Nullable(inner=inner):
            return f"_nullable({_expression(inner)})"


def _text(rules: Rules) -> str:
    # `$` would let a line break pass at the end; \Z is what JSON Schema means by it.
    pattern = literal(rules.pattern[:-1] + r"\Z") if rules.pattern else None
    return f"_string({literal(wording.text_rule(rules))}, {rules.min_length}, {rules.max_length}, {pattern})"


def _as_text(kind: Type, name: str) -> str:
    match kind:
        case Scalar(kind="string"):
            return name
        case Scalar(kind="boolean"):
            return f'"true" if {name} else "false"'
        case _:
            return f"str({name})"


def _models_in(kind: Type) -> Iterator[str]:
    match kind:
        case Reference(name=name, kind="model"):
            yield name
        case Reference(values=inner) | Array(items=inner) | Nullable(inner=inner) if inner:
            yield from _models_in(inner)
