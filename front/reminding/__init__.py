"""Reminding (督促): who has not done what is due is told, by itself or by hand; who looks after them is told how many there are."""
