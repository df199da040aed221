"""Lessons (レッスン): their outline, kinds, text, quizzes and files."""
