"""Who may what, room by room, by raw SQL: every role with its own credentials at every function, view and table.

`test_permissions` asks the catalogue about every function without arguments; here each is called as a program would.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg
import pytest

from core.permissions import PERMISSIONS, ROLES
from tests.security.test_office_attacks import state_of

KEY = "gen_random_uuid()"


@dataclass(frozen=True)
class Room:
    """Calls and views with the permission that each needs; what nobody may touch or call."""

    calls: dict[str, str]
    views: dict[str, str]
    tables: tuple[str, ...]
    inside: tuple[str, ...]


BANK = Room(
    calls={
        f"api.bank_account_create({KEY}, 'x', 'x', 'x', 'EUR', 0)": "bank:account",
        f"api.bank_account_change({KEY}, 1::smallint, 'x', 'x', 0)": "bank:account",
        f"api.bank_account_switch({KEY}, 1::smallint, false)": "bank:account",
        f"api.payment_file_draft({KEY}, 1::smallint, '[1]')": "bank:file",
        f"api.payment_file_make({KEY}, 1::smallint, '[1]', '<x/>')": "bank:file",
        "api.payment_file(1)": "bank:file",
        f"api.statement_import({KEY}, 'DE89370400440532013000', '{{}}')": "bank:statement",
        f"api.statement_line_decide({KEY}, 1, true, 'because')": "bank:match",
        f"api.statement_line_mark({KEY}, 1, 'own', 'because')": "bank:match",
        f"api.receipt_match({KEY}, 1, 'x')": "bank:match",
        "api.receipt_candidates(1)": "bank:match",
    },
    views={
        "api.bank_accounts": "bank:list",
        "api.bank_statements": "bank:list",
        "api.statement_lines": "bank:list",
        "api.payment_files": "bank:list",
        "api.unallocated": "bank:list",
        "api.bank_payables": "bank:file",
    },
    tables=(
        "book.bank_account", "book.payment_file", "book.payment_file_item", "book.bank_statement",
        "book.statement_line", "book.redeem_request",
    ),
    inside=(
        "rule.bank_account_add(null, now(), 'x', 'x', 'x', 'EUR', 0)", "rule.bank_account_named('x')",
        "rule.bank_account_new('x', 'x', 'x', 'EUR', 0)",
        "rule.bank_account_of(1::smallint)", "rule.bank_account_pays(null)",
        "rule.bank_account_checked('x', 'x', 'EUR', 0)", "rule.bank_account_facts(null)",
        "rule.bank_account_waiting(1::smallint)", "rule.bank_code_kept('x')",
        "rule.payment_file_requests(null, '[1]')",
        "rule.payment_file_says('x', 'x', null, '{1}')", "rule.statement_take(null, now(), null, 'x', '{}')",
        "rule.statement_lines_put(null, 1, '[]')", "rule.statement_lines_book(null, now(), null, '{1}')",
        "rule.statement_lock('{x}')", "rule.statement_line_of(1)", "rule.end_to_end_of(1)", "rule.request_named('x')",
    ),
)  # fmt: skip

TERMS = Room(
    calls={
        f"api.change_save({KEY}, null, null, 'contract', '{{}}')": "change:make",
        f"api.change_submit({KEY}, 1, 1)": "change:make",
        f"api.change_withdraw({KEY}, 1)": "change:make",
        f"api.change_comment({KEY}, 1, 'x')": "change:list",
        f"api.change_decide({KEY}, '[]', true, '')": "change:decide",
        f"api.change_alone({KEY}, 'contract', '{{}}', '{{}}')": "change:alone",
        "api.change_detail(1)": "change:list",
        "api.change_base_now('contract', '{}')": "change:make",
        "api.contract_check('[]', '[]')": "contract:change",
        "api.contract_what_if('[]', '[]', null, now(), now())": "contract:change",
        "api.contract_what_if_limits('[]', null, now(), now())": "contract:change",
        "api.contract_detail(1)": "contract:list",
        "api.contract_choices()": "contract:list",
        "api.clients_matched('[]')": "contract:change",
        f"api.office_save({KEY}, null, 'xx', true)": "office:edit",
        f"api.rate_pair_set({KEY}, 'EUR', 'USD', 1, 1)": "rate:band",
        "api.rate_history(null, 'EUR', 'USD', now())": "rate:list",
        "api.rate_triangles()": "rate:list",
        f"api.quote_make({KEY}, 1, 'EUR', 'USD', 1)": "rate:quote",
    },
    views={
        "api.change_requests": "change:list",
        "api.contracts": "contract:list",
        "api.cashback_profiles": "contract:list",
        "api.merchants": "contract:list",
        "api.rates": "rate:list",
        "api.offices": "rate:list",
    },
    tables=(
        "book.change_request", "book.change_event", "book.contract", "book.contract_version", "book.contract_term",
        "book.contract_limit", "book.client_contract", "book.cashback_profile", "book.cashback_version",
        "book.exchange_office", "book.rate_pair", "book.system_rate", "book.office_rate", "book.quote",
        "book.priced_kind", "auth.change_kind",
    ),
    inside=(
        "rule.change_apply('contract', '{}', now(), null)", "rule.change_try('contract', '{}', now())",
        "rule.change_decided(null, 1, '', true, '', now())", "rule.change_base('contract', '{}')",
        "rule.change_mine(null, 1, 1)", "rule.change_visible(null, 1)", "rule.contract_apply('{}', now(), null)",
        "rule.assignment_apply('{}', now(), null)", "rule.cashback_apply('{}', now(), null)",
        "rule.system_rate_apply('{}', now(), null)", "rule.office_rate_apply('{}', now(), null)",
        "rule.quote_take(gen_random_uuid(), now())", "rule.limits_give_back(1, 'x', 1::smallint, current_date, 1)",
        "rule.contract_content(1)", "rule.contract_findings('[]', '[]')",
    ),
)  # fmt: skip

ANTI_FRAUD = Room(
    calls={
        f"api.application_take({KEY}, 1)": "application:decide_escalated",
        f"api.application_give_back({KEY}, 1)": "application:decide_escalated",
        f"api.application_snooze({KEY}, 1, now())": "application:decide_escalated",
        f"api.application_escalate({KEY}, 1, 'xxx')": "application:decide",
        f"api.application_approve({KEY}, 1, 'once', null, null, null, 'xxx')": "application:decide_escalated",
        f"api.application_reject({KEY}, 1, 'xxx')": "application:decide_escalated",
        "api.application_detail(1)": "application:list",
        f"api.block_make({KEY}, 1, null, null, null, 'other', 'xxx', null)": "block:make",
    },
    views={"api.applications": "application:list", "api.blocks": "block:list"},
    tables=("book.application", "book.limit_uplift", "book.block", "book.client_device", "book.hold"),
    inside=(
        "rule.application_open(null, 1, now())", "rule.application_mine(null, 1, now())", "rule.application_lock(null)",
        "rule.application_return(null, now(), null)", "rule.anti_fraud_due(null, now(), 1)",
        "rule.blocks_apply(1, 1, now())", "rule.unblock_apply('{}', now(), null)", "rule.unblock_follow(null, '', 1)",
        "rule.unblock_base('{}')", "rule.block_named('{}')", "rule.uplift_check('once', 1, 1, now(), '', now())",
        "rule.uplift_write(null, now(), null, 1, 1, now(), 'x', 1)", "rule.change_kinds_seen()", "rule.why_check('x')",
    ),
)  # fmt: skip

REDEEM = Room(
    calls={
        f"api.redeem_approve({KEY}, 1)": "redeem:decide",
        f"api.redeem_approve_all({KEY}, '[1]')": "redeem:decide",
        f"api.redeem_decline({KEY}, 1, 'because')": "redeem:decide",
        f"api.redeem_cancel({KEY}, 1, 'because')": "redeem:decide",
        "api.redeem_detail(1)": "redeem:list",
        f"api.redeem_pay({KEY}, 1, 1, 'passport', '[]')": "redeem:pay",
        "api.redeem_at_desk(1, 1)": "redeem:pay",
        "api.redeem_payable(1)": "redeem:pay",
    },
    views={"api.redeem_requests": "redeem:list"},
    tables=("book.redeem_request", "book.hold"),
    inside=(
        "rule.redeem_approved(null, now(), 1)", "rule.redeem_paid(null, now(), null, 1, 1, 'x', '[]')",
        "rule.redeem_taken_back(null, now(), 'x', null)",
        "rule.redeem_given_back(null, now(), 'x', 'x', null, 'cancelled', 'x')", "rule.redeem_due(null, now())",
        "rule.redeem_locked(1)", "rule.redeem_refusal(null, now())", "rule.redeem_open_check(null, now())",
        "rule.redeem_move_check(null, 'paid', 'pending')", "rule.redeem_log(null, now(), 'x', 'x', null, 'x', '{}')",
        "rule.redeem_plan(now(), null, null, null)", "rule.pieces_check('EUR', '{1}', 1, '[]')",
        "rule.redeem_bank_lines('x', 1, 1)", "rule.hold_end(null, now(), 1, 'x')",
    ),
)  # fmt: skip

ROOMS = (BANK, TERMS, ANTI_FRAUD, REDEEM)
CALLS = {call: needed for room in ROOMS for call, needed in room.calls.items()}
VIEWS = {view: needed for room in ROOMS for view, needed in room.views.items()}
TABLES = sorted({table for room in ROOMS for table in room.tables})
INSIDE = sorted({call for room in ROOMS for call in room.inside})
CHANGES = (
    "select 1 from {0} limit 1", "insert into {0} select * from {0}", "update {0} set id = 1", "delete from {0}",
    "truncate {0}", "drop table {0}", "alter table {0} disable trigger all",
)  # fmt: skip

Attackers = dict[str, psycopg.Connection[Any]]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("call", CALLS)
def test_who_lacks_the_permission_cannot_call(attackers: Attackers, call: str, role: str) -> None:
    denied = state_of(attackers[role], f"select {call}") == "42501"
    assert denied is (role not in PERMISSIONS[CALLS[call]])


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("view", VIEWS)
def test_who_lacks_the_permission_cannot_look(attackers: Attackers, view: str, role: str) -> None:
    found = state_of(attackers[role], f"select 1 from {view} limit 1")
    assert found == ("" if role in PERMISSIONS[VIEWS[view]] else "42501")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("table", TABLES)
def test_nobody_touches_a_table(attackers: Attackers, table: str, role: str) -> None:
    for change in CHANGES:
        assert state_of(attackers[role], change.format(table)) == "42501", change


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("call", INSIDE)
def test_nobody_calls_what_is_inside(attackers: Attackers, call: str, role: str) -> None:
    assert state_of(attackers[role], f"select {call}") == "42501"
