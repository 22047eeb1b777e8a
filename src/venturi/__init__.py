"""Venturi: a workflow orchestrator that speaks Apache Airflow's language."""
