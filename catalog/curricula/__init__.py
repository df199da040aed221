"""Curricula (カリキュラム): courses in an order, published by editions, each read by a second person and announced before it changes."""
