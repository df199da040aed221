"""Files: archives from outside, the store, and a kept file as an answer."""
