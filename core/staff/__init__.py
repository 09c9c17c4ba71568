"""Staff: logging in, the own account, and looking after the accounts of others.

Importing this loads neither SQLAlchemy, psycopg nor argon2; logging in does.
"""

from __future__ import annotations

from core.staff.commands import (
    Enrolment,
    FirstPassword,
    NewStaff,
    Session,
    Staff,
    begin_enrolment,
    change_password,
    confirm_enrolment,
    create_staff,
    end_session,
    lock,
    log_in,
    log_out,
    new_recovery_codes,
    reset_password,
    reset_second_factor,
    save_profile,
    set_role,
    step_up,
    switch_off,
    switch_on,
    touch,
    unlock,
)
from core.staff.queries import OwnSession, StaffRow, my_sessions, staff_page

__all__ = [
    "Enrolment",
    "FirstPassword",
    "NewStaff",
    "OwnSession",
    "Session",
    "Staff",
    "StaffRow",
    "begin_enrolment",
    "change_password",
    "confirm_enrolment",
    "create_staff",
    "end_session",
    "lock",
    "log_in",
    "log_out",
    "my_sessions",
    "new_recovery_codes",
    "reset_password",
    "reset_second_factor",
    "save_profile",
    "set_role",
    "staff_page",
    "step_up",
    "switch_off",
    "switch_on",
    "touch",
    "unlock",
]
