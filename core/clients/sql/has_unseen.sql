-- Whether a text has what nobody can see: controls, zero width, direction of writing. Two names would look like one.
create function rule.has_unseen(p_text text)
returns boolean language sql immutable
as $$
  select p_text ~ '[\u0001-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffd]'
$$;
