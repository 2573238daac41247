"""All that this shop tells capi_tracking about itself."""

from capi_tracking.orders import ModelCartAdapter, ModelItemAdapter, ModelOrderAdapter, register
from demo_project.shop.models import Cart, Order, Product


@register(Order)
class ShopOrder(ModelOrderAdapter):
    paid_when = {"status": "paid"}
    paid_at = "paid_at"
    number, total, currency = "number", "total", "currency"
    email, phone, country = "email", "phone", "country"
    first_name, last_name = "first_name", "last_name"
    city, postal_code = "city", "postal_code"
    lines, line_id, line_quantity, line_price = "lines", "sku", "quantity", "price"


@register(Product)
class ShopItem(ModelItemAdapter):
    content_id, name, price, currency, category = "sku", "title", "price", "currency", "category"


@register(Cart)
class ShopCart(ModelCartAdapter):
    lines, total, currency = "lines", "total", "currency"
    line_id, line_quantity, line_price = "product.sku", "quantity", "product.price"
