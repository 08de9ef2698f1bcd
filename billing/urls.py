from django.urls import path

from billing import views

app_name = "billing"

urlpatterns = [
    path("", views.entry_list, name="entry-list"),
    path("budget/", views.budget_revise, name="budget-revise"),
    path("badge/", views.wallet_badge, name="wallet-badge"),
]
