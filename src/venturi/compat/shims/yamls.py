"""`airflow.utils.yaml`: YAML by the fastest safe reader there is."""

from typing import Any

import yaml
from yaml import YAMLError

__all__ = ["YAMLError", "dump", "safe_load"]


def safe_load(stream: Any) -> Any:
    """The value of a YAML document; no Python objects are made."""
    return yaml.load(stream, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506


def dump(data: Any, **kwargs: Any) -> str:
    """`data` as YAML."""
    text: str = yaml.dump(data, Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper), **kwargs)
    return text
