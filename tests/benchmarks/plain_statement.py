"""The least that loading could be: one DuckDB statement that reads the files typed and writes them partitioned.

Belongs here: that statement, as a function and as a process of its own (python plain_statement.py LANDING TARGET).
Not here: any import but duckdb, which the process would pay for.
"""

import sys
from pathlib import Path

import duckdb

# The contract's columns, written out: this file stands for what somebody would type who has no contract.
_COLUMNS = {
    "InvoiceNo": "VARCHAR",
    "StockCode": "VARCHAR",
    "Description": "VARCHAR",
    "Quantity": "INTEGER",
    "InvoiceDate": "TIMESTAMP",
    "UnitPrice": "DECIMAL(18,4)",
    "CustomerID": "VARCHAR",
    "Country": "VARCHAR",
}


def load_plainly(landing: Path, target: Path) -> None:
    """Read online_retail/*.csv below landing with a reject table; write Parquet below target, one folder per delivery date."""
    with duckdb.connect() as connection:
        connection.execute(f"""
            copy (
                select * exclude (filename), cast(parse_filename(filename, true) as date) as delivery_date
                from read_csv('{landing}/online_retail/*.csv', columns = {_COLUMNS}, auto_detect = false, header = true,
                    delim = ',', quote = '"', escape = '"', filename = true, store_rejects = true)
            ) to '{target}' (format parquet, partition_by (delivery_date))
        """)


if __name__ == "__main__":
    load_plainly(Path(sys.argv[1]), Path(sys.argv[2]))
