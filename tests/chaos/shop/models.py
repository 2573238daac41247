from django.db import models


class Order(models.Model):
    number = models.CharField(max_length=64, primary_key=True)
    paid_at = models.DateTimeField(null=True)
    email = models.EmailField()
    total = models.DecimalField(max_digits=9, decimal_places=2)
    currency = models.CharField(max_length=3, default="EUR")

    def __str__(self) -> str:
        return str(self.number)


class Line(models.Model):
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    sku = models.CharField(max_length=32)
    quantity = models.PositiveIntegerField(default=1)
    price = models.DecimalField(max_digits=9, decimal_places=2)

    def __str__(self) -> str:
        return f"{self.order_id} {self.sku}"
