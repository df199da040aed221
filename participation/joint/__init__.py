"""Joint sessions (共同の研修): an organisation nominates, a rule allocates, the waiting list moves on."""
