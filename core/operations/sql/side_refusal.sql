-- Why a coin's side of an operation cannot be taken, as a key of the texts, or null: blocks, switches, states. p_out:
-- money leaves this coin; else it comes in. One expression, so that a batch has it inlined.
create function rule.side_refusal(
  p_coin coin, p_client client, p_organization_state text, p_issuer_active boolean, p_out boolean, p_at timestamptz)
returns text language sql stable
as $$
  select case
    when (p_client).blocked and coalesce((p_client).blocked_until, 'infinity') > p_at then 'client.blocked'
    when not (p_client).active then 'client.inactive'
    when p_organization_state = 'suspended' then 'organization.suspended'
    when p_organization_state = 'closed' then 'organization.closed'
    when not p_issuer_active then 'issuer.off'
    when (p_coin).closed then 'coin.closed'
    when p_out and (not (p_coin).outgoing or (p_coin).out_blocked_until > p_at) then 'coin.blocked'
    when not p_out and (not (p_coin).incoming or (p_coin).in_blocked_until > p_at) then 'coin.blocked'
  end
$$;
