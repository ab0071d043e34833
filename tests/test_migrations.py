"""A release is installed while the one before still runs, so no migration may break it."""

from django.apps import apps
from django.conf import settings
from django_migration_linter import MigrationLinter

OURS = {
    config.label for config in apps.get_app_configs()
    if config.path.startswith(str(settings.BASE_DIR)) and "/.venv/" not in config.path
}  # fmt: skip


# Drops two tables, and was written before the first release: there is none before it to break.
BEFORE_THE_FIRST_RELEASE = ["0004_one_record_of_an_import"]


def test_migrations_can_run_while_the_release_before_serves(django_db_setup, django_db_blocker):
    """Outside a transaction, as they run: an index made beside running work refuses one."""
    with django_db_blocker.unblock():
        linter = MigrationLinter(
            str(settings.BASE_DIR),
            include_apps=sorted(OURS),
            ignore_initial_migrations=True,
            ignore_name=BEFORE_THE_FIRST_RELEASE,
            no_cache=True,
            quiet=["ok", "ignore"],
        )
        linter.lint_all_migrations()
    assert not linter.has_errors and linter.nb_total > linter.nb_ignored
