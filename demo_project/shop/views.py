"""The shop's pages. Nothing here knows that it is tracked."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from demo_project.shop import carts, checkout, payments
from demo_project.shop.forms import AddForm, CheckoutForm, QuantityForm
from demo_project.shop.models import MAX_QUANTITY, Cart, CartLine, Order, Product


@require_GET
def product_list(request: HttpRequest) -> HttpResponse:
    return render(request, "shop/product_list.html", {"products": Product.objects.all()[:60]})


@require_GET
def product_detail(request: HttpRequest, slug: str) -> HttpResponse:
    product = get_object_or_404(Product, slug=slug)
    others = Product.objects.exclude(pk=product.pk)[:3]
    context = {"product": product, "others": others, "max_quantity": MAX_QUANTITY}
    return render(request, "shop/product_detail.html", context)


@require_POST
def add_to_cart(request: HttpRequest, slug: str) -> HttpResponse:
    product = get_object_or_404(Product, slug=slug)
    form = AddForm(request.POST)
    if not form.is_valid():
        return redirect(product)
    carts.add(carts.open_cart(request.session), product, form.cleaned_data["quantity"])
    return redirect("shop:cart")


@never_cache
@require_http_methods(["GET", "POST"])
def cart(request: HttpRequest) -> HttpResponse:
    basket = carts.find(request.session)
    form = CheckoutForm(request.POST or None)
    if basket and request.method == "POST" and form.is_valid():
        return place_order(request, basket, form)
    context = {"cart": basket, "form": form, "max_quantity": MAX_QUANTITY}
    return render(request, "shop/cart.html", context)


def place_order(request: HttpRequest, basket: Cart, form: CheckoutForm) -> HttpResponse:
    buyer = form.buyer | {"user": request.user if request.user.is_authenticated else None}
    try:
        placed = checkout.place(basket, buyer, paid=form.pays_now)
    except checkout.EmptyCart:
        return redirect("shop:cart")
    return redirect(placed)


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
    placed = get_object_or_404(Order.objects.prefetch_related("lines__product"), token=token)
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
