"""Accords."""
