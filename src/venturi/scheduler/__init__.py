"""The shell around `decide`: read, decide, apply, notify.

loop          the scheduler's one thread: sleeps until something happens, steps until all is at rest
office        the lease of the active scheduler, and its row among the jobs: taken, kept, given back
step          one step: decide, write, what has to be said
parts         finding what cannot be decided
inbox         what has been reported and not written yet
intake        DAG files: what changed, who reads it, what comes of it
mirror        following what others change in the database
dialogue      what is said between the scheduler and its runners
link          the connection to a runner
predecessors  runners of an earlier configuration that finish what they have
timetables    asking the runner for the next run of an author's own timetable
answers       what task processes ask
remote        attempts on other machines: who is rung, who has which, for how long
attendance    which workers are there, as rows
grants        claims of workers, granted or refused
gateway_link  the connection to the gateway
figures       what the scheduler reports of itself
listeners     who listens to these figures, and how health checks are answered
standby       waiting in line to become the active scheduler
watchdog      notices that the loop hangs, and starts it again
upkeep        retention, a batch at a time
main          `airflow scheduler`
standalone    scheduler and web server in one command
"""
