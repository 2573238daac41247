"""The shop's pages. Nothing here knows that it is tracked."""

from typing import Any

from django.db.models import Case, When
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import cache_page, never_cache
from django.views.decorators.csrf import csrf_exempt, ensure_csrf_cookie
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from demo_project.shop import carts, checkout, payments, searching
from demo_project.shop.forms import MAX_SEARCH, AddForm, CheckoutForm, QuantityForm, SearchForm
from demo_project.shop.models import MAX_QUANTITY, Cart, CartLine, Category, Order, Product, ProductQuerySet

PAGE_SIZE = 60
SEARCH_IDS = 10
GUIDE_SECONDS = 15 * 60


@require_GET
def product_list(request: HttpRequest) -> HttpResponse:
    context = {"products": Product.objects.for_sale()[:PAGE_SIZE], "shelves": Category.objects.with_drawings()}
    return render(request, "shop/product_list.html", context)


@require_GET
def category(request: HttpRequest, slug: str) -> HttpResponse:
    shelf = get_object_or_404(Category, slug=slug)
    products = Product.objects.for_sale().filter(category=shelf)[:PAGE_SIZE]
    context = {"shelf": shelf, "products": products, "shelves": Category.objects.all()}
    return render(request, "shop/category.html", context)


@require_GET
def search(request: HttpRequest) -> HttpResponse:
    form = SearchForm(request.GET)
    query = form.cleaned_data["q"] if form.is_valid() else ""
    found = list(searching.find(query)[:PAGE_SIZE]) if query else []
    context = {
        "query": query,
        "products": found,
        "skus": [product.first.sku for product in found[:SEARCH_IDS]],
        "instead": [] if found else Product.objects.for_sale()[:4],
        "shelves": Category.objects.all(),
        "max_search": MAX_SEARCH,
    }
    return render(request, "shop/search.html", context)


@cache_page(GUIDE_SECONDS)
@require_GET
def guide(request: HttpRequest) -> HttpResponse:
    """Which kite for which wind. Kept whole for everybody: the cache answers without asking the database."""
    products = Product.objects.for_sale().order_by("wind_from", "wind_to", "position")[:PAGE_SIZE]
    return render(request, "shop/guide.html", {"products": products})


@require_GET
def product_detail(request: HttpRequest, slug: str) -> HttpResponse:
    product = get_object_or_404(Product.objects.for_sale(), slug=slug)
    context = {"product": product, "others": beside(product), "max_quantity": MAX_QUANTITY}
    return render(request, "shop/product_detail.html", context)


def beside(product: Product) -> ProductQuerySet:
    """A few others, those of the same shelf first."""
    same_shelf = Case(When(category=product.category, then=0), default=1)
    return Product.objects.for_sale().exclude(pk=product.pk).order_by(same_shelf, "position")[:4]


@never_cache
@ensure_csrf_cookie
@require_GET
def header(request: HttpRequest) -> HttpResponse:
    """The visitor's own bits of a page that is the same for everybody."""
    return render(request, "shop/_header_bits.html", {"pieces": carts.count(request.session)})


@never_cache
@require_http_methods(["GET", "POST"])
def add_to_cart(request: HttpRequest, slug: str) -> HttpResponse:
    """One address for three ways: a form gets a redirect, a fetch gets JSON, htmx gets the small cart.

    GET is the form on a page of its own, for browsers without scripts: a page that is cached holds no CSRF token.
    """
    product = get_object_or_404(Product.objects.for_sale(), slug=slug)
    form = AddForm(product, request.POST or None)
    if not form.is_valid():
        return refused(request, product, form)
    basket = carts.open_cart(request.session)
    line = carts.add(basket, form.cleaned_data["sku"], form.cleaned_data["quantity"])
    return added(request, basket, line)


def added(request: HttpRequest, basket: Cart, line: CartLine) -> HttpResponse:
    if request.htmx and not request.htmx.boosted:
        return render(request, "shop/_small_cart.html", {"cart": basket, "latest": line})
    if wants_json(request):
        return JsonResponse({"title": line.variant.title, "pieces": basket.pieces})
    return redirect("shop:cart")


def refused(request: HttpRequest, product: Product, form: AddForm) -> HttpResponse:
    status = 400 if form.is_bound else 200
    if wants_json(request):
        return JsonResponse({"errors": form.errors}, status=status)
    context = {"product": product, "form": form, "max_quantity": MAX_QUANTITY}
    is_fragment = request.htmx and not request.htmx.boosted
    template = "shop/_small_cart.html" if is_fragment else "shop/add.html"
    return render(request, template, context, status=status)


def wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


@never_cache
@require_http_methods(["GET", "POST"])
def cart(request: HttpRequest) -> HttpResponse:
    basket = carts.find(request.session)
    form = CheckoutForm(request.POST or None, initial=known_of(request.user))
    if basket and request.method == "POST" and form.is_valid():
        return place_order(request, basket, form)
    context = {"cart": basket, "form": form, "max_quantity": MAX_QUANTITY}
    return render(request, "shop/cart.html", context)


def known_of(user: Any) -> dict[str, str]:
    """What a customer who is signed in need not type again."""
    return {name: getattr(user, name, "") for name in ("email", "first_name", "last_name")}


def place_order(request: HttpRequest, basket: Cart, form: CheckoutForm) -> HttpResponse:
    buyer = form.buyer | {"user": request.user if request.user.is_authenticated else None}
    try:
        placed = checkout.place(basket, buyer, paid=form.pays_now)
    except checkout.EmptyCart:
        return redirect("shop:cart")
    return redirect(placed)


@never_cache
@require_POST
def change_line(request: HttpRequest, pk: int) -> HttpResponse:
    line = get_object_or_404(CartLine, pk=pk, cart=carts.find(request.session))
    form = QuantityForm(request.POST)
    if form.is_valid():
        carts.set_quantity(line, form.cleaned_data["quantity"])
    return redirect("shop:cart")


@never_cache
@require_GET
def order(request: HttpRequest, token: str) -> HttpResponse:
    """Thank-you page, or "waiting for payment". It shows no address: the link may be passed on."""
    placed = get_object_or_404(Order.objects.prefetch_related("lines__variant__product"), token=token)
    return render(request, "shop/order.html", {"order": placed})


@never_cache
@require_GET
def order_status(request: HttpRequest, token: str) -> JsonResponse:
    return JsonResponse({"paid": get_object_or_404(Order, token=token).is_paid})


@csrf_exempt
@require_POST
def webhook(request: HttpRequest) -> HttpResponse:
    """The gateway says "paid". 403 not from the gateway, 400 unreadable, 404 no such order."""
    if len(request.body) > payments.MAX_BODY_BYTES:
        return HttpResponse(status=413)
    try:
        payments.verify(request.headers.get(payments.SIGNATURE_HEADER, ""), request.body)
        payments.mark_paid(payments.order_number(request.body))
    except payments.NotFromGateway:
        return HttpResponse(status=403)
    except payments.BadNotice:
        return HttpResponse(status=400)
    except Order.DoesNotExist:
        return HttpResponse(status=404)
    return HttpResponse(status=204)
