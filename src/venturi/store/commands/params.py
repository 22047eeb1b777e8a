"""Whether the values given to a run fit the DAG's params."""

from collections.abc import Mapping
from typing import Any

from venturi.core.errors import InvalidInput
from venturi.spec.model import DagSpec


def check_params(spec: DagSpec, conf: Mapping[str, Any]) -> None:
    """Raise `InvalidInput` naming the first param whose value its JSON schema refuses.

    A value in `conf` counts, else the param's own; a param with neither must be given.
    """
    for name, param in spec.params.items():
        schema = param.get("schema") or {}
        if not schema:
            continue
        problem = _problem(spec.dag_id, name, conf.get(name, param.get("value")), schema)
        if problem is None:
            continue
        if name not in conf and param.get("value") is None:
            raise InvalidInput(
                f"DAG {spec.dag_id!r} needs a value for the param {name!r}: pass it in conf."
            )
        raise InvalidInput(problem)


def _problem(dag_id: str, name: str, value: Any, schema: Mapping[str, Any]) -> str | None:
    """Why a value cannot be; None when it can."""
    import jsonschema  # heavy, and most DAGs have no params

    try:
        jsonschema.validate(value, dict(schema), format_checker=jsonschema.FormatChecker())
    except jsonschema.ValidationError as error:
        where = "".join(f"[{part!r}]" for part in error.absolute_path)
        return f"Param {name!r}{where} of DAG {dag_id!r} cannot be {value!r}: {error.message}."
    except jsonschema.SchemaError as error:
        return f"Param {name!r} of DAG {dag_id!r} has no valid JSON schema: {error.message}."
    return None
