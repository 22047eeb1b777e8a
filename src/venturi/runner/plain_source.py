"""Files that need no watching: their source alone shows that they ask nothing that changes.

Watching every call of an import makes it several times slower. A file that imports nothing but
well-known modules and contains none of the words by which one asks the outside is closed without
it. In doubt (an own or foreign module, a comment with such a word) it is watched.
"""

import ast
import re

#: Modules whose functions ask nothing that changes unless one of `WORDS` is written.
MODULES = frozenset(
    {
        *(
            "__future__",
            "abc",
            "airflow",
            "collections",
            "contextlib",
            "copy",
            "csv",
            "dataclasses",
        ),
        *("dateutil", "datetime", "decimal", "enum", "functools", "io", "itertools", "json"),
        *("logging", "math", "operator", "pathlib", "pendulum", "re", "string", "textwrap"),
        *("typing", "typing_extensions", "venturi", "warnings", "yaml"),
    }
)
#: Words by which the clock, the environment, a folder, chance or anything computed is asked.
WORDS = re.compile(
    rb"\b(now|today|tomorrow|yesterday|utcnow|utc_now|days_ago|round_time|time|environ|getenv|"
    rb"expandvars|expanduser|home|cwd|getcwd|hostname|platform|random|uuid|urandom|secrets|"
    rb"glob|rglob|iterdir|listdir|scandir|walk|exists|is_file|is_dir|stat|Variable|Connection|conf|"
    rb"get_connection|Session|getattr|globals|vars|exec|eval|compile|import_module|__import__|"
    rb"import_string|subprocess|socket|threading|requests)\b"
)


def asks_nothing(source: bytes) -> bool:
    """Whether importing a file with this source certainly asks nothing that changes by itself."""
    if WORDS.search(source):
        return False
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return all(name in MODULES for name in _imported(tree))


def _imported(tree: ast.AST) -> set[str]:
    """Top-level names of the modules that a file imports anywhere; "" for relative imports."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0] if not node.level else "")
    return found
