"""Messages to people, given as callbacks of DAGs and tasks.

smtp   by mail
"""
