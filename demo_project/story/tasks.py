from celery import shared_task

from capi_tracking import dataset_quality
from demo_project.story import bots, shoppers

STORY_BEAT_SCHEDULE = {
    "demo-story-bots": {
        "task": "demo_project.story.tasks.send_bots",
        "schedule": 5.0,
        "options": {"expires": 5},  # without a worker, beat would pile them up
    },
    "demo-story-shoppers": {
        "task": "demo_project.story.tasks.send_shoppers",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    # a shop asks once a day: here there is something to see while one looks on
    "demo-story-meta": {
        "task": "demo_project.story.tasks.ask_meta",
        "schedule": 120.0,
        "options": {"expires": 120},
    },
}


@shared_task(ignore_result=True)
def send_bots() -> int:
    return bots.visit().pages


@shared_task(ignore_result=True)
def send_shoppers() -> int:
    return shoppers.visit()


@shared_task(ignore_result=True)
def ask_meta() -> int:
    return len(dataset_quality.fetch_all(patience=dataset_quality.PATIENCE, budget=dataset_quality.BUDGET))
