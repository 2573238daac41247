"""Finding products by words."""

from django.db.models import Exists, OuterRef, Q

from demo_project.shop.models import Product, ProductQuerySet, Variant

MAX_WORDS = 6
TEXTS = ("title", "tagline", "description", "category__title")


def find(text: str) -> ProductQuerySet:
    """Products that hold each of the words somewhere, be it in a variant's name or at the start of its number."""
    found = Product.objects.for_sale()
    for word in text.split()[:MAX_WORDS]:
        found = found.filter(mentions(word))
    return found


def mentions(word: str) -> Q:
    called = Q(name__icontains=word) | Q(sku__istartswith=word)
    either = Q(Exists(Variant.objects.filter(called, product=OuterRef("pk"))))
    for text in TEXTS:
        either |= Q((f"{text}__icontains", word))
    return either
