"""Operators of libcst as those of `ast`, by the names of their classes."""

from __future__ import annotations

import ast

from lint_rules.engine.typed import Any

_BINARY = {
    "Add": ast.Add, "Subtract": ast.Sub, "Multiply": ast.Mult, "Divide": ast.Div, "Modulo": ast.Mod,
    "FloorDivide": ast.FloorDiv, "Power": ast.Pow, "LeftShift": ast.LShift, "RightShift": ast.RShift,
    "BitOr": ast.BitOr, "BitAnd": ast.BitAnd, "BitXor": ast.BitXor, "MatrixMultiply": ast.MatMult,
}  # fmt: skip
UNARY = {"Minus": ast.USub, "Plus": ast.UAdd, "BitInvert": ast.Invert, "Not": ast.Not}
COMPARED = {
    "Equal": ast.Eq, "NotEqual": ast.NotEq, "LessThan": ast.Lt, "LessThanEqual": ast.LtE, "GreaterThan": ast.Gt,
    "GreaterThanEqual": ast.GtE, "Is": ast.Is, "IsNot": ast.IsNot, "In": ast.In, "NotIn": ast.NotIn,
}  # fmt: skip
CONSTANTS = {"True": True, "False": False, "None": None}


def kind(node: Any) -> str:
    """The name of a node's class."""
    return type(node).__name__


def binary_operator(name: str) -> ast.operator:
    """The operator of a sum, a product and the like, or of an assignment that computes (`AddAssign`)."""
    return _BINARY[name.removesuffix("Assign")]()
