"""The shell around `decide`: read, decide, apply, notify.

loop        the scheduler's one thread: inbox, step, timers
bell        how others wake it: a datagram socket under $AIRFLOW_HOME/run
intake      DAG files: what changed, who reads it, what comes of it
link        the connection to a runner
answers     what task processes ask
standalone  scheduler and web server in one command
"""
