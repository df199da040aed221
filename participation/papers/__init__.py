"""Papers (書類): what the office prints and files about a session, as a workbook and on A4."""
