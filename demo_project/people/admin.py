"""What people left, for the staff. No search: a search in the admin would put their addresses into URLs and logs."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from demo_project.people.models import Enquiry, Subscriber, Trial


@admin.register(Subscriber)
class SubscriberAdmin(admin.ModelAdmin):
    list_display = ["email", "created_at"]
    list_filter = ["created_at"]


@admin.register(Enquiry)
class EnquiryAdmin(admin.ModelAdmin):
    list_display = ["created_at", "topic", "name", "email"]
    list_filter = ["topic", "created_at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # enquiries come from visitors


@admin.register(Trial)
class TrialAdmin(admin.ModelAdmin):
    list_display = ["weekend", "wind", "name", "email", "is_open"]
    list_filter = ["is_open", "weekend"]
    actions = ["bring_back"]

    @admin.action(description="The kite is back", permissions=["change"])
    def bring_back(self, request: HttpRequest, trials: QuerySet[Trial]) -> None:
        self.message_user(request, f"{trials.update(is_open=None)} back on the shelf.")
