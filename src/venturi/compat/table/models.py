"""airflow.models: 1.x's and 2.x's home of nearly everything."""

from venturi.compat.rows import Rows

_ = "airflow.models"
_RECORDS = "venturi.compat.shims.records"
_STORED = (
    "DagRun TaskInstance DagModel Pool Log SlaMiss ImportError=ImportErrorRecord Job TaskFail "
    "TaskReschedule Trigger DbCallbackRequest RenderedTaskInstanceFields DagTag DagCode "
    "SerializedDagModel DagWarning XComModel"
)

V1: Rows = {
    _: {
        _RECORDS: "User Chart KnownEvent KnownEventType DagStat DagPickle",
    },
}

V2: Rows = {
    _: {
        "airflow.sdk": (
            "DAG BaseOperator BaseOperatorLink Connection Variable XCom Param XComArg "
            "SkipMixin BaseXCom"
        ),
        "venturi.sdk.mapping": "MappedOperator",
        "venturi.compat.shims.dagbag": "DagBag",
        "venturi.sdk.operator": "Operator=BaseOperator",
        "venturi.sdk.node": "DAGNode=Node",
    },
    f"{_}.dag": {
        "airflow.sdk": "DAG dag DagParam",
    },
    f"{_}.dagparam": {"airflow.sdk": "DagParam"},
    f"{_}.baseoperator": {
        "airflow.sdk": (
            "BaseOperator BaseOperatorLink chain chain_linear cross_downstream literal"
        ),
    },
    f"{_}.baseoperatorlink": {"airflow.sdk": "BaseOperatorLink"},
    f"{_}.abstractoperator": {
        "venturi.sdk.operator": "AbstractOperator=BaseOperator",
        "venturi.sdk.exceptions": "NotMapped",
        "venturi.compat.shims.constants": "DEFAULT_OWNER DEFAULT_QUEUE TaskStateChangeCallback",
    },
    f"{_}.operator": {
        "airflow.sdk": "BaseOperator",
        "venturi.sdk.operator": "Operator=BaseOperator",
    },
    f"{_}.mappedoperator": {"venturi.sdk.mapping": "MappedOperator"},
    f"{_}.param": {"airflow.sdk": "Param ParamsDict"},
    f"{_}.skipmixin": {"airflow.sdk": "SkipMixin"},
    f"{_}.variable": {"airflow.sdk": "Variable"},
    f"{_}.connection": {"airflow.sdk": "Connection"},
    f"{_}.xcom_arg": {"airflow.sdk": "XComArg"},
    f"{_}.dagbag": {"venturi.compat.shims.dagbag": "DagBag"},
    f"{_}.asset": {
        _RECORDS: "AssetModel AssetEvent",
        "venturi.compat.shims.details": "expand_alias_to_assets",
    },
    f"{_}.dataset": {
        "venturi.compat.shims.records": "DatasetModel=AssetModel DatasetEvent=AssetEvent"
    },
}

ANY: Rows = {
    _: {
        _RECORDS: _STORED,
        "venturi.compat.shims.constants": "DagRunType",
    },
    f"{_}.dag": {_RECORDS: "DagModel DagTag"},
    f"{_}.dagrun": {_RECORDS: "DagRun", "venturi.compat.shims.constants": "DagRunType"},
    f"{_}.taskinstance": {
        _RECORDS: "TaskInstance SimpleTaskInstance=TaskInstance",
        "venturi.sdk.context": "get_current_context",
        "venturi.sdk.runtime_ti": "TaskInstanceKey",
    },
    f"{_}.taskinstancekey": {"venturi.sdk.runtime_ti": "TaskInstanceKey"},
    f"{_}.xcom": {
        "venturi.sdk.xcom": "XCom BaseXCom",
        "venturi.compat.shims.constants": "XCOM_RETURN_KEY",
        _RECORDS: "XComModel",
    },
    f"{_}.pool": {_RECORDS: "Pool"},
    f"{_}.log": {_RECORDS: "Log"},
    f"{_}.slamiss": {_RECORDS: "SlaMiss"},
    f"{_}.errors": {_RECORDS: "ImportError=ImportErrorRecord"},
    f"{_}.taskfail": {_RECORDS: "TaskFail"},
    f"{_}.taskreschedule": {_RECORDS: "TaskReschedule"},
    f"{_}.trigger": {_RECORDS: "Trigger"},
    f"{_}.dagcode": {_RECORDS: "DagCode"},
    f"{_}.dagwarning": {_RECORDS: "DagWarning"},
    f"{_}.serialized_dag": {_RECORDS: "SerializedDagModel"},
    f"{_}.renderedtifields": {_RECORDS: "RenderedTaskInstanceFields"},
    f"{_}.crypto": {"venturi.compat.shims.crypto": "get_fernet"},
}
