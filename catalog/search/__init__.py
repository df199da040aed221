"""Search in Japanese: words in their normalised form, ranked by BM25 in whole numbers, alike on every database."""
