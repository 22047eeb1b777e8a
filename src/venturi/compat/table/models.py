"""airflow.models."""
