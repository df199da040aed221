"""News (知らせること): what has come upon people is told as far as it still stands; what was taken back before is never told."""
