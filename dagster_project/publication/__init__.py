"""The bundle that BI tools read: built from the warehouse's published schema, audited, swapped in, rolled back."""
