"""Personnel files (人事データ): a file of a personnel section is read, compared with who is there, applied as one act, and taken back."""
