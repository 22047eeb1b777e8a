"""airflow.contrib."""
