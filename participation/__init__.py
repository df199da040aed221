"""Participation: who has a place, who took part, who finished."""
