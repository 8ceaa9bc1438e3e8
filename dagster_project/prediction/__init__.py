"""Models that SQL cannot express: pure functions on frames and arrays. No Dagster, no dbt, nothing heavy at import."""
