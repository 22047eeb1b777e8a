"""`airflow.utils.json`: JSON with dates, decimals and numbers of numpy."""

import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any


class AirflowJsonEncoder(json.JSONEncoder):
    """Writes dates as ISO text, decimals and numpy's numbers as numbers, sets as lists."""

    def default(self, o: Any) -> Any:
        """The JSON value of something JSON does not know."""
        match o:
            case datetime() | date():
                return o.isoformat()
            case Decimal():
                return int(o) if o == o.to_integral_value() else float(o)
            case set() | frozenset() | tuple():
                return list(o)
        for method in ("item", "tolist", "to_dict"):
            if hasattr(o, method):
                return getattr(o, method)()
        return super().default(o)


class WebEncoder(AirflowJsonEncoder):
    """The same; the name of 2.x."""


class XComEncoder(json.JSONEncoder):
    """Writes what tasks hand on, with the types that can be read back."""

    def encode(self, o: Any) -> str:
        """The JSON text of a value."""
        from venturi.sdk.serde import encode

        return encode(o)


class XComDecoder(json.JSONDecoder):
    """Reads what `XComEncoder` wrote."""

    def decode(self, s: str, _w: Any = None) -> Any:
        """The value of a JSON text."""
        from venturi.sdk.serde import decode

        return decode(s)
