"""Keys of other systems: made and revoked here. A secret is shown once, in the answer to the form."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.debug import sensitive_variables

from ...conf import conf
from ...models import ApiKey
from ..readonly import ReadOnlyAdmin, pill

MAX_EVENTS = 100
LONGEST_NAME = 100


class KeyForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a new key may do."""

    pixels = forms.MultipleChoiceField(label=gettext_lazy("Pixels"), widget=forms.CheckboxSelectMultiple)
    events = forms.CharField(
        label=gettext_lazy("Event names"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Those that it may write, one in a line. None: all."),
    )

    class Meta:
        model = ApiKey
        fields = ["name", "pixels", "events", "policy"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        aliases = list(conf.PIXELS)
        self.fields["pixels"].choices = [(alias, alias) for alias in aliases]  # type: ignore[attr-defined]
        self.fields["pixels"].initial = aliases[:1]

    def clean_events(self) -> list[str]:
        names = [line.strip() for line in self.cleaned_data["events"].splitlines() if line.strip()]
        if len(names) > MAX_EVENTS or any(len(name) > LONGEST_NAME or not name.isprintable() for name in names):
            raise forms.ValidationError(_("At most 100 names of at most 100 characters."))
        return list(dict.fromkeys(names))


@admin.register(ApiKey)
class KeyAdmin(ReadOnlyAdmin):
    list_display = ["name", "begins", "state", "last_used_at", "created_at"]
    sortable_by = ["name", "last_used_at", "created_at"]
    ordering = ["-pk"]
    fields = ["name", "begins", "state", "of_pixels", "of_events", "policy", "created_at", "last_used_at", "revoked_at"]
    readonly_fields = ["begins", "state", "of_pixels", "of_events"]
    actions = ["revoke"]

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return self._may(request, "add")

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """With one button: the secret is on the page that follows."""
        one = {"show_save_and_add_another": False, "show_save_and_continue": False}
        return super().add_view(request, form_url, {**(extra_context or {}), **one})

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields if obj else KeyForm.Meta.fields

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.readonly_fields if obj else []

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, **kwargs) if obj else KeyForm

    @sensitive_variables("obj")
    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.secret = ApiKey.objects.using(conf.OUTBOX_DATABASES[0]).issue(obj)

    @sensitive_variables("obj", "context")
    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        """The page itself, and no redirect: a message would keep the secret in a cookie or a session."""
        context = {
            **self.admin_site.each_context(request),
            "title": _("A key for %s") % obj.name,
            "opts": self.opts,
            "media": self.media,
            "secret": obj.secret,
            "back": reverse("admin:capi_tracking_apikey_changelist", current_app=self.admin_site.name),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/capi_tracking/key.html", context)

    @admin.action(
        description=gettext_lazy("Revoke: refuse it from the next request on, for good"), permissions=["operate"]
    )
    def revoke(self, request: HttpRequest, queryset: Any) -> None:
        keys = self.few_enough(request, queryset.filter(revoked_at=None))
        if not keys:
            return
        done = queryset.filter(pk__in=[key.pk for key in keys]).revoke()
        self.note(request, keys, _("Revoked"))
        self.message_user(
            request, ngettext("%s key is revoked.", "%s keys are revoked.", done) % done, messages.SUCCESS
        )

    @admin.display(description=gettext_lazy("begins with"), ordering="prefix")
    def begins(self, key: ApiKey) -> SafeString:
        return format_html("<code>{}…</code>", key.prefix)

    @admin.display(description=gettext_lazy("state"))
    def state(self, key: ApiKey) -> SafeString:
        return pill("quiet", _("revoked")) if key.revoked_at else pill("good", _("open"))

    @admin.display(description=gettext_lazy("pixels"))
    def of_pixels(self, key: ApiKey) -> str:
        return ", ".join(key.pixels)

    @admin.display(description=gettext_lazy("event names"))
    def of_events(self, key: ApiKey) -> str:
        return ", ".join(key.events) or _("all")
