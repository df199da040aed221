"""Documents as PDF, typeset from data."""
