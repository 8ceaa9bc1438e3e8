"""The dbt project as assets: parse it, run it in this process, report what it built."""
