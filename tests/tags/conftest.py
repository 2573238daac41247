"""What several tags' tests speak of."""

from decimal import Decimal

import pytest

from demo_project.shop.models import Category, Product, Variant


@pytest.fixture
def product():
    kite = Product(title='Kite "<b>" & </script><!--', category=Category(title="kites"))
    return Variant(product=kite, sku="K-1", price=Decimal("49.90"))
