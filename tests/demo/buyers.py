"""Who buys in the demo's tests."""

BUYER = {
    "email": "kite@example.org",
    "phone": "+49 171 2345678",
    "first_name": "Wilhelmine",
    "last_name": "Sturm",
    "street": "Deich 4",
    "postal_code": "26757",
    "city": "Borkum",
    "country": "DE",
}
