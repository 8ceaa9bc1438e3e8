"""Ingestion: what the order systems delivered, as typed Parquet files in the lake, one per delivery.

Belongs here: feed contracts, reading, quarantine, the one-file commit, the ledger, their assets. Not here: any business rule,
any join, dbt.
"""
