"""Chaos: ``python -m tests.chaos [--seconds 60] [--seed S] [--graph-url URL]``.

Servers, shops and workers of its own are killed, stopped and lied to by a schedule that follows from the seed; then
orders, outbox and what Meta's stand-in accepted are compared, id by id. ``docs/reliability.md`` says what is promised.

Rooms, from below: ``verdict`` and ``schedule`` (pure), ``settings`` and ``shop`` (what the processes run), ``writer``,
``servers``, ``graph``, ``cast`` (all processes), ``troubles`` (what is done to them), ``evidence``, ``run``.
"""
