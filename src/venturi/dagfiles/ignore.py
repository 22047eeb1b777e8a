"""`.airflowignore`: which files of a folder are none of our business, in both syntaxes."""

import fnmatch
import re
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

NAME = ".airflowignore"


class Rule(NamedTuple):
    """One line of an ignore file, valid below `folder`."""

    folder: Path
    pattern: re.Pattern[str]
    negated: bool
    only_folders: bool
    #: matched against the path from `folder`; otherwise searched anywhere in it (regexp)
    whole: bool


def read_rules(folder: Path, syntax: str) -> list[Rule]:
    """The rules of a folder's own ignore file; lines that are no pattern are left out."""
    try:
        lines = (folder / NAME).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    make = _regexp_rule if syntax == "regexp" else _glob_rule
    return [rule for line in lines if (rule := make(folder, line)) is not None]


def is_ignored(path: Path, is_folder: bool, rules: list[Rule]) -> bool:
    """Whether the last rule that matches says so; deeper rules come later and win."""
    ignored = False
    for rule in rules:
        if rule.only_folders and not is_folder:
            continue
        relative = path.relative_to(rule.folder).as_posix()
        matched = rule.pattern.match(relative) if rule.whole else rule.pattern.search(relative)
        if matched:
            ignored = not rule.negated
    return ignored


def _regexp_rule(folder: Path, line: str) -> Rule | None:
    text = line.split("#", 1)[0].strip()
    if not text:
        return None
    try:
        return Rule(folder, re.compile(text), False, False, whole=False)
    except re.error:
        return None


def _glob_rule(folder: Path, line: str) -> Rule | None:
    text = line.rstrip()
    if not text or text.startswith("#"):
        return None
    negated = text.startswith("!")
    text = text[1:] if negated else text
    only_folders = text.endswith("/")
    text = text.rstrip("/")
    anchored = "/" in text
    text = text.lstrip("/")
    if not text:
        return None
    pattern = _glob(text)
    return Rule(
        folder,
        re.compile(pattern if anchored else rf"(?:.*/)?{pattern}"),
        negated,
        only_folders,
        whole=True,
    )


@lru_cache(maxsize=1024)
def _glob(text: str) -> str:
    """A gitignore glob as a regular expression for a whole path; a folder matches what is in it."""
    parts = []
    for part in text.split("/"):
        if part == "**":
            parts.append("(?:.*)")
        else:
            inner = fnmatch.translate(part)
            inner = inner.removeprefix("(?s:").removesuffix(r")\Z")
            parts.append(inner.replace(".*", "[^/]*"))
    joined = "/".join(parts).replace("(?:.*)/", "(?:.*/)?")
    return rf"{joined}(?:/.*)?\Z"
