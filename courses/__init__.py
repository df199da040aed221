"""Courses: what is taught, in frozen editions, and the dated sessions in which it is taught together."""
