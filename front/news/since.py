"""How far back news is looked for: a worker that stood still over a weekend leaves nobody out."""

import datetime as dt

BACK = dt.timedelta(days=3)
