"""Sets up an empty database for a company, once; brings one up to date, as often as needed."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.db.install import install
from core.db.settings import KDFS, Kdf
from core.errors import Invalid, WrongState
from core.permissions import ADMINISTRATOR
from core.staff.secrets import derive, login_name, normalised_email, one_time_password, scram_verifier

if TYPE_CHECKING:
    import psycopg


@dataclass(frozen=True)
class Initialised:
    """What `bocli init` prints, once: the password is kept nowhere."""

    installation: str
    email: str
    password: str


def init(dba_dsn: str, company: str, email: str, name: str, *, kdf: Kdf = KDFS[0]) -> Initialised:
    """Install into an empty database and create the first administrator with a one-time password.

    `dba_dsn` is a superuser's connection string. Raises WrongState init.done when it was done before,
    Invalid when company, e-mail or name are not acceptable, InstallError when the server is not.
    """
    import psycopg

    company = company.strip()
    if not 1 <= len(company) <= 200:
        raise Invalid("init.company_invalid")
    with psycopg.connect(dba_dsn, autocommit=True) as connection:
        _must_be_superuser(connection)
        if _installation(connection) is not None:
            raise WrongState("init.done")
        installation = uuid.uuid4().hex
        password = one_time_password()
        login = login_name(installation, email)
        verifier = scram_verifier(derive(installation, login, password, kdf))
        with connection.transaction():
            install(connection)
            try:
                connection.execute(
                    "insert into book.installation (id, company) values (%s, %s)", (installation, company)
                )
                connection.execute(
                    "select auth.account_create("
                    "p_email => %s, p_name => %s, p_role => %s, p_person_id => null, "
                    "p_verifier => %s, p_kdf => %s, p_one_time => true)",
                    (normalised_email(email), name.strip(), ADMINISTRATOR, verifier, str(kdf)),
                )
            except psycopg.errors.UniqueViolation as error:
                # two started at once: the other one was first
                raise WrongState("init.done") from error
            except psycopg.Error as error:
                from core.db.call import translate

                raise translate(error) from error
    return Initialised(installation, normalised_email(email), password)


def migrate(dba_dsn: str) -> None:
    """Bring an installed database up to this program's version; changes nothing when it is.

    Raises WrongState init.missing when there is nothing to bring up to date, InstallError as `install`.
    """
    import psycopg

    with psycopg.connect(dba_dsn, autocommit=True) as connection:
        _must_be_superuser(connection)
        if _installation(connection) is None:
            raise WrongState("init.missing")
        install(connection)


def _must_be_superuser(connection: psycopg.Connection[Any]) -> None:
    row = connection.execute("select rolsuper from pg_roles where rolname = current_user").fetchone()
    if row is None or not row[0]:
        raise WrongState("init.not_superuser")


def _installation(connection: psycopg.Connection[Any]) -> str | None:
    if connection.execute("select to_regclass('book.installation')").fetchone() == (None,):
        return None
    row = connection.execute("select id from book.installation").fetchone()
    return None if row is None else str(row[0])
