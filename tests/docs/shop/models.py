"""No installed app's: they have no tables, and are known to nobody but the blocks that import them."""
# ruff: noqa: DJ008 (nobody looks at an instance)

from django.db import models


class Product(models.Model):
    sku = models.CharField(max_length=40)
    title = models.CharField(max_length=40)
    price = models.DecimalField(max_digits=12, decimal_places=2)
    currency = models.CharField(max_length=3)

    class Meta:
        app_label = "documented"


class Order(models.Model):
    number = models.CharField(max_length=20)
    status = models.CharField(max_length=20)
    paid_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    total = models.DecimalField(max_digits=12, decimal_places=2)
    currency = models.CharField(max_length=3)
    email = models.EmailField()
    phone = models.CharField(max_length=40)
    country = models.CharField(max_length=2)

    class Meta:
        app_label = "documented"


class Line(models.Model):
    order = models.ForeignKey(Order, models.CASCADE, related_name="lines")
    product = models.ForeignKey(Product, models.CASCADE)
    quantity = models.PositiveIntegerField()
    price = models.DecimalField(max_digits=12, decimal_places=2)

    class Meta:
        app_label = "documented"


class Enquiry(models.Model):
    created_at = models.DateTimeField()
    email = models.EmailField()
    phone = models.CharField(max_length=40)

    class Meta:
        app_label = "documented"
