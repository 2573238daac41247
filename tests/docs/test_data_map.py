"""The data map leaves out nothing that is of a person."""

from capi_tracking.conf import Settings

from .references import data_map


def test_data_map__no_column_that_sounds_like_a_persons_is_left_out() -> None:
    assert data_map.unclassed() == set()


def test_data_map__names_every_table_and_every_column() -> None:
    page = data_map.text()
    for model in data_map.models():
        assert f"## `{model._meta.db_table}`" in page
        assert all(f"`{field.name}`" in page for field in model._meta.concrete_fields)


def test_data_map__its_times_are_the_settings() -> None:
    assert (Settings.REDACT_AFTER.total_seconds(), Settings.PRUNE_AFTER.days, Settings.CONTEXT_DAYS) == (
        172800,
        400,
        30,
    )
