-- The hash of what is shown of a request: whoever decides names it, and a request that was another is refused.
create function rule.change_hash(p_request change_request)
returns text language sql immutable
as $$
  select encode(sha256(convert_to(jsonb_build_array(
    (p_request).id, (p_request).revision, (p_request).kind, (p_request).maker_id, (p_request).payload,
    (p_request).base)::text, 'UTF8')), 'hex')
$$;
