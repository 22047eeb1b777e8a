"""Dotted names by which Airflow's lines call what is built in here.

Files list these defaults; whoever asks for the object gets None, as when nothing is named.
"""

BUILT_IN = frozenset(
    {
        "airflow.api_fastapi.auth.managers.simple.simple_auth_manager.SimpleAuthManager",
        "airflow.auth.managers.fab.fab_auth_manager.FabAuthManager",
        "airflow.config_templates.airflow_local_settings.DEFAULT_LOGGING_CONFIG",
        "airflow.config_templates.default_celery.DEFAULT_CELERY_CONFIG",
        "airflow.models.xcom.BaseXCom",
        "airflow.providers.celery.executors.default_celery.DEFAULT_CELERY_CONFIG",
        "airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager",
        "airflow.sdk.bases.xcom.BaseXCom",
        "airflow.sdk.execution_time.xcom.BaseXCom",
        "airflow.utils.email.send_email_smtp",
        "airflow.utils.file.might_contain_dag_via_default_heuristic",
        "airflow.utils.net.getfqdn",
    }
)
