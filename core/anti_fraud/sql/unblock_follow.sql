-- A block while a request to lift it waits: marked when the request is handed in, a plain block again when it comes to
-- nothing. What ran out meanwhile stays as it is.
create function rule.unblock_follow(p_request change_request, p_state text, p_by_id integer)
returns boolean language plpgsql
as $$
begin
  if (p_request).kind <> 'unblock' then
    return false;
  end if;
  if p_state = 'submitted' then
    update block set state = 'unblock_requested', request_id = (p_request).id
     where id = ((p_request).payload ->> 'block_id')::bigint and state = 'blocked';
    if not found then
      perform refuse('BO021', 'block.wrong_state',
                     '{"from_state": "unblock_requested", "to_state": "unblock_requested"}');
    end if;
  elsif p_state = 'approved' then
    update block set ended_by_id = p_by_id where request_id = (p_request).id and state = 'lifted';
  elsif p_state in ('rejected', 'withdrawn', 'conflicted') then
    update block set state = 'blocked', request_id = null
     where request_id = (p_request).id and state = 'unblock_requested';
  end if;
  return true;
end $$;
