"""What is done to products, and how they are listed."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from dataclasses import field as dataclass_field
from typing import TYPE_CHECKING, Any

from core.db.views import view

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from sqlalchemy import Select

    from core.db import Database


@dataclass(frozen=True)
class Product:
    """A product: at a price, or at any amount from one to another; all in minor units of the issuer. percent, as a
    decimal's text, and fixed are our commission.
    """

    code: str
    name: str
    issuer: str
    price: int | None = None
    price_from: int | None = None
    price_to: int | None = None
    percent: str = "0"
    fixed: int = 0
    active: bool = True


@dataclass(frozen=True, slots=True)
class LineError:
    """What is wrong in a line of a list: the column's name, and the text's key (of `error.…`) with its parameters."""

    line: int
    field: str
    key: str
    params: dict[str, str | int] = dataclass_field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, or would do. With errors nothing was changed; `wrong` counts them all."""

    added: int
    changed: int
    same: int
    switched_off: int
    wrong: int
    errors: tuple[LineError, ...]


def save(db: Database, key: UUID, provider_id: int, product: Product, *, new: bool) -> int:
    """Add a product, or change the one with its code; its number. Raises Invalid product.…, NotFound."""
    return int(
        db.call("product_save", key=key, provider_id=provider_id, row=asdict(product), new=new)["product_id"]
    )


def import_list(
    db: Database,
    key: UUID,
    provider_id: int,
    rows: Sequence[dict[str, Any]],
    *,
    switch_off_missing: bool = False,
    dry_run: bool,
) -> ImportReport:
    """Take a list, all or nothing; a dry run does the same and undoes it. rows: those of `read_list`.

    Raises NotFound product.provider_not_found, Invalid product.list_size (none, or more than 200,000).
    """
    answer = db.call(
        "products_import",
        deadline_s=120,
        key=key,
        provider_id=provider_id,
        rows=list(rows),
        switch_off_missing=switch_off_missing,
        dry_run=dry_run,
    )
    errors = tuple(LineError(**each) for each in answer.pop("errors"))
    return ImportReport(**answer, errors=errors)


def providers(db: Database) -> tuple[tuple[int, str], ...]:
    """The service providers by number and name."""
    from sqlalchemy import column

    found = db.rows(view("product_providers", "id name").order_by(column("name")))
    return tuple((row.id, row.name) for row in found)


def products_select() -> Select[Any]:
    """All products; keyed by id."""
    return view(
        "products",
        "id provider_id provider code name issuer scale price price_from price_to percent fixed active changed_at",
    )
