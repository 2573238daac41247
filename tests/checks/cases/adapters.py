"""What adapters say of their models."""

from tests.checks.changes import ERROR, adapter, capi

ORDER_HAS = (
    "Order has: city, country, created_at, currency, email, first_name, id, last_name, lines, number, paid_at, phone, "
    "postal_code, status, street, token, total, user."
)

CASES = [
    (
        "E501", adapter(email="usr.email"), ERROR,
        "ShopOrder.email says 'usr.email', but Order has no 'usr'.",
        f'Did you mean "user"? {ORDER_HAS}',
    ),
    (
        "E501", adapter(phone=("phone", "user.mobile")), ERROR,
        "ShopOrder.phone says ('phone', 'user.mobile'), but User has no 'mobile'.",
        "User has: date_joined, email, first_name, groups, id, is_active, is_staff, is_superuser, last_login, "
        "last_name, logentry_set, password, user_permissions, username.",
    ),
    (
        "E501", adapter(line_id="{sku}-{variant.product.nr}"), ERROR,
        "ShopOrder.line_id says '{sku}-{variant.product.nr}', but Product has no 'nr'.",
        "Product has: category, description, drawing, id, position, slug, tagline, title, variants, wind_from, wind_to.",
    ),
    (
        "E501", adapter(paid_when={"state__in": ["paid"]}), ERROR,
        "ShopOrder.paid_when says 'state', but Order has no 'state'.",
        f'Did you mean "status"? {ORDER_HAS}',
    ),
    (
        "E501", adapter(channel="chanel"), ERROR,
        "ShopOrder.channel says 'chanel', but Order has no 'chanel'.",
        ORDER_HAS,
    ),
    (
        "E502", adapter(line_id="shop-{sku"), ERROR,
        "ShopOrder.line_id: 'shop-{sku' is no template: expected '}' before end of string.",
        'For example: line_id = "shop-{product.sku}"',
    ),
    (
        "E503", adapter(paid_when={"status__startswith": "pa"}), ERROR,
        "ShopOrder.paid_when has 'status__startswith', but there is no lookup 'startswith' here.",
        "There are: exact, in, isnull, gt, gte, lt, lte. For all else write is_purchase(self, order)",
    ),
    (
        "E504", adapter(paid_when={}), ERROR,
        "ShopOrder has neither paid_when nor is_purchase(): no order would ever be a sale.",
        'In ShopOrder: paid_when = {"status__in": ["paid", "shipped"]}',
    ),
    (
        "E505", adapter(paid_at=()), ERROR,
        "ShopOrder names no time: an old one that somebody saves would be told as new.",
        'In ShopOrder: paid_at = "..." (the field with the time), or created_at = "..."',
    ),
    (
        "E506", adapter(total=()), ERROR,
        "ShopOrder names no total: Meta refuses a Purchase without a value.",
        'In ShopOrder: total = "..." (the field with what the buyer paid)',
    ),
    (
        "E507", adapter(currency=()), ERROR,
        "ShopOrder names no currency, and there is no default.",
        'In ShopOrder: currency = "..." (a field), or a method: def currency(self, order): return "EUR"',
    ),
    (
        "E508", capi(VALUE="net"), ERROR,
        "VALUE is 'net', but ShopOrder does not say where the tax is: its orders could not be told.",
        'In ShopOrder: tax = "..." (the field with that amount)',
    ),
    (
        "E509", adapter(line_id=()), ERROR,
        "ShopOrder names lines, but no line_id: without it they are all left out.",
        'In ShopOrder: line_id = "product.sku" (as in the catalogue), or "shop-{product.sku}"',
    ),
]  # fmt: skip
