"""What is in the box: operators, sensors, hooks and notifiers that need no further package.

operators   tasks that do something: run a command, call a function, ask a database, trigger a run
sensors     tasks that wait for something: a time, a file, another task, an answer
hooks       connections to the outside: databases, HTTP, files, processes
notifiers   messages to people, to be given as callbacks
processes   a program and everything it started, ended together
callables   call a user's function with what its signature asks for
"""
