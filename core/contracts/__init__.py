"""Contracts: what an operation costs its client, and how much of it they may do."""
