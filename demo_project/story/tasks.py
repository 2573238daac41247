from celery import shared_task

from demo_project.story import bots

STORY_BEAT_SCHEDULE = {
    "demo-story-bots": {
        "task": "demo_project.story.tasks.send_bots",
        "schedule": 5.0,
        "options": {"expires": 5},  # without a worker, beat would pile them up
    }
}


@shared_task(ignore_result=True)
def send_bots() -> int:
    return bots.visit().pages
