"""All that this shop tells capi_tracking about itself.

What is bought is a variant, so everywhere its number is the content id: on the page, in the cart, in the order and in
the catalogue that Meta has. A product's page speaks of the variant that it shows first.
"""

from capi_tracking.orders import ModelCartAdapter, ModelItemAdapter, ModelOrderAdapter, register
from demo_project.shop.models import Cart, Order, Product, Variant


@register(Order)
class ShopOrder(ModelOrderAdapter):
    paid_when = {"status": "paid"}
    paid_at = "paid_at"
    number, total, currency = "number", "total", "currency"
    email, phone, country, external_id = "email", "phone", "country", "user_id"
    first_name, last_name = "first_name", "last_name"
    city, postal_code = "city", "postal_code"
    lines, line_id, line_quantity, line_price = "lines", "sku", "quantity", "price"


@register(Variant)
class ShopVariant(ModelItemAdapter):
    content_id, name, price, currency, category = "sku", "title", "price", "currency", "product.category.title"


@register(Product)
class ShopItem(ModelItemAdapter):
    content_id, name, price, currency = "first.sku", "title", "first.price", "first.currency"
    category = "category.title"


@register(Cart)
class ShopCart(ModelCartAdapter):
    lines, total, currency = "lines", "total", "currency"
    line_id, line_quantity, line_price = "variant.sku", "quantity", "variant.price"
