"""Cashback profiles: what a merchant's payers get back."""

from __future__ import annotations

from core.cashback.profiles import PAID_BY, STATES, CashbackDraft, merchants_select, profiles_select

__all__ = ["PAID_BY", "STATES", "CashbackDraft", "merchants_select", "profiles_select"]
