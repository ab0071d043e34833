"""A release is installed while the one before still runs, so no migration may break it."""

from django.apps import apps
from django.conf import settings
from django_migration_linter import MigrationLinter

OURS = {
    config.label for config in apps.get_app_configs()
    if config.path.startswith(str(settings.BASE_DIR)) and "/.venv/" not in config.path
}  # fmt: skip


# The first drops two tables before the first release, which nothing ran before; the others put a
# weaker rule in the place of a stronger one.
SAFE_THOUGH_IT_LOOKS_OTHERWISE = [
    "0004_one_record_of_an_import", "0006_one_open_project_per_demand", "0005_named_for_each_part",
]  # fmt: skip


def test_migrations_can_run_while_the_release_before_serves(django_db_setup, django_db_blocker):
    """Outside a transaction, as they run: an index made beside running work refuses one."""
    with django_db_blocker.unblock():
        linter = MigrationLinter(
            str(settings.BASE_DIR),
            include_apps=sorted(OURS),
            ignore_initial_migrations=True,
            ignore_name=SAFE_THOUGH_IT_LOOKS_OTHERWISE,
            no_cache=True,
            quiet=["ok", "ignore"],
        )
        linter.lint_all_migrations()
    assert not linter.has_errors and linter.nb_total > linter.nb_ignored
