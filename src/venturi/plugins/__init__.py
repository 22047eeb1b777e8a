"""What an installation adds of its own: plugins, listeners, policies.

Nothing here runs by itself: the runner and the API server call `load_plugins` when they start.

base        AirflowPlugin: what a plugin declares
load        finding plugins in the plugins folder and among installed packages
loaded      what has been loaded in this process, list by list
spec        the calls that listeners may answer (pluggy hook specifications)
listeners   telling the listeners of this process
policies    airflow_local_settings: changing DAGs and tasks, environment and pods by rule
"""
