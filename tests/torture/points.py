"""Where the engine can be made to die: every commit and every named point, read from its source.

A commit is named after the function that asks for the transaction (`venturi.store.engine`), so the
calls in the source are the list of them, and a test can hold it against what was reached.
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import venturi

SOURCE = Path(venturi.__file__).parent
#: Methods of a store that make a transaction.
WRITES = frozenset({"retrying", "write"})
#: Their own home: its inner calls are no boundary of anybody.
ENGINE = "store.engine"


@cache
def commits() -> frozenset[str]:
    """Every function that asks for a transaction, as `module:qualified name`."""
    found = set()
    for module, tree in _modules():
        if module != ENGINE:
            for name, call in _calls(tree):
                if isinstance(call.func, ast.Attribute) and _is_write(call.func):
                    found.add(f"{module}:{name}")
    return frozenset(found)


@cache
def named_points() -> frozenset[str]:
    """Every `reach("...")`."""
    found = set()
    for _, tree in _modules():
        for _, call in _calls(tree):
            if isinstance(call.func, ast.Name) and call.func.id == "reach" and call.args:
                name = call.args[0]
                if isinstance(name, ast.Constant):
                    found.add(str(name.value))
    return frozenset(found)


def sides(commit: str) -> tuple[str, str]:
    """The two failpoints of a commit."""
    return f"before {commit}", f"after {commit}"


def _is_write(function: ast.Attribute) -> bool:
    owner = ast.unparse(function.value)
    return function.attr in WRITES and owner.rpartition(".")[2] in {"store", "_store"}


def _modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(SOURCE.rglob("*.py")):
        name = ".".join(path.relative_to(SOURCE).with_suffix("").parts)
        yield name.removesuffix(".__init__"), ast.parse(path.read_text())


def _calls(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    """Every call with the qualified name of the function around it (not of a lambda)."""

    def walk(node: ast.AST, path: tuple[str, ...]) -> Iterator[tuple[str, ast.Call]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Call):
                yield ".".join(path), child
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                inside = (*path[:-1], path[-1], "<locals>") if _in_function(path) else path
                yield from walk(child, (*inside, child.name))
                continue
            if isinstance(child, ast.ClassDef):
                yield from walk(child, (*path, _Class(child.name)))
                continue
            yield from walk(child, path)

    return walk(tree, ())


class _Class(str):
    """The name of a class in a path: what is defined in it is not local to a function."""

    __slots__ = ()


def _in_function(path: tuple[str, ...]) -> bool:
    return bool(path) and not isinstance(path[-1], _Class)
