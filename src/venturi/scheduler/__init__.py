"""The shell around `decide`: read, decide, apply, notify.

step        one step: decide, write, what has to be said
parts       finding what cannot be decided
inbox       what has been reported and not written yet
loop        the scheduler's one thread: inbox, step, timers
intake      DAG files: what changed, who reads it, what comes of it
link        the connection to a runner
answers     what task processes ask
standalone  scheduler and web server in one command
"""
