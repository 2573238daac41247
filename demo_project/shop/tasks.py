from celery import shared_task

from demo_project.shop import gateway

GATEWAY_BEAT_SCHEDULE = {
    "demo-payment-gateway": {
        "task": "demo_project.shop.tasks.call_webhooks",
        "schedule": 5.0,
        "options": {"expires": 5},  # without a worker, beat would pile them up
    }
}


@shared_task(ignore_result=True)
def call_webhooks() -> int:
    return gateway.confirm_waiting_orders()
