"""The embedded order book: an invented office supplier whose order system delivers files in the canonical contract.

Belongs here: what that order system would deliver, and nothing that the pipeline does with it. Enters no other room.
"""

from dagster_project.demo.landing import write_demo_order_book

__all__ = ["write_demo_order_book"]
