"""Tasks that wait, one family per file.

bash, python                           until a command or a function says so
filesystem                             until a file is there
time, time_delta, date_time, day_of_week
                                       until a moment
external_task                          until tasks of another DAG have ended
sql, http                              until a query or a web service says so
"""
