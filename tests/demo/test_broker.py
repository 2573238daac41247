"""The embedded broker."""

import pytest
from kombu import Connection

from demo_project.runner import broker


@pytest.fixture
def channel(tmp_path):
    options = {"data_folder_in": str(tmp_path), "data_folder_out": str(tmp_path)}
    with Connection("filesystem://localhost", transport_options=options) as connection:
        yield connection.default_channel


def test_broker__is_ours_for_filesystem_urls(channel):
    assert isinstance(channel, broker.Channel)


def test_broker__gives_a_message_back_once(channel, tmp_path):
    channel._put("celery", {"body": "x"})
    assert [path.suffix for path in tmp_path.iterdir()] == [".msg"]
    assert channel._get("celery") == {"body": "x"}
    assert list(tmp_path.iterdir()) == []


def test_broker__shows_no_message_before_it_is_whole(channel, tmp_path):
    with pytest.raises(TypeError):
        channel._put("celery", {"body": object()})
    assert list(tmp_path.glob("*.msg")) == []
