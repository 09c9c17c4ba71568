-- What a redeem request is called between us and the banks. It comes back in statements, so it never changes.
create function rule.end_to_end_of(p_request_id bigint)
returns text language sql immutable
as $$ select 'BOCLI-' || p_request_id $$;
