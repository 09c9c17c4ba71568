-- What of a redeem request goes to the bank: the amount, less the commission that is taken out of it.
create function rule.payout_of(p_request redeem_request)
returns bigint language sql immutable
as $$ select p_request.amount - (p_request.commission - p_request.on_top) $$;
