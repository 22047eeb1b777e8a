"""The web server: Airflow's public REST contract, sign-in and the user interface.

server      processes: a master that holds the socket, workers that answer
__main__    one process without a master, for `airflow standalone`
settings    how to serve: configuration and command line
worker      one answering process: uvicorn's protocols on an event loop that sleeps when idle
app         the application: routes, the guard, error answers
route       what a route is: its handler, permission and scope, all declared
permissions what a caller may be allowed to do
table       every route; the rows stand in rest/table, ui/table and auth/table
call        what a handler gets: who asks, the store, a way to change things
facts       what lists say of a DAG that only its description knows
endpoint    from an HTTP request to a handler and back
errors      what went wrong as a status and a JSON body
guard       which requests are looked at at all; headers of every answer
place       where people see this server: below a path, behind a proxy
reload      starting again when the program changes, for --debug
etag        answers that have not changed are not sent again
auth/       who asks, and what they may do
openapi     the description of the table, made when asked for
rest/       handlers, one file a noun
shapes/     bodies, queries and answers, one file a noun
ui/         what the pages of the user interface ask for
pages/      the user interface's files, a plain page where it is not built, old addresses
"""
