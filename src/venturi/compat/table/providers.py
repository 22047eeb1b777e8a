"""airflow.providers."""
