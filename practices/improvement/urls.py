from practices.improvement.views import urlpatterns

__all__ = ["urlpatterns"]
