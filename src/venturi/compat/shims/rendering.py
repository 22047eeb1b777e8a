"""`airflow.utils.helpers`: rendering a jinja template oneself."""

from typing import Any


def parse_template_string(template_string: str) -> tuple[str | None, Any]:
    """Text without `{{` as (text, None), a template as (None, template)."""
    import jinja2

    if "{{" in template_string:
        return None, jinja2.Template(template_string, autoescape=False)
    return template_string, None


def render_template_to_string(template: Any, context: Any) -> str:
    """What the template says with the values of the context."""
    text: str = template.render(dict(context))
    return text


def render_template_as_native(template: Any, context: Any) -> Any:
    """The Python value that a native template says."""
    return template.render(dict(context))
