"""Where files that are taken in are kept during a test."""

import pytest


@pytest.fixture
def store(settings, tmp_path, office):
    settings.MEDIA_ROOT = str(tmp_path)
