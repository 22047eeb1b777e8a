"""What every room may know: states, keys, the clock, errors and back-off.

states      the states of tasks and runs, and which transition may follow which
keys        how task instances are named
clock       the only place that reads a clock
errors      the root of our exceptions
locks       one process of a kind per home
entries     a file of entries of one shape, for the next process
backoff     how long to wait before the next try
run_ids     how run ids are written, and what may be one
log_paths   where the log of an attempt lies
failpoints  named points where a test may have a process die, stall or fail

What is said between processes, frozen and typed:

wire             what all messages have in common
attempts         what they are about: a DAG file, an attempt and its run, how it ended
messages         between scheduler and runner
requests         what task processes may ask the engine
host_messages    between a runner and its hosts and task processes
worker_messages  with workers behind a broker, and with the gateway
"""
