"""The record (学習の記録): what a person takes along."""
