"""Arithmetic expressions of computed properties: read, checked for names, types and units; nothing is run here."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from backend.errors import ConfigError

MAX_DEPTH: Final = 40
_OPERATORS: Final[Mapping[type[ast.operator], str]] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Pow: "**",
}
_COMPARISONS: Final[Mapping[type[ast.cmpop], str]] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
_FUNCTIONS: Final[Mapping[str, int]] = {"abs": 1, "sqrt": 1, "exp": 1, "log": 1, "log10": 1, "where": 3}
"""Function → how many arguments."""
_KEEPS_UNIT: Final = frozenset({"abs"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Expression:
    """A checked expression. text: what NumExpr compiles, every number written as a float. names: in order of use.

    unit: what the result is in; None where it cannot be told (a product), "number" for a plain number.
    """

    text: str
    names: tuple[str, ...]
    unit: str | None


@dataclass(frozen=True, slots=True)
class _Part:
    text: str
    unit: str | None
    truth: bool = False


def read(expression: str, units: Mapping[str, str]) -> Expression:
    """Read an expression of properties. units: property → unit. Raises ConfigError, one sentence."""
    try:
        tree = ast.parse(expression.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ConfigError("is not an expression ({reason})", reason=getattr(error, "msg", None) or error) from error
    names: dict[str, None] = {}
    part = _part(tree, units, names, 0)
    if part.truth:
        raise ConfigError("gives true or false, not a number: use where(condition, a, b)")
    if not names:
        raise ConfigError("names no property")
    return Expression(text=part.text, names=tuple(names), unit=part.unit)


def _part(node: ast.expr, units: Mapping[str, str], names: dict[str, None], depth: int) -> _Part:
    if depth > MAX_DEPTH:
        raise ConfigError("is nested too deeply")

    def inner(one: ast.expr) -> _Part:
        return _part(one, units, names, depth + 1)

    match node:
        case ast.Constant(value=bool()):
            raise ConfigError("holds {text}, which is not a number", text=ast.unparse(node))
        case ast.Constant(value=int() | float() as value) if abs(value) < 1e300:
            return _Part(repr(float(value)), "number")
        case ast.Name(id=name):
            if name not in units:
                raise ConfigError("{name} is not a property", name=name)
            names[name] = None
            return _Part(name, units[name])
        case ast.UnaryOp(op=ast.USub() | ast.UAdd() as sign, operand=operand):
            part = _number(inner(operand))
            return _Part(f"({'-' if isinstance(sign, ast.USub) else '+'}{part.text})", part.unit)
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _OPERATORS:
            return _binary(_number(inner(left)), _OPERATORS[type(operator)], _number(inner(right)))
        case ast.Compare(left=left, ops=[comparison], comparators=[right]) if type(comparison) in _COMPARISONS:
            one, other = _number(inner(left)), _number(inner(right))
            _same_unit(one, other)
            return _Part(f"({one.text} {_COMPARISONS[type(comparison)]} {other.text})", None, truth=True)
        case ast.Call(func=ast.Name(id=function), args=arguments, keywords=[]) if function in _FUNCTIONS:
            return _call(function, arguments, inner)
    raise ConfigError("{text} cannot be used in an expression", text=ast.unparse(node)[:80])


def _binary(one: _Part, sign: str, other: _Part) -> _Part:
    text = f"({one.text} {sign} {other.text})"
    if sign in "+-":
        return _Part(text, _same_unit(one, other))
    both_plain = one.unit == other.unit == "number"
    return _Part(text, "number" if both_plain else None)


def _call(function: str, arguments: Sequence[ast.expr], inner: Callable[[ast.expr], _Part]) -> _Part:
    if len(arguments) != _FUNCTIONS[function]:
        raise ConfigError("{function} takes {count} arguments", function=function, count=_FUNCTIONS[function])
    parts = [inner(one) for one in arguments]
    text = f"{function}({', '.join(part.text for part in parts)})"
    if function == "where":
        if not parts[0].truth:
            raise ConfigError("where needs a comparison as its first argument")
        return _Part(text, _same_unit(_number(parts[1]), _number(parts[2])))
    part = _number(parts[0])
    return _Part(text, part.unit if function in _KEEPS_UNIT or part.unit == "number" else None)


def _number(part: _Part) -> _Part:
    if part.truth:
        raise ConfigError("uses true or false as a number: use where(condition, a, b)")
    return part


def _same_unit(one: _Part, other: _Part) -> str | None:
    """The unit of a sum; a plain number takes the other's unit, a product may be anything."""
    if one.unit is None or other.unit is None:
        return None
    if "number" in (one.unit, other.unit):
        return other.unit if one.unit == "number" else one.unit
    if one.unit != other.unit:
        raise ConfigError("adds or compares {one!r} and {other!r}", one=one.unit, other=other.unit)
    return one.unit
