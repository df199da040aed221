"""Courses that leave the product: as one page that stands by itself, and as a package for other learning systems."""
