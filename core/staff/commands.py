"""What a member of staff does with the own account."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from core import errors
from core.staff.passwords import check_new_password
from core.staff.secrets import (
    derive,
    login_name,
    scram_verifier,
    totp_uri,
)

if TYPE_CHECKING:
    from pathlib import Path

    from core.db import Database, Settings


@dataclass(frozen=True)
class Staff:
    """The person who is logged in."""

    id: int
    person_id: int
    name: str
    email: str
    role: str
    language: str  # "" until the person has chosen one
    theme: str
    phone: str | None = None


@dataclass(frozen=True)
class Session:
    """An open session. With `must_change_password` or `must_enrol` nothing else works before that is done."""

    db: Database
    staff: Staff
    permissions: frozenset[str]
    company: str
    last_login_at: datetime | None
    last_login_from: str | None
    failures: int
    idle_minutes: int
    role_idle_minutes: int
    must_change_password: bool
    must_enrol: bool
    recovery_left: int | None  # None without a second factor


@dataclass(frozen=True)
class Enrolment:
    """What an authenticator needs: the secret to type, or the address to show as a QR code. Shown once."""

    secret: str
    uri: str


def log_in(
    settings: Settings,
    email: str,
    password: str,
    code: str | None = None,
    *,
    state_folder: Path | None = None,
    connections: int = 2,
) -> Session:
    """Prove the password by SCRAM and the code in the database, and open a session of at most so many connections.

    Raises WrongCredentials, CodeNeeded (the password was right), LockedOut with the seconds to wait,
    NotAllowed (the password was set past the program, or a first password is too old), Unavailable.
    """
    from core.db import Database, Spool

    login = login_name(settings.installation, email)
    wrong: errors.WrongCredentials | None = None
    for kdf in settings.kdf:
        secret = derive(settings.installation, login, password, kdf)
        db = Database(settings, login, secret, spool=Spool.of(login, state_folder), size=connections)
        try:
            answer = db.call("session_open", code=(code or "").strip())
        except errors.WrongCredentials as error:
            db.close()
            if error.key != "credentials.wrong":
                raise
            wrong = error
            continue
        except BaseException:
            db.close()
            raise
        db.token = answer["token"]
        session = _session(db, answer)
        if kdf is not settings.kdf[0] and not session.must_change_password:
            _renew_parameters(session, password)
        return session
    raise wrong or errors.WrongCredentials("credentials.wrong")


def _session(db: Database, answer: dict[str, Any]) -> Session:
    last = answer["last_login_at"]
    return Session(
        db=db,
        staff=Staff(**answer["staff"]),
        permissions=frozenset(answer["permissions"]),
        company=answer["company"],
        last_login_at=datetime.fromisoformat(last) if last else None,
        last_login_from=answer["last_login_from"],
        failures=answer["failures"],
        idle_minutes=answer["idle_minutes"],
        role_idle_minutes=answer["role_idle_minutes"],
        must_change_password=answer["must_change_password"],
        must_enrol=answer["must_enrol"],
        recovery_left=answer["recovery_left"],
    )


def _renew_parameters(session: Session, password: str) -> None:
    """Make the same password's verifier anew with the newest parameters. Fails without harm: next time."""
    try:
        _set_password(session.db, password)
    except errors.BocliError:
        return


def _set_password(db: Database, password: str) -> None:
    kdf = db.settings.kdf[0]
    secret = derive(db.settings.installation, db.login, password, kdf)
    db.call("password_change", verifier=scram_verifier(secret), kdf=str(kdf))
    db.password_changed(secret)


def _derived(db: Database, password: str) -> str:
    """The derived password when it is the one in use, by whichever parameters; raises WrongCredentials."""
    for kdf in db.settings.kdf:
        secret = derive(db.settings.installation, db.login, password, kdf)
        if db.proves(secret):
            return secret
    raise errors.WrongCredentials("credentials.wrong")


def change_password(session: Session, old: str, new: str) -> None:
    """Set a new password; the person's other sessions end.

    Raises WrongCredentials when `old` is not the password, Invalid with what is wrong about `new`,
    StepUpNeeded where the person has a second factor and no first password to change.
    """
    _derived(session.db, old)
    check_new_password(old, new, session.staff.email, session.staff.name, session.company)
    _set_password(session.db, new)


def begin_enrolment(session: Session) -> Enrolment:
    """A new secret for the authenticator; it serves once `confirm_enrolment` saw its code.

    Raises StepUpNeeded where there is a second factor already.
    """
    answer = session.db.call("totp_enrol_begin")
    secret = base64.b32encode(bytes.fromhex(answer["secret_hex"])).decode()
    return Enrolment(secret, totp_uri(session.staff.email, session.company, secret))


def confirm_enrolment(db: Database, code: str) -> tuple[str, ...]:
    """Take the secret into use; returns the recovery codes, shown once. Raises WrongCredentials."""
    return tuple(db.call("totp_enrol_confirm", code=code.strip())["recovery"])


def new_recovery_codes(db: Database) -> tuple[str, ...]:
    """Ten new recovery codes instead of the old ones. Raises StepUpNeeded."""
    return tuple(db.call("recovery_codes_new")["recovery"])


def step_up(db: Database, code: str) -> None:
    """Give a fresh code before a grave act; good for five minutes. Raises WrongCredentials, LockedOut."""
    db.call("session_step_up", code=code.strip())


def lock(db: Database) -> None:
    """Lock the session: nothing works until `unlock`."""
    db.call("session_lock")


def unlock(session: Session, password: str, code: str | None = None) -> None:
    """Unlock by password and code. The password is proved to the server by a connection of its own.

    Raises WrongCredentials, CodeNeeded, LockedOut; SessionEnded when it is too late for unlocking.
    """
    from core.db import Database

    db = session.db
    proof = Database(db.settings, db.login, _derived(db, password), token=db.token, size=1)
    try:
        proof.call("session_unlock", code=(code or "").strip())
    finally:
        proof.close()


def touch(db: Database) -> int:
    """Say that the person is there. Returns the seconds after which the session ends in any case."""
    return int(db.call("session_touch")["left_seconds"])


def log_out(db: Database) -> None:
    """End the session and close the connections, also when the server cannot be told."""
    try:
        db.call("session_close")
    except (errors.Unavailable, errors.SessionEnded):
        pass
    finally:
        db.close()


def end_session(db: Database, session_id: int) -> None:
    """End another session of one's own. Raises NotFound."""
    db.call("session_end", session_id=session_id)


def save_profile(
    db: Database, language: str, theme: str, *, name: str | None = None, idle_minutes: int | None = None
) -> int:
    """Keep one's language, theme, name and idle minutes (0: the role's); None leaves what is there.

    Returns the idle minutes in force. Raises Invalid: profile.idle_minutes above the role's, staff.name_invalid.
    """
    kept = db.call("profile_set", language=language, theme=theme, name=name, idle_minutes=idle_minutes)
    return int(kept["idle_in_force"])
