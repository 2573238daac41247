"""What the shop sells, what lies in a cart, what was ordered."""

import secrets
from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils.functional import cached_property

CURRENCY = "EUR"
MAX_QUANTITY = 20
QUANTITY = [MinValueValidator(1), MaxValueValidator(MAX_QUANTITY)]
READABLE = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_number() -> str:
    """An order number that a person can read out over the phone."""
    return "G-" + "".join(secrets.choice(READABLE) for _ in range(8))


def new_token() -> str:
    """The secret part of an order's address: 128 bits, so that nobody guesses another's order."""
    return secrets.token_urlsafe(16)


class Product(models.Model):
    sku = models.CharField(max_length=32, unique=True)
    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=100)
    tagline = models.CharField(max_length=200, blank=True)
    description = models.TextField(blank=True)
    category = models.CharField(max_length=60, blank=True)
    price = models.DecimalField(max_digits=10, decimal_places=2)
    currency = models.CharField(max_length=3, default=CURRENCY)
    drawing = models.CharField(max_length=100, blank=True, help_text="Static file of the drawing.")
    wind_from = models.PositiveSmallIntegerField(default=2, help_text="Beaufort.")
    wind_to = models.PositiveSmallIntegerField(default=5, help_text="Beaufort.")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("shop:product", args=[self.slug])

    @property
    def beaufort(self) -> list[bool]:
        """Wind forces 1 to 8: does it fly in this one?"""
        return [self.wind_from <= force <= self.wind_to for force in range(1, 9)]


class Cart(models.Model):
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"Cart {self.pk}"

    @cached_property
    def lines_with_products(self) -> list["CartLine"]:
        return list(self.lines.select_related("product"))

    @property
    def total(self) -> Decimal:
        return sum((line.amount for line in self.lines_with_products), Decimal("0.00"))

    @property
    def currency(self) -> str:
        return CURRENCY


class CartLine(models.Model):
    cart = models.ForeignKey(Cart, on_delete=models.CASCADE, related_name="lines")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+")
    quantity = models.PositiveSmallIntegerField(default=1, validators=QUANTITY)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["cart", "product"], name="shop_cart_product_once")]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.product}"

    @property
    def amount(self) -> Decimal:
        return self.product.price * self.quantity


class Order(models.Model):
    class Status(models.TextChoices):
        NEW = "new", "New"  # entered by staff, nothing agreed about payment yet
        PENDING = "pending", "Waiting for payment"
        PAID = "paid", "Paid"

    number = models.CharField(max_length=32, unique=True, default=new_number)
    token = models.CharField(max_length=43, unique=True, default=new_token, editable=False)
    status = models.CharField(max_length=16, choices=Status, default=Status.NEW)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    email = models.EmailField()
    phone = models.CharField(max_length=32, blank=True)
    first_name = models.CharField(max_length=100)
    last_name = models.CharField(max_length=100)
    street = models.CharField(max_length=200)
    postal_code = models.CharField(max_length=16)
    city = models.CharField(max_length=100)
    country = models.CharField(max_length=2)
    total = models.DecimalField(max_digits=10, decimal_places=2, default=Decimal("0.00"))
    currency = models.CharField(max_length=3, default=CURRENCY)
    created_at = models.DateTimeField(auto_now_add=True)
    paid_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["status", "created_at"], name="shop_order_waiting")]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("shop:order", args=[self.token])

    @property
    def is_paid(self) -> bool:
        return self.status == self.Status.PAID


class OrderLine(models.Model):
    """A line keeps sku, title and price of the day: the product may change or go."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    product = models.ForeignKey(Product, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    sku = models.CharField(max_length=32)
    title = models.CharField(max_length=100)
    quantity = models.PositiveSmallIntegerField(default=1, validators=QUANTITY)
    price = models.DecimalField(max_digits=10, decimal_places=2)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.title}"

    @property
    def amount(self) -> Decimal:
        return self.price * self.quantity
