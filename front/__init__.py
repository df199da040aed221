"""The front: the pages on which everything meets, and the sample data of a demonstration."""
