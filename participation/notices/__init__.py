"""Notices (お知らせ): written in the transaction of what they tell of, read in the application, delivered by mail."""
