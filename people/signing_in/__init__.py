"""Signing in: who somebody is, by password and link."""
