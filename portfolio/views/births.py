"""New parts of a project: the form begins with what the project already says."""

from typing import Any

from portfolio.models import Project


class OfProject:
    """A new page opened from a project (`?project=PRJ-041`): it and its people are filled in."""

    def initial(self) -> dict[str, Any]:
        project = self._project()
        found = super().initial()
        if project is None:
            return found
        defaults = {"project": project.reference}
        if "owner" in self.asked() and project.owner:
            defaults["owner"] = project.owner.username
        return defaults | found

    def _project(self) -> Project | None:
        named = self.request.GET.get("project", "")[:24]
        rows = Project.objects.visible_to(self.request.user).select_related("owner")
        return rows.by_reference(named).first() if named else None

    def drawn(self, form, status: int = 200, **context):
        field = form.fields["project"]
        field.queryset = field.queryset.order_by("title")
        return super().drawn(form, status, **context)
