"""How a shop's own models tell about orders, leads, products and carts."""
