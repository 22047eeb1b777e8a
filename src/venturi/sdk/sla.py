"""What `sla_miss_callback` is told of."""

from datetime import datetime
from typing import NamedTuple


class SlaMiss(NamedTuple):
    """A task that was not done when its SLA was over. `timestamp` is when that was found."""

    task_id: str
    dag_id: str
    execution_date: datetime
    timestamp: datetime
    email_sent: bool = False
    notification_sent: bool = False
    description: str | None = None
