"""SQL as text: where one statement ends and the next begins."""

import re

#: What a semicolon may stand inside of without ending a statement: quoted text and names,
#: comments, PostgreSQL's dollar quotes.
_TOKEN = re.compile(
    r"""
    '(?:[^'\\]|\\.|'')*'            # 'text'
  | "(?:[^"\\]|\\.|"")*"            # "text or name"
  | `[^`]*`                         # `name`
  | --[^\n]*                        # -- comment
  | \#[^\n]*                        # # comment (MySQL)
  | /\*.*?\*/                       # /* comment */
  | (?P<tag>\$\w*\$).*?(?P=tag)     # $tag$ body $tag$
  | (?P<end>;)
    """,
    re.DOTALL | re.VERBOSE,
)
_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)


def statements(text: str) -> list[str]:
    """The statements of `text`, without their semicolons; those of nothing but comments are left
    out."""
    found, start = [], 0
    for token in _TOKEN.finditer(text):
        if token["end"]:
            found.append(text[start : token.start()])
            start = token.end()
    found.append(text[start:])
    return [each.strip() for each in found if _COMMENT.sub("", each).strip()]


def stripped(text: str) -> str:
    """`text` without white space and semicolons at its end."""
    return text.strip().rstrip(";").rstrip()
