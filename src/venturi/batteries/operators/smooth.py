"""The operator that Airflow is proud of."""

from collections.abc import Mapping
from typing import Any

from venturi.sdk.operator import BaseOperator


class SmoothOperator(BaseOperator):
    """Logs where to hear the song."""

    ui_color = "#e8e2ff"

    def execute(self, context: Mapping[str, Any]) -> None:
        self.log.info("Enjoy Sade - Smooth Operator: https://www.youtube.com/watch?v=4TYv2PhG89A")
