"""What the shop sells, what lies in a cart, what was ordered."""

import secrets
from decimal import Decimal
from operator import attrgetter

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


class CategoryQuerySet(models.QuerySet["Category"]):
    def with_drawings(self) -> "CategoryQuerySet":
        """Those that hold something, with its ``drawing``."""
        first = Product.objects.for_sale().filter(category=models.OuterRef("pk")).exclude(drawing="")
        return self.annotate(drawing=models.Subquery(first.values("drawing")[:1])).exclude(drawing=None)


class Category(models.Model):
    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=60)
    tagline = models.CharField(max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    objects = CategoryQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]
        verbose_name_plural = "categories"

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("shop:category", args=[self.slug])


class ProductQuerySet(models.QuerySet["Product"]):
    def for_sale(self) -> "ProductQuerySet":
        """With all that a card shows; without those that have nothing to buy."""
        stocked = self.filter(models.Exists(Variant.objects.filter(product=models.OuterRef("pk"))))
        return stocked.select_related("category").prefetch_related("variants")


class Product(models.Model):
    """A page of the shop with one drawing. What is bought is one of its variants."""

    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=100)
    tagline = models.CharField(max_length=200, blank=True)
    description = models.TextField(blank=True)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="products")
    drawing = models.CharField(max_length=100, blank=True, help_text="Static file of the drawing.")
    wind_from = models.PositiveSmallIntegerField(default=2, help_text="Beaufort.")
    wind_to = models.PositiveSmallIntegerField(default=5, help_text="Beaufort.")
    position = models.PositiveSmallIntegerField(default=0)

    objects = ProductQuerySet.as_manager()

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

    @property
    def flies_in_any_wind(self) -> bool:
        return all(self.beaufort)

    @cached_property
    def options(self) -> list["Variant"]:
        return list(self.variants.all())

    @property
    def first(self) -> "Variant | None":
        """The variant that a page shows as long as nobody has chosen."""
        return self.options[0] if self.options else None

    @property
    def cheapest(self) -> "Variant | None":
        return min(self.options, key=attrgetter("price"), default=None)

    @property
    def has_one_price(self) -> bool:
        return len({option.price for option in self.options}) < 2


class Variant(models.Model):
    """What is bought: a size or a colour of a product, with its own number and price."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="variants")
    sku = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=60, blank=True, help_text="Small, Coral; empty if there is no choice.")
    price = models.DecimalField(max_digits=10, decimal_places=2, validators=[MinValueValidator(0)])
    currency = models.CharField(max_length=3, default=CURRENCY)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        return f"{self.product.title} · {self.name}" if self.name else self.product.title


class Cart(models.Model):
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"Cart {self.pk}"

    @cached_property
    def goods(self) -> list["CartLine"]:
        """The lines with all that is shown of them, in one query."""
        return list(self.lines.select_related("variant__product"))

    @property
    def total(self) -> Decimal:
        return sum((line.amount for line in self.goods), Decimal("0.00"))

    @property
    def pieces(self) -> int:
        return sum(line.quantity for line in self.goods)

    @property
    def currency(self) -> str:
        return CURRENCY


class CartLine(models.Model):
    cart = models.ForeignKey(Cart, on_delete=models.CASCADE, related_name="lines")
    variant = models.ForeignKey(Variant, on_delete=models.CASCADE, related_name="+")
    quantity = models.PositiveSmallIntegerField(default=1, validators=QUANTITY)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["cart", "variant"], name="shop_cart_variant_once")]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.variant}"

    @property
    def amount(self) -> Decimal:
        return self.variant.price * self.quantity


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
    """A line keeps sku, title and price of the day: the variant may change or go."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    variant = models.ForeignKey(Variant, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    sku = models.CharField(max_length=32)
    title = models.CharField(max_length=200)
    quantity = models.PositiveSmallIntegerField(default=1, validators=QUANTITY)
    price = models.DecimalField(max_digits=10, decimal_places=2)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.title}"

    @property
    def amount(self) -> Decimal:
        return self.price * self.quantity
