"""The visitor's cart: its id lives in the session."""

from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction

from demo_project.shop.models import MAX_QUANTITY, Cart, CartLine, Variant

SESSION_KEY = "shop_cart"


def find(session: SessionBase) -> Cart | None:
    """The visitor's cart, if there is one."""
    return Cart.objects.filter(pk=session.get(SESSION_KEY)).first()


def open_cart(session: SessionBase) -> Cart:
    """The visitor's cart, made on first use."""
    cart = find(session)
    if cart is None:
        cart = Cart.objects.create()
        session[SESSION_KEY] = cart.pk
    return cart


@transaction.atomic
def add(cart: Cart, variant: Variant, quantity: int = 1) -> CartLine:
    """Put more of a variant into the cart, up to ``MAX_QUANTITY``."""
    line, created = CartLine.objects.select_for_update().get_or_create(
        cart=cart, variant=variant, defaults={"quantity": min(quantity, MAX_QUANTITY)}
    )
    if not created:
        set_quantity(line, line.quantity + quantity)
    return line


def set_quantity(line: CartLine, quantity: int) -> None:
    """Change a line; nothing left removes it."""
    if quantity < 1:
        line.delete()
        return
    line.quantity = min(quantity, MAX_QUANTITY)
    line.save(update_fields=["quantity"])


def count(session: SessionBase) -> int:
    """How many pieces the visitor has in the cart. Asks nothing of the database without a cart."""
    if SESSION_KEY not in session:
        return 0
    return sum(CartLine.objects.filter(cart=session[SESSION_KEY]).values_list("quantity", flat=True))
