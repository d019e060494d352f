"""Exhaustive checking: what the guideline never says, asked of every case of an abstraction (`make verify`)."""
