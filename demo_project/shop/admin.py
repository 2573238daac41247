from django.contrib import admin

from demo_project.shop.models import Order, OrderLine, Product


@admin.register(Product)
class ProductAdmin(admin.ModelAdmin):
    list_display = ["title", "sku", "category", "price", "currency"]
    search_fields = ["title", "sku"]
    prepopulated_fields = {"slug": ["title"]}


class OrderLineInline(admin.TabularInline):
    model = OrderLine
    extra = 0
    raw_id_fields = ["product"]


@admin.register(Order)
class OrderAdmin(admin.ModelAdmin):
    list_display = ["number", "status", "total", "currency", "created_at", "paid_at"]
    list_filter = ["status", "created_at"]
    search_fields = ["=number"]
    raw_id_fields = ["user"]
    inlines = [OrderLineInline]
