"""Parameters of functions and lambdas of libcst as those of `ast`."""

from __future__ import annotations

import ast

from lint_rules.engine.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lint_rules.engine.sources.cst_expressions import Expressions


def read_parameters(reader: Expressions, node: Any) -> ast.arguments:
    """The parameters of one function."""

    def one(param: Any) -> ast.arg:
        annotation = reader.read(param.annotation.annotation) if param.annotation is not None else None
        made = reader.place(ast.arg(param.name.value, annotation), param.name)
        found: ast.arg = reader.to(made, annotation) if annotation is not None else made
        if annotation is not None:
            found = reader.ended(found, param.annotation.annotation, annotation)
        return found

    star = node.star_arg if type(node.star_arg).__name__ == "Param" else None
    positional = [*node.posonly_params, *node.params]
    return ast.arguments(
        posonlyargs=[one(param) for param in node.posonly_params],
        args=[one(param) for param in node.params],
        vararg=one(star) if star is not None else None,
        kwonlyargs=[one(param) for param in node.kwonly_params],
        kw_defaults=[
            reader.read(param.default) if param.default is not None else None for param in node.kwonly_params
        ],
        kwarg=one(node.star_kwarg) if node.star_kwarg is not None else None,
        defaults=[reader.read(param.default) for param in positional if param.default is not None],
    )
