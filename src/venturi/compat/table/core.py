"""airflow itself and its smaller packages."""

from venturi.compat.rows import Rows

_SHIMS = "venturi.compat.shims"

V2: Rows = {
    "airflow": {"airflow.sdk": "DAG"},
}

ANY: Rows = {
    "airflow": {
        "airflow.sdk": "XComArg Asset",
        "venturi.sdk.exceptions": "AirflowException",
        "venturi.compat.shims.configuration": "conf",
    },
}
