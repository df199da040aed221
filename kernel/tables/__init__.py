"""Tables of an office: pasted, as CSV in any encoding, as a workbook."""
