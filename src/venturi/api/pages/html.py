"""Markup from plain values: what is not `Markup` is escaped, so no text becomes a tag."""

from collections.abc import Iterable, Sequence
from html import escape


class Markup(str):
    """Text that is markup already."""

    __slots__ = ()


def text(value: object) -> Markup:
    """A value as markup."""
    return value if isinstance(value, Markup) else Markup(escape(str(value)))


#: Elements that hold nothing and are not closed.
_VOID = frozenset({"input", "link", "meta"})


def tag(name: str, /, *children: object, **attributes: object) -> Markup:
    """An element; `class_` is the attribute `class`."""
    said = "".join(
        f' {key.rstrip("_")}="{escape(str(value))}"' for key, value in attributes.items()
    )
    if name in _VOID:
        return Markup(f"<{name}{said}>")
    return Markup(f"<{name}{said}>{''.join(text(child) for child in children)}</{name}>")


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Markup:
    """A table."""
    head = tag("tr", *(tag("th", each) for each in heads))
    body = [tag("tr", *(tag("td", cell) for cell in row)) for row in rows]
    return tag("table", tag("thead", head), tag("tbody", *body))


def page(title: str, *children: object, prefix: str = "") -> bytes:
    """A whole page; `prefix` is the path below which a proxy shows this server."""
    style = tag("link", rel="stylesheet", href=f"{prefix}/style.css")
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width">{style}'
    body = tag("body", tag("main", *children))
    return (
        f'<!doctype html><html lang="en"><head>{head}{tag("title", title)}</head>{body}</html>'
    ).encode()


STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 0; color: #1d2433; background: #fff }
main { max-width: 70rem; margin: 0 auto; padding: 1.5rem }
table { border-collapse: collapse; width: 100%; margin: 1rem 0 }
th, td { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid #dde2ea }
code { background: #f1f3f7; padding: .1rem .3rem; border-radius: 3px }
.healthy { color: #19703a } .unhealthy { color: #b3261e }
@media (prefers-color-scheme: dark) {
  body { color: #e4e8f0; background: #14181f } code { background: #232a35 }
  th, td { border-color: #333c49 } a { color: #8ab4ff }
  .healthy { color: #6fd08c } .unhealthy { color: #ff8a80 }
}
"""
