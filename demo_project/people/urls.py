from django.urls import path

from demo_project.people import views

app_name = "people"

urlpatterns = [
    path("account/", views.account, name="account"),
    path("account/new/", views.sign_up, name="sign_up"),
    path("account/sign-in/", views.sign_in, name="sign_in"),
    path("account/sign-out/", views.sign_out, name="sign_out"),
    path("newsletter/", views.newsletter, name="newsletter"),
    path("newsletter/thanks/", views.newsletter_thanks, name="newsletter_thanks"),
    path("contact/", views.contact, name="contact"),
    path("contact/thanks/", views.contact_thanks, name="contact_thanks"),
    path("trial/", views.trial, name="trial"),
    path("trial/thanks/", views.trial_thanks, name="trial_thanks"),
]
