"""The Spark session that dbt computes in: models in Python run in it too, and it is let go of when dbt has ended.

Belongs here: what dbt-spark lacks for a session of this process. Not here: what is sent to the session (dbt's models), its
settings (profiles.yml).
"""

import logging
from typing import Any

_log = logging.getLogger(__name__)


def run_python_models_here() -> None:
    """Let dbt run models in Python on the driver, in this session: dbt-spark itself sends them to Databricks only."""
    import dbt.adapters.spark as spark
    from dbt.adapters.base.impl import PythonJobHelper

    class InThisProcess(PythonJobHelper):
        def __init__(self, parsed_model: dict[str, Any], _credentials: object) -> None:
            self._name = parsed_model["unique_id"]

        def submit(self, compiled_code: str) -> None:
            from pyspark.sql import SparkSession

            exec(compile(compiled_code, self._name, "exec"), {"spark": SparkSession.builder.getOrCreate()})

    # dbt looks for an adapter's version by the name of its class
    class SparkAdapter(spark.SparkAdapter):  # type: ignore[misc]
        @property
        def default_python_submission_method(self) -> str:
            return "session"

        @property
        def python_submission_helpers(self) -> dict[str, type[PythonJobHelper]]:
            return {"session": InThisProcess}

    spark.Plugin.adapter = SparkAdapter


def stop_session() -> None:
    """dbt-spark leaves its session running: stop it, or its executors hold the cluster's cores."""
    from pyspark.errors import PySparkRuntimeError
    from pyspark.sql import SparkSession

    try:
        # dbt's threads made it: it is active in them, and here the one that there is
        SparkSession.active().stop()
    except PySparkRuntimeError:
        _log.debug("dbt ended before it asked for a Spark session.")
