"""Products of service providers: what is sold through us, at a price or within a range."""

from __future__ import annotations

from core.products.commands import (
    ImportReport,
    LineError,
    Product,
    import_list,
    products_select,
    providers,
    save,
)
from core.products.lists import Parsed, read_list

__all__ = [
    "ImportReport",
    "LineError",
    "Parsed",
    "Product",
    "import_list",
    "products_select",
    "providers",
    "read_list",
    "save",
]
