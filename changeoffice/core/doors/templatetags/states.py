"""What a state looks like: its icon, and its tone where the record itself does not say."""

TONES = {
    "neutral": "", "info": "accent", "good": "green", "warn": "amber", "bad": "red",
    "accent": "accent", "green": "green", "amber": "amber", "red": "red", "violet": "violet",
}  # fmt: skip

# code: (label, icon, tone)
STATES: dict[str, tuple[str, str, str]] = {
    "draft": ("Draft", "pencil", "violet"),
    "open": ("Open", "circle-dot", ""),
    "under_review": ("Under review", "eye", ""),
    "more_information": ("Question asked", "circle-help", "amber"),
    "vetting": ("Vetting", "clipboard-check", "accent"),
    "developed": ("Developed", "pencil-ruler", "accent"),
    "promoted": ("Became a demand", "git-branch", "green"),
    "merged": ("Merged", "merge", ""),
    "parked": ("Parked", "circle-pause", ""),
    "declined": ("Declined", "circle-x", ""),
    "submitted": ("Submitted", "inbox", ""),
    "screening": ("Screening", "scan-search", ""),
    "assessment": ("Assessment", "clipboard-list", "accent"),
    "approval": ("Approval", "stamp", "accent"),
    "approved": ("Approved", "circle-check", "green"),
    "scheduled": ("Scheduled", "calendar-check", ""),
    "in_delivery": ("In delivery", "square-kanban", "accent"),
    "completed": ("Completed", "circle-check", "green"),
    "deferred": ("Deferred", "circle-pause", ""),
    "rejected": ("Rejected", "circle-x", ""),
    "withdrawn": ("Withdrawn", "undo-2", ""),
    "proposed": ("Proposed", "circle-dashed", ""),
    "active": ("Active", "play", "accent"),
    "on_hold": ("On hold", "circle-pause", "amber"),
    "stopped": ("Stopped", "circle-x", ""),
    "closed": ("Closed", "circle-check", ""),
    "agreed": ("Agreed", "handshake", "accent"),
    "met": ("Met", "circle-check", "green"),
    "breached": ("Breached", "unlink", "red"),
    "accepted": ("Accepted", "circle-check", ""),
    "mitigating": ("Mitigating", "shield", "accent"),
    "occurred": ("Occurred", "triangle-alert", "red"),
    "done": ("Done", "check", "green"),
    "planned": ("Planned", "circle-dashed", ""),
    "in_progress": ("In progress", "play", "accent"),
    "dropped": ("Dropped", "circle-x", ""),
    "retired": ("Retired", "archive", ""),
    "running": ("Running", "loader-circle", "accent"),
    "waiting": ("Waiting", "clock", ""),
    "queued": ("Waiting", "clock", ""),
    "failed": ("Failed", "triangle-alert", "red"),
    "passed": ("Passed", "check", "green"),
    "not_passed": ("Not passed", "x", "red"),
    "conditional": ("Passed with conditions", "check", "amber"),
    "suspended": ("Suspended", "lock", "amber"),
    "concluded": ("Concluded", "circle-check", "green"),
    "cancelled": ("Cancelled", "circle-x", ""),
    "invited": ("Invited", "mail", ""),
}  # fmt: skip

# Where one code means different things on different records.
BY_KIND: dict[tuple[str, str], tuple[str, str, str]] = {
    ("idea", "open"): ("Captured", "circle-dot", ""),
    ("campaign", "open"): ("Open", "megaphone", "accent"),
    ("campaign", "closed"): ("Closed", "hourglass", "amber"),
    ("person", "active"): ("Active", "check", "green"),
}

KIND_ICONS = {
    "idea": "lightbulb", "campaign": "megaphone", "demand": "inbox", "project": "square-kanban", "benefit": "target",
    "strategy": "compass", "objective": "compass", "kpi": "chart-line", "service": "layers",
    "risk": "shield-alert", "issue": "triangle-alert", "action": "list-checks",
    "decision": "scale", "assumption": "circle-help", "milestone": "diamond",
    "dependency": "link-2", "programme": "layers", "product": "package", "epic": "list-tree", "change": "wrench", "person": "user-round",
    "comment": "message-square", "approval": "stamp", "gate": "list-checks", "page": "arrow-right",
    "intervention": "siren", "review": "file-text", "import": "file-up", "job": "activity",
}  # fmt: skip

EVENT_ICONS = {
    "approve": ("stamp", "green"), "approved": ("stamp", "green"), "reject": ("circle-x", "red"),
    "decline": ("circle-x", "red"), "submit": ("inbox", "accent"), "propose": ("lightbulb", ""),
    "promote": ("git-branch", "accent"), "merge": ("merge", ""), "park": ("circle-pause", ""),
    "defer": ("circle-pause", ""), "comment": ("message-square", ""), "vote": ("arrow-big-up", ""),
    "score": ("gauge", "accent"), "assess": ("clipboard-list", "accent"), "vet": ("clipboard-check", "accent"),
    "edit": ("pencil", ""), "schedule": ("calendar-check", "accent"), "attach": ("paperclip", ""),
}  # fmt: skip

RAG_WORDS = {
    "red": "Red", "amber": "Amber", "green": "Green", "complete": "Complete", "not_rated": "Not rated",
}  # fmt: skip


def look_of(code: str, kind: str = "") -> tuple[str, str, str]:
    unknown = (code.replace("_", " ").capitalize(), "circle-dot", "")
    return BY_KIND.get((kind, code)) or STATES.get(code, unknown)
