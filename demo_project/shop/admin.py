from django.contrib import admin
from django.http import HttpRequest

from capi_tracking.admin import TrackingColumn
from demo_project.shop.models import Category, Order, OrderLine, Product, Variant


@admin.register(Category)
class CategoryAdmin(admin.ModelAdmin):
    list_display = ["title", "slug", "position"]
    prepopulated_fields = {"slug": ["title"]}


class VariantInline(admin.TabularInline):
    model = Variant
    extra = 0
    min_num = 1
    validate_min = True


@admin.register(Product)
class ProductAdmin(admin.ModelAdmin):
    list_display = ["title", "category", "wind_from", "wind_to"]
    list_select_related = ["category"]
    list_filter = ["category"]
    search_fields = ["title", "variants__sku"]
    prepopulated_fields = {"slug": ["title"]}
    inlines = [VariantInline]


class OrderLineInline(admin.TabularInline):
    model = OrderLine
    extra = 0
    raw_id_fields = ["variant"]


@admin.register(Order)
class OrderAdmin(TrackingColumn, admin.ModelAdmin):
    list_display = ["number", "status", "total", "currency", "created_at", "paid_at"]
    list_filter = ["status", "created_at"]
    search_fields = ["=number"]
    raw_id_fields = ["user"]
    readonly_fields = ["tracking"]
    inlines = [OrderLineInline]


@admin.register(Variant)
class VariantAdmin(admin.ModelAdmin):
    """Found by an order line's magnifier; edited with its product."""

    list_display = ["sku", "title", "price", "currency"]
    list_select_related = ["product"]
    search_fields = ["sku", "name", "product__title"]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False
