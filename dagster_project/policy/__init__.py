"""The business's own rules: default tables, their contract, and the way they reach the lake."""
