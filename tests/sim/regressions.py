"""Seeds whose worlds once broke a law, each with what was wrong."""

SEEDS: dict[int, str] = {
    157: "a second word of an attempt that had ended was taken for news",
    240: "a run dated between two others was not taken for the one before the later",
    194: "the start of an attempt was believed after its end",
    2800: "a mapped task that was judged twice in one step was expanded twice",
    389: "a run that was marked was looked back at as it had been before",
    1324: "a run back in the queue was taken for known since another looked back at it",
    3972: "a retry was forgotten whose time came while its DAG was paused and the clock went back",
}
