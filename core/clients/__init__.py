"""Clients: people and businesses who own coins."""

from core.clients.queries import Client, Coin, find

__all__ = ["Client", "Coin", "find"]
