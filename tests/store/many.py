"""Many who do something at the same moment."""

import threading
from collections.abc import Callable
from typing import Any


def together(count: int, body: Callable[[int], Any]) -> list[BaseException]:
    """What was raised by this many threads that began at the same moment."""
    gate, errors = threading.Barrier(count), list[BaseException]()

    def work(number: int) -> None:
        try:
            gate.wait(30)
            body(number)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return errors
