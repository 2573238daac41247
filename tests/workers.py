"""How many processes run the tests, and which tests stay together in one of them."""

import os
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

MOST_WORKERS = 8
TOGETHER = {
    "tests/browser/test_demo_events.py": "the running demo",
    "tests/browser/test_demo_walk.py": "the running demo",
    "tests/browser/test_unfold_walk.py": "a demo in unfold",
    "tests/browser/test_first_sale.py": "a demo with a token",
    "tests/demo/test_beside.py": "a demo without its story",
    "tests/demo/test_engines.py": "a migrated demo",
    "tests/demo/test_newcomer.py": "an installed demo",
    "tests/demo/test_restart.py": "demos of their own",
    "tests/demo/test_interrupts.py": "demos of their own",
    "tests/demo/test_story_seed.py": "the story, told once",
    "tests/docs/test_site.py": "builds of the site",
    "tests/management/test_capi_deliver.py": "a migrated outbox",
    "tests/newcomer/test_browser.py": "the wheel",
    "tests/newcomer/test_guide.py": "the wheel",
    "tests/newcomer/test_package.py": "the wheel",
    "tests/services/test_plans.py": "many rows that were sent",
    "tests/contrib/test_oscar.py": "the Oscar shop",
}


class Sharing(LoadScopeScheduling):
    """Files of the same words share something that takes long to begin: they come first, each in one process.

    All other tests go to whoever has time.
    """

    def _split_scope(self, nodeid: str) -> str:
        return scope_of(nodeid)


def scope_of(nodeid: str) -> str:
    return TOGETHER.get(nodeid.partition("::")[0], nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Sharing:
    return Sharing(config, log)


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One more than there are processors, since many tests wait. None for tests picked by name: they begin sooner."""
    is_picked = config.option.keyword or any("::" in name or Path(name).suffix == ".py" for name in config.args)
    return 0 if is_picked else min((os.cpu_count() or 1) + 1, MOST_WORKERS)
