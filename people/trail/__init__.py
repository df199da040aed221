"""What becomes of the audit log (操作の記録) after an act was noted: sealed in a chain, told to another machine, names erased."""
