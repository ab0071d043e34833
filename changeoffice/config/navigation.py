"""The shell every page stands in: only what exists and what this person may open."""

from django.http import HttpRequest

from changeoffice.core.access.grants import grants_of
from changeoffice.core.imports.kinds import may_import
from changeoffice.core.notify.models import Notification
from changeoffice.core.people.models import Office
from changeoffice.core.record import at_once
from changeoffice.core.record.prepared import prepared

STAFF_GROUPS = [
    ("", [("My work", "house", "/")]),
    ("Shape", [("Ideas", "lightbulb", "/ideas"), ("Demands", "inbox", "/demands"),
               ("Improvements", "refresh-cw", "/improvements")]),
    ("Deliver", [("Projects", "square-kanban", "/projects"),
                 ("Dependencies", "link-2", "/dependencies"),
                 ("Products", "package", "/products"), ("Changes", "wrench", "/changes")]),
]  # fmt: skip
STEER = ("Steer", [("Portfolio", "layout-dashboard", "/portfolio"),
                   ("KPIs", "gauge", "/kpis"),
                   ("Data quality", "clipboard-check", "/data-quality")])  # fmt: skip
REGISTERS = [
    ("Services", "server", "/services"), ("Configuration items", "boxes", "/configuration-items"),
    ("Objectives", "target", "/objectives"), ("Business KPIs", "chart-line", "/business-kpis"),
    ("Scorecards", "clipboard-list", "/scorecards"),
]  # fmt: skip
# Each place of administration with the roles that find it in the shell.
ADMINISTRATION = [
    ("People and roles", "users", "/admin/people", ("administrator",)),
    ("Units and teams", "network", "/admin/units", ("administrator",)),
    ("Approval policies", "stamp", "/admin/policies/approvals", ("administrator", "auditor", "manager")),
    ("Import", "file-up", "/imports", ()),
    ("Operations", "activity", "/admin/jobs", ("administrator", "auditor", "manager")),
    ("Trail", "history", "/admin/trail", ("administrator", "auditor")),
]  # fmt: skip
NEW = [("Idea", "lightbulb", "/ideas/new"), ("Demand", "inbox", "/demands/new")]


def shell(request: HttpRequest) -> dict:
    """Context for base.html; two queries, whatever the page."""
    person = getattr(request, "user", None)
    if person is None or not person.is_authenticated:
        return {"office": Office.current()}
    grants = grants_of(person)
    groups = _groups(grants)
    return {
        "me": person,
        "office": Office.current(),
        "navigation": [
            {"label": label, "items": [_item(request.path, *item) for item in items]}
            for label, items in groups
        ],
        "bottom_navigation": [_item(request.path, *item) for item in _bottom(grants)],
        "new_actions": [{"label": label, "icon": icon, "url": url}
                        for label, icon, url in (NEW if grants.is_staff else ())],
        "unread_count": at_once.fetch_named(_inbox(person))["unread"],
    }  # fmt: skip


@prepared()
def _inbox(person) -> at_once.Queries:
    return {"unread": at_once.Count(Notification.objects.inbox_of(person).unread(), 100)}


def _bottom(grants) -> list:
    """Four places on a phone; everything else stands behind "More"."""
    (home,) = STAFF_GROUPS[0][1]
    if not grants.is_staff:
        return [home]
    ideas, demands, *_ = STAFF_GROUPS[1][1]
    last = STEER[1][0] if grants.has("leadership", "manager") else STAFF_GROUPS[2][1][0]
    return [home, ideas, demands, last]


def _groups(grants) -> list:
    if not grants.is_staff:  # a supplier's person finds on My work what is shared with them
        return STAFF_GROUPS[:1]
    groups = [*STAFF_GROUPS, STEER, ("Reference", REGISTERS)]
    items = [(label, icon, url) for label, icon, url, roles in ADMINISTRATION
             if (may_import(grants.person) if url == "/imports" else grants.has(*roles))]  # fmt: skip
    return [*groups, ("Administer", items)] if items else groups


def _item(path: str, label: str, icon: str, url: str) -> dict:
    current = path == url if url == "/" else path == url or path.startswith(f"{url}/")
    return {"label": label, "icon": icon, "url": url, "current": current}
