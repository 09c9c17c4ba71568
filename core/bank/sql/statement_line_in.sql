-- Refuses a line that is in another state than this.
create function rule.statement_line_in(p_line statement_line, p_state text)
returns void language plpgsql
as $$
begin
  if p_line.state <> p_state then
    perform refuse('BO021', 'statement_line.wrong_state');
  end if;
end $$;
