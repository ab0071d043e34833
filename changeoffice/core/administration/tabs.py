"""The tabs over units, teams and the office; apps to the left add theirs when they are ready."""

TABS: list[tuple[str, str]] = [("Units", "/admin/units"), ("Office", "/admin/units/office")]


def add_tab(label: str, url: str) -> None:
    if (label, url) not in TABS:
        TABS.insert(len(TABS) - 1, (label, url))


def tabs(path: str) -> list[dict]:
    return [{"label": label, "url": url, "current": path == url} for label, url in TABS]
