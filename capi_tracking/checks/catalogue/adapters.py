"""The shop's adapters: 5xx."""

from .finding import Finding

UNKNOWN_PATH = Finding(
    id="E501",
    when="an adapter names what its model does not have",
    message="%(adapter)s.%(attribute)s says %(path)r, but %(model)s has no %(name)r.",
    hint="%(instead)s",
)
BAD_TEMPLATE = Finding(
    id="E502",
    when="a template's braces hold no path, or are not closed",
    message="%(adapter)s.%(attribute)s: %(error)s",
    hint='For example: line_id = "shop-{product.sku}"',
)
UNKNOWN_LOOKUP = Finding(
    id="E503",
    when="a condition of `paid_when` or `happened_when` ends in a lookup that is none",
    message="%(adapter)s.%(attribute)s has %(condition)r, but there is no lookup %(lookup)r here.",
    hint="There are: exact, in, isnull, gt, gte, lt, lte. For all else write is_purchase(self, order)",
)
NO_PAYMENT = Finding(
    id="E504",
    when="an order adapter does not say when an order has been paid",
    message="%(adapter)s has neither paid_when nor is_purchase(): no order would ever be a sale.",
    hint='In %(adapter)s: paid_when = {"status__in": ["paid", "shipped"]}',
)
NO_TIME = Finding(
    id="E505",
    when="an adapter names no time: whoever saved an old order would make it a sale of today",
    message="%(adapter)s names no time: an old one that somebody saves would be told as new.",
    hint='In %(adapter)s: %(attribute)s = "..." (the field with the time), or created_at = "..."',
)
NO_TOTAL = Finding(
    id="E506",
    when="an order adapter names no total; Meta refuses a Purchase without a value",
    message="%(adapter)s names no total: Meta refuses a Purchase without a value.",
    hint='In %(adapter)s: total = "..." (the field with what the buyer paid)',
)
NO_CURRENCY = Finding(
    id="E507",
    when="an order adapter names no currency, and its total is a bare number",
    message="%(adapter)s names no currency, and there is no default.",
    hint='In %(adapter)s: currency = "..." (a field), or a method: def currency(self, order): return "EUR"',
)
NO_PART = Finding(
    id="E508",
    when="the policy of `VALUE` takes something off the total that the adapter does not name",
    message="VALUE is %(policy)r, but %(adapter)s does not say where the %(part)s is: its orders could not be told.",
    hint='In %(adapter)s: %(part)s = "..." (the field with that amount)',
)
NO_LINE_ID = Finding(
    id="E509",
    when="an adapter names lines, and not where their catalogue ids are",
    message="%(adapter)s names lines, but no line_id: without it they are all left out.",
    hint='In %(adapter)s: line_id = "product.sku" (as in the catalogue), or "shop-{product.sku}"',
)
