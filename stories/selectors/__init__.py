"""Reads that cross models, by what they are about."""
