"""Lists that read the DAG files now instead of asking the database."""

import argparse
import sys

from venturi.cli.localdags import all_local_dags, find_local_dag, spec_from_file
from venturi.cli.output import print_rows
from venturi.cli.session import configured
from venturi.spec.model import DagSpec


def list_local_dags(args: argparse.Namespace) -> None:
    """List the DAGs of the files."""
    from venturi.spec.timetable import summary

    configured()
    found = all_local_dags(args.subdir)
    rows = []
    for dag_id, dag in sorted(found.dags.items()):
        spec = spec_from_file(dag)
        rows.append(
            {
                "dag_id": dag_id,
                "fileloc": spec.fileloc,
                "owners": ", ".join(sorted({task.owner for task in spec.tasks})),
                "schedule": summary(spec.timetable),
                "tasks": len(spec.tasks),
            }
        )
    print_rows(rows, args.output, empty="The files define no DAG.")
    if found.broken:
        print(
            f"{len(found.broken)} files could not be read. "
            "See: airflow dags list-import-errors --local",
            file=sys.stderr,
        )


def list_local_errors(args: argparse.Namespace) -> list[dict[str, str]]:
    """The files that cannot be read, with the reason."""
    configured()
    return [
        {"filepath": item.path, "error": item.error} for item in all_local_dags(args.subdir).broken
    ]


def local_dag(dag_id: str, subdir: str) -> DagSpec:
    """What the file says about a DAG. Raises `NotFound`."""
    configured()
    return spec_from_file(find_local_dag(dag_id, subdir))
