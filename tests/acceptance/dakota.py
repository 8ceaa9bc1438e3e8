"""Kaplan's office-products case as deliveries of the canonical contract, and the policy that it is told under.

Belongs here: the case's figures as files. Not here: what the pipeline makes of them (test_dakota.py).

Two customers are told one by one; a third stands for everybody else, so that every driver of the year is there. All work
lies in December, the receivables in each month of the year.
"""

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from dagster_project.policy.tables import policy_files

DAY = "2025-12-31"
MONTH = "2025-12-01"
EVERYBODY_ELSE = "REST"
_POOLS = {
    "packing": ("process_cartons",),
    "outbound_freight": ("ship_cartons_freight",),
    "delivery_stop": ("desktop_delivery",),
    "order_entry": ("process_manual_order", "enter_line_item", "process_edi_order"),
}
# Minutes that stand in the ratio of the case's rates: 10 per manual order, 4 per manual line, 5 per EDI order.
_TIME_EQUATIONS = (
    "order_entry,orders,channel,*,0",
    "order_entry,orders,channel,manual,2.5",
    "order_entry,orders,channel,edi,1.25",
    "order_entry,lines,channel,manual,1",
    "picking,lines,*,*,0",
    "packing,cartons,transport_mode,*,1",
    "delivery_stop,stops,transport_mode,desktop,1",
    "delivery_stop,stops,transport_mode,*,0",
    "expedite,orders,*,*,0",
    "returns,return_lines,reason,*,0",
    "customer_service,cases,reason,*,0",
    "sales_visits,visits,*,*,0",
)


@dataclass(frozen=True)
class Drivers:
    """What one customer makes the company do in the year."""

    manual_orders: int
    manual_lines: int
    edi_orders: int
    cartons: int
    freight_cartons: int
    desktop_deliveries: int


class Case:
    """The figures as they were published."""

    def __init__(self, folder: Path) -> None:
        self.figures: dict[str, Any] = json.loads((folder / "dakota.json").read_text())
        with (folder / "dakota_activities.csv").open() as file:
            self.activities = {row["activity"]: row for row in csv.DictReader(file)}

    def pool_costs(self) -> dict[str, int]:
        """Cost of each pool of the ledger."""
        return {
            pool: sum(int(self.activities[activity]["annual_cost_usd"]) for activity in activities)
            for pool, activities in _POOLS.items()
        }

    def drivers(self, column: str) -> Drivers:
        """Driver units of a column of the activities: customer_a_units, customer_b_units or annual_driver_volume."""
        units = {name: int(row[column]) for name, row in self.activities.items()}
        return Drivers(
            manual_orders=units["process_manual_order"],
            manual_lines=units["enter_line_item"],
            edi_orders=units["process_edi_order"],
            cartons=units["process_cartons"],
            freight_cartons=units["ship_cartons_freight"],
            desktop_deliveries=units["desktop_delivery"],
        )

    def customers(self) -> dict[str, Drivers]:
        """A, B, and all others as one."""
        a, b, all_of_them = (
            self.drivers(f"{name}") for name in ("customer_a_units", "customer_b_units", "annual_driver_volume")
        )
        rest = {name: getattr(all_of_them, name) - getattr(a, name) - getattr(b, name) for name in Drivers.__annotations__}
        return {"A": a, "B": b, EVERYBODY_ELSE: Drivers(**rest)}


def write_policy(folder: Path) -> None:
    """Full absorption by the case's drivers, interest of 10 % on receivables."""
    folder.mkdir(parents=True)
    tables = {
        "time_equations": ("activity,driver,attribute,attribute_value,minutes_per_unit", _TIME_EQUATIONS),
        "costing_modes": ("source,pool,mode", ("*,*,full_absorption",)),
        "freight_tariffs": (
            "zone,transport_mode,weight_from_kg,weight_below_kg,cost_per_shipment,cost_per_kg,minimum_charge",
            ("world,*,0,,0,1,0", "world,desktop,0,,0,0,0"),
        ),
        "delivery_zones": ("country,zone", ("*,world",)),
    }
    for name, (header, rows) in tables.items():
        lines = [f"valid_from,{header}", *(f"2000-01-01,{row}" for row in rows)]
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n")
    shipped = policy_files(None)["parameters"].read_text().splitlines()
    parameters = [line for line in shipped if ",capital_rate," not in line]
    (folder / "parameters.csv").write_text("\n".join([*parameters, "2000-01-01,capital_rate,0.10"]) + "\n")


def write_deliveries(case: Case, landing: Path) -> None:
    """All feeds that the case needs, one delivery each."""
    with duckdb.connect() as connection:
        connection.execute(
            "create table customers (name varchar, manual_orders int, manual_lines int, edi_orders int, "
            "cartons int, freight_cartons int, desktop_deliveries int)"
        )
        for name, drivers in case.customers().items():
            connection.execute("insert into customers values (?, ?, ?, ?, ?, ?, ?)", [name, *vars(drivers).values()])
        _orders(connection)
        _lines(connection, case)
        _shipments(connection)
        _receivables(connection, case)
        connection.execute("create table cost_ledger (month date, pool varchar, cost int)")
        connection.executemany(
            "insert into cost_ledger values (?, ?, ?)", [(MONTH, pool, cost) for pool, cost in case.pool_costs().items()]
        )
        for feed in ("orders", "order_lines", "shipments", "receivables", "cost_ledger"):
            folder = landing / "standard" / feed
            folder.mkdir(parents=True)
            connection.execute(f"copy {feed} to '{folder}/{DAY}.csv' (header)")


def _orders(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(f"""
        create table orders as
        select name || '-manual-' || number as order_id, name as customer_id, timestamptz '{DAY} 12:00:00+00' as ordered_at,
            'manual' as channel
        from customers, range(1, manual_orders + 1) as numbers (number)
        union all
        select name || '-edi-' || number, name, timestamptz '{DAY} 12:00:00+00', 'edi'
        from customers, range(1, edi_orders + 1) as numbers (number)
    """)


def _lines(connection: duckdb.DuckDBPyConnection, case: Case) -> None:
    """Manual lines dealt out to the manual orders in turn, one line per EDI order; the first carries all the money."""
    money = {
        "A": case.figures["customer_a"],
        "B": case.figures["customer_b"],
        EVERYBODY_ELSE: {"sales": 50_000_000, "cogs": 40_000_000},
    }
    connection.execute("create table money (name varchar, sales decimal(18,2), cogs decimal(18,2))")
    connection.executemany(
        "insert into money values (?, ?, ?)", [(name, one["sales"], one["cogs"]) for name, one in money.items()]
    )
    connection.execute("""
        create table order_lines as
        with placed as (
            select name, name || '-manual-' || (1 + (line - 1) % manual_orders) as order_id, line
            from customers, range(1, manual_lines + 1) as lines (line)
            union all
            select name, name || '-edi-' || number, manual_lines + number from customers, range(1, edi_orders + 1) as o (number)
        )
        select order_id, line as line_number, 'paper' as product_id, 1 as quantity,
            case when line = 1 then sales - 0.01 * (count(*) over (partition by name) - 1) else 0.01 end as unit_price,
            case when line = 1 then cogs else 0 end as unit_cost
        from placed inner join money using (name)
    """)


def _shipments(connection: duckdb.DuckDBPyConnection) -> None:
    """A carton weighs 1 kg. What no carrier takes goes by desktop delivery, one shipment each; the first takes the rest."""
    connection.execute(f"""
        create table shipments as
        select name || '-freight' as shipment_id, name || '-manual-1' as order_id, 'commercial' as transport_mode,
            timestamptz '{DAY} 15:00:00+00' as shipped_at, freight_cartons as cartons, freight_cartons as weight_kg, 0 as stops
        from customers
        union all
        select name || '-desktop-' || number, name || '-manual-1', 'desktop', timestamptz '{DAY} 15:00:00+00',
            case when number = 1
                then cartons - freight_cartons - (desktop_deliveries - 1) * ((cartons - freight_cartons) // desktop_deliveries)
                else (cartons - freight_cartons) // desktop_deliveries
            end, 0, 1
        from customers, range(1, desktop_deliveries + 1) as numbers (number)
    """)


def _receivables(connection: duckdb.DuckDBPyConnection, case: Case) -> None:
    connection.execute("create table receivables (customer_id varchar, month date, average_balance int)")
    connection.executemany(
        "insert into receivables values (?, ?, ?)",
        [
            (name, f"2025-{month:02d}-01", case.figures[customer]["avg_receivable"])
            for name, customer in (("A", "customer_a"), ("B", "customer_b"))
            for month in range(1, 13)
        ],
    )
