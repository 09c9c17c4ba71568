"""What a posting costs: guards of the ledger's tables in forms that are cheaper to keep.

PostgreSQL reads the text of every check of a table anew for each statement that writes to it, and a foreign key asks by
a statement of its own for each row, locking what it points to. So what never changes after a row was made is said by
the column's type, checks of one table are one check, and that a posting's accounts exist with its issuer is asked by
the trigger that asks for its operation already, once a statement. An account's row is never deleted, and what it is
can no longer be changed.
"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

# lint: allow constraint: nothing is released yet
# lint: allow column-type: nothing is released yet
# The text that counts is the last one: `bocli audit verify` compares the database's with it.
DOWNGRADE = """
create or replace function vault.refuse_late_posting() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if exists (select from added a where pg_current_xact_id() is distinct from (
               select o.txid from vault.operation o where o.id = a.operation_id)) then
    raise exception 'vault.late_posting' using errcode = 'BO043';
  end if;
  return null;
end $$;
drop trigger fixed on vault.account;
alter table vault.account add unique (id, issuer_id);
alter table vault.posting drop constraint posting_check, add check (amount > 0),
  add check (debit_account_id <> credit_account_id),
  add foreign key (debit_account_id, issuer_id) references vault.account (id, issuer_id),
  add foreign key (credit_account_id, issuer_id) references vault.account (id, issuer_id);
alter table vault.operation drop constraint operation_check, add check (amount > 0), add check (commission >= 0);
alter table vault.operation_total alter column stripe type smallint, add check (stripe between 0 and 15);
alter table vault.stripe alter column stripe type smallint, add check (stripe between 0 and 15);
alter table vault.account alter column debit_sign type smallint, add check (debit_sign in (-1, 1));
drop domain vault.sign, vault.stripe_number;
"""

UPGRADE = """
create domain vault.sign as smallint check (value in (-1, 1));
create domain vault.stripe_number as smallint check (value between 0 and 15);
alter domain vault.sign owner to bocli_vault;
alter domain vault.stripe_number owner to bocli_vault;
alter table vault.account drop constraint account_debit_sign_check, alter column debit_sign type vault.sign;
alter table vault.stripe drop constraint stripe_stripe_check, alter column stripe type vault.stripe_number;
alter table vault.operation_total drop constraint operation_total_stripe_check,
  alter column stripe type vault.stripe_number;
alter table vault.operation drop constraint operation_amount_check, drop constraint operation_commission_check,
  add constraint operation_check check (amount > 0 and commission >= 0);
alter table vault.posting drop constraint posting_amount_check, drop constraint posting_check,
  drop constraint posting_debit_account_id_issuer_id_fkey, drop constraint posting_credit_account_id_issuer_id_fkey,
  add constraint posting_check check (amount > 0 and debit_account_id <> credit_account_id);
alter table vault.account drop constraint account_id_issuer_id_key;
create trigger fixed before update of id, kind, issuer_id, owner_id, debit_sign, striped on vault.account
  for each statement execute function vault.refuse_change();
alter table vault.account enable always trigger fixed;
create or replace function vault.refuse_late_posting() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  -- Stands for foreign keys as well: no operation or no account of this issuer, no posting.
  -- One look by the key a row: the planner would rather walk all operations for those of this transaction.
  if exists (
       select from added a
        where pg_current_xact_id() is distinct from (select o.txid from vault.operation o where o.id = a.operation_id)
           or a.issuer_id is distinct from (select d.issuer_id from vault.account d where d.id = a.debit_account_id)
           or a.issuer_id is distinct from (select c.issuer_id from vault.account c where c.id = a.credit_account_id)
     ) then
    if exists (select from added a where pg_current_xact_id() is distinct from (
                 select o.txid from vault.operation o where o.id = a.operation_id)) then
      raise exception 'vault.late_posting' using errcode = 'BO043';
    end if;
    raise exception 'vault.posting_account' using errcode = 'foreign_key_violation';
  end if;
  return null;
end $$;
"""


def upgrade() -> None:
    """Change the guards."""
    op.execute("set local lock_timeout = '3s'")
    op.execute(UPGRADE)


def downgrade() -> None:
    """Put the old ones back."""
    op.execute("set local lock_timeout = '3s'")
    op.execute(DOWNGRADE)
