from django.urls import path

from demo_project.shop import views

app_name = "shop"

urlpatterns = [
    path("", views.product_list, name="products"),
    path("c/<slug:slug>/", views.category, name="category"),
    path("kites/<slug:slug>/", views.product_detail, name="product"),
    path("kites/<slug:slug>/add/", views.add_to_cart, name="add"),
    path("search/", views.search, name="search"),
    path("guide/", views.guide, name="guide"),
    path("header/", views.header, name="header"),
    path("cart/", views.cart, name="cart"),
    path("cart/lines/<int:pk>/", views.change_line, name="line"),
    path("order/<str:token>/", views.order, name="order"),
    path("order/<str:token>/status/", views.order_status, name="order_status"),
    path("pay/webhook/", views.webhook, name="webhook"),
]
