from allauth.account import views as account
from django.contrib.auth.decorators import login_not_required
from django.urls import path, re_path

from changeoffice.core.accounts import hearing_pages as hearing
from changeoffice.core.accounts import settings_pages as pages
from changeoffice.core.accounts.sign_in import PasswordResetForm, SignIn

urlpatterns = [
    path("sign-in", SignIn.as_view(), name="account_login"),
    path("sign-out", account.LogoutView.as_view(), name="account_logout"),
    # The library sends whoever may not sign up, or has no active account, to these names.
    path("sign-in", SignIn.as_view(), name="account_signup"),
    path("account-closed", login_not_required(account.account_inactive), name="account_inactive"),
    path(
        "password-reset",
        login_not_required(account.PasswordResetView.as_view(form_class=PasswordResetForm)),
        name="account_reset_password",
    ),
    path(
        "password-reset/sent",
        login_not_required(account.password_reset_done),
        name="account_reset_password_done",
    ),
    path(
        "password-reset/done",
        login_not_required(account.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^password-reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)$",
        login_not_required(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path("settings", pages.own_settings, name="settings"),
    path("settings/theme", pages.own_theme, name="settings_theme"),
    path("settings/hearing", hearing.choose, name="settings_hearing"),
    path("settings/chat", hearing.keep_chat, name="settings_chat"),
    path("settings/chat/test", hearing.test_chat, name="settings_chat_test"),
    path("settings/chat/remove", hearing.remove_chat, name="settings_chat_remove"),
    path("settings/sessions", pages.end_session, name="settings_sessions"),
    path("settings/password", pages.ChangePassword.as_view(), name="account_change_password"),
    path("settings/password/first", pages.first_password, name="account_set_password"),
    path("settings/tokens/new", pages.new_token, name="settings_token_new"),
    path("settings/tokens/<str:key>/revoke", pages.revoke_token, name="settings_token_revoke"),
]
