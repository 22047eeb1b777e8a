"""What every room may know: states, keys, the clock, errors and back-off.

states      the states of tasks and runs, and which transition may follow which
keys        how task instances are named
clock       the only place that reads a clock
errors      the root of our exceptions
locks       one process of a kind per home
backoff     how long to wait before the next try
run_ids     how run ids are written and read
messages    everything that is said between scheduler, runner, host and task process
"""
