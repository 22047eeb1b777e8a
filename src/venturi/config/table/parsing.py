"""[dag_processor] and the [core] options about reading DAG files."""

from venturi.config.options import Option

OPTIONS = (
    Option(
        "core",
        "dagbag_import_timeout",
        "duration",
        "30",
        "Seconds that the import of one DAG file may take; 0 leaves only the limit of "
        "`dag_file_processor_timeout`.",
        range=(0, None),
        starter=True,
    ),
    Option(
        "core",
        "dagbag_import_error_tracebacks",
        "boolean",
        "True",
        "Show the traceback of a DAG file that cannot be imported.",
    ),
    Option(
        "core",
        "dagbag_import_error_traceback_depth",
        "integer",
        "2",
        "Entries of that traceback that are shown.",
        range=(0, None),
    ),
    Option(
        "core",
        "dag_discovery_safe_mode",
        "boolean",
        "True",
        "Only import files whose text mentions both `dag` and `airflow`.",
    ),
    Option(
        "core",
        "dag_ignore_file_syntax",
        "string",
        "glob",
        "How lines of `.airflowignore` are read.",
        choices=("glob", "regexp"),
    ),
    Option(
        "core",
        "might_contain_dag_callable",
        "import",
        None,
        "Function `(path, zip_file=None) -> bool` that decides instead of the safe mode whether "
        "a file is imported.",
    ),
    Option(
        "dag_processor",
        "dag_file_processor_timeout",
        "duration",
        "50",
        "Seconds after which the process that reads a DAG file is killed.",
        old_names=(("core", "dag_file_processor_timeout"),),
        range=(0.1, None),
    ),
    Option(
        "dag_processor",
        "min_file_process_interval",
        "duration",
        "30",
        "Seconds between two imports of a DAG file whose result depends on more than files (the "
        "clock, the environment, variables, the network). Changed files are read at once.",
        old_names=(("scheduler", "min_file_process_interval"),),
        range=(0, None),
        starter=True,
    ),
    Option(
        "dag_processor",
        "refresh_interval",
        "duration",
        "300",
        "Seconds between two sweeps over the whole DAG folder, a safety net under the file "
        "watcher.",
        old_names=(("scheduler", "dag_dir_list_interval"),),
        range=(0, None),
    ),
    Option(
        "dag_processor",
        "parsing_processes",
        "integer",
        "2",
        "DAG files that are imported at the same time.",
        old_names=(("scheduler", "parsing_processes"), ("scheduler", "max_threads")),
        range=(1, None),
    ),
    Option(
        "dag_processor",
        "parsing_pre_import_modules",
        "boolean",
        "True",
        "Import the modules that DAG files share once, before the files.",
        old_names=(("scheduler", "parsing_pre_import_modules"),),
    ),
    Option(
        "dag_processor",
        "max_callbacks_per_loop",
        "integer",
        "20",
        "Callbacks that run before waiting DAG files are read again.",
        old_names=(("scheduler", "max_callbacks_per_loop"),),
        range=(1, None),
    ),
    Option(
        "dag_processor",
        "dag_bundle_config_list",
        "json",
        None,
        "Further sources of DAG files besides the folder: a JSON list of objects with `name`, "
        "`classpath` and `kwargs`.",
    ),
    Option(
        "dag_processor",
        "dag_bundle_storage_path",
        "path",
        None,
        "Folder where bundles fetched from elsewhere are kept; empty: under the home folder.",
    ),
    Option(
        "dag_processor",
        "disable_bundle_versioning",
        "boolean",
        "False",
        "Let running runs follow the newest files instead of the version they began with.",
    ),
)
