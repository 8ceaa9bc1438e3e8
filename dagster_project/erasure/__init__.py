"""Erasing a customer: out of landing, lake, quarantine, warehouse and publications, with the anonymous totals kept.

Belongs here: finding and rewriting what is there. Not here: the rule of a row and what arrives later (ingestion/scrubbing.py),
the journal (erasure_journal.py), computing the tables again (the refresh that follows in the same job).
"""
