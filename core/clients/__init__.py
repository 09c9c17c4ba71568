"""Clients: signed up, found, changed, switched off; their details."""

from __future__ import annotations

from core.clients.commands import KINDS, ChangedClient, ClientFacts, NewClient, change, create, switch
from core.clients.queries import Client, ClientDetail, Coin, Operation, clients_select, detail, find

__all__ = [
    "KINDS",
    "ChangedClient",
    "Client",
    "ClientDetail",
    "ClientFacts",
    "Coin",
    "NewClient",
    "Operation",
    "change",
    "clients_select",
    "create",
    "detail",
    "find",
    "switch",
]
