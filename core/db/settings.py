"""Where the database is and how to reach it. Holds no secret."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Kdf:
    """One set of argon2id parameters. Memory is in KiB."""

    version: int
    memory_kib: int
    time_cost: int
    lanes: int = 1

    def __str__(self) -> str:
        """As it is stored beside a person: ``argon2id:v=1,m=47104,t=1,p=1``."""
        return f"argon2id:v={self.version},m={self.memory_kib},t={self.time_cost},p={self.lanes}"


#: Newest first. Log-in tries them in this order and renews the password's parameters when an older one fits.
#: 46 MiB and one pass is OWASP's first choice of parameters for argon2id, about 80 ms on a small server.
KDFS: tuple[Kdf, ...] = (Kdf(version=1, memory_kib=46 * 1024, time_cost=1),)


@dataclass(frozen=True)
class Settings:
    """How to reach one installation's database.

    `hosts` are names, addresses or socket directories; with several of them the one that accepts
    writes is taken. `installation` is the public id that is part of every login's name and salt.
    """

    hosts: tuple[str, ...]
    installation: str
    port: int = 5432
    dbname: str = "bocli"
    sslmode: str = "verify-full"
    sslrootcert: str | None = None
    sslcert: str | None = None
    sslkey: str | None = None
    application_name: str = "bocli"
    kdf: tuple[Kdf, ...] = field(default=KDFS)

    def connection_words(self) -> dict[str, str | int]:
        """The words of libpq for this place, without user, password and options.

        A host that is a socket directory cannot do TLS; libpq ignores sslmode for it.
        """
        words: dict[str, str | int] = {
            "host": ",".join(self.hosts),
            "port": self.port,
            "dbname": self.dbname,
            "sslmode": self.sslmode,
            "application_name": self.application_name,
            "target_session_attrs": "read-write",
            "connect_timeout": 2,
            "tcp_user_timeout": 4000,
            "keepalives": 1,
            "keepalives_idle": 5,
            "keepalives_interval": 2,
            "keepalives_count": 2,
            "client_encoding": "UTF8",
            "require_auth": "scram-sha-256",
            "gssencmode": "disable",
        }
        for name in ("sslrootcert", "sslcert", "sslkey"):
            value = getattr(self, name)
            if value is not None:
                words[name] = value
        return words
