"""Packages (教材パッケージ): what an authoring tool made, taken in, kept, and given where it runs."""
