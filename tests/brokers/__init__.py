"""A shop on a real broker: worker, beat and shop are processes of their own, Meta is the sandbox, the wire is HTTP.

The folder broker needs nothing and runs always. ``CELERY_BROKER_URL=redis://...`` or ``amqp://...`` adds that broker;
``DATABASE_URL`` puts the shop on that database, else it has a SQLite file. Rooms, from below: ``processes``, ``gates``,
``databases``, ``kinds`` (one class per broker), ``shop_settings``, ``shop_app`` (what the workers run), ``till`` (where orders are placed).
"""
