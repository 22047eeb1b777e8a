"""Small things that Airflow's users import and that have no home of their own here.

clockwork     timezone and date functions
dates         days_ago, date_range, round_time
collections   merge_dicts, chunks, prune_dict, ...
calling       which arguments a function wants
configuration conf and the module functions of 1.x
decorators    apply_defaults
states        State, TaskInstanceState, DagRunState with Airflow's sets
constants     enumerations and markers: DagRunType, NOTSET, DEFAULT_OWNER, ...
weekday       WeekDay
loading       import_string and qualname
text          to_boolean, get_random_string, camel case, ids
logs          LoggingMixin and stream helpers
processes     programs, environment, user and host
files         paths and archives of DAG files
triggers      DateTimeTrigger, TimeDeltaTrigger, FileTrigger
timeout       a time limit around a block
jsons, yamls  JSON and YAML with the types people store
sessions      provide_session and create_session
settings      airflow.settings
records       stored things by name: DagRun, TaskInstance, Pool, ...
accounts      User and PasswordUser of 1.x
dagbag        DagBag, read in process
triggering    airflow.api.common: trigger_dag
provided      ProvidersManager
virtualenv    prepare_virtualenv, write_python_script
decorating    get_unique_task_id, is_async_callable
links         BaseOperatorLink
executors     SequentialExecutor, LocalExecutor, ... as names
parsing       get_parsing_context
async_operator  BaseAsyncOperator
rules         TriggerRule, WeightRule
details, contexts, lineage, metrics, rendering, secret_backends, connections, graph, version
              what their names say
crypto        get_fernet
"""
