# ruff: noqa: S608 (put together from parts written here; days and ids come as parameters)
"""Which items stand behind each measure on each day, in SQL, one family of measures after another.

Every family answers rows (day, record_id, measure, currency, value, portfolio_id, programme_id,
unit_id, note) for the relation `days(day, open, close)`: a row is one item that counts for one measure.
Facts are sums of these rows and lists are these rows themselves, so a number and the list behind it
cannot differ. A row of history holds from `since` up to `until`; the state of a day is the one that
holds at its close. `wd(day, ord)` gives the working days before each day.
"""

LIVE = "('proposed', 'active', 'on_hold')"
WINDOW = 90  # days a rolling measure looks back
YEAR_WINDOW = 365
AHEAD = 56  # days of upcoming milestones
YEAR_STARTS = 4  # the month the financial year starts in

AT_CLOSE = "{0}.since < d.close AND ({0}.until IS NULL OR {0}.until >= d.close)"
COLOUR = """CASE coalesce(rag.overall, 0) WHEN 5 THEN 'red' WHEN 4 THEN 'amber' WHEN 3 THEN 'green'
            WHEN 2 THEN 'complete' ELSE 'not_rated' END"""

# Relations the families read; `live` reads the present rows, which are the state of today.
SPANS = {
    "project": "portfolio_project",
    "milestone": "portfolio_milestone",
    "dependency": "portfolio_dependency",
    "risk": "portfolio_risk",
    "intervention": "portfolio_intervention",
    "line": "finance_budgetline",
    "demand": "demand_demand",
    "idea": "ideation_idea",
}


def span(name: str, live: bool) -> str:
    """A history as spans of time; of the present rows each holds for ever."""
    table = SPANS[name]
    if live:
        return f"""{name}_span AS (SELECT *, '-infinity'::timestamptz AS since,
            NULL::timestamptz AS until FROM {table})"""
    return f"""{name}_span AS (
        SELECT *, pgh_created_at AS since, lead(pgh_created_at) OVER (
            PARTITION BY pgh_obj_id ORDER BY pgh_created_at, pgh_id) AS until
        FROM {table}history)"""


def rag_span(live: bool) -> str:
    if live:
        return """rag_span AS (SELECT project_id, overall, '-infinity'::timestamptz AS since,
            NULL::timestamptz AS until FROM portfolio_ragreading)"""
    return f"""rag_span AS (
        SELECT project_id, overall, at AS since,
               lead(at) OVER (PARTITION BY project_id ORDER BY at) AS until
        FROM ({ALL_READINGS}) every)"""


# A reading holds until the next one, whatever order they were written in.
ALL_READINGS = """SELECT project_id, overall, at FROM portfolio_ragreading
            UNION ALL SELECT project_id, overall, at FROM portfolio_raghistory"""


def project_day() -> str:
    """Every project with its colour and place on every day; most families stand on it."""
    return f"""project_day AS (
        SELECT d.day, p.id, p.state, p.state IN {LIVE} AS is_live, p.unit_id, p.programme_id,
               coalesce(g.portfolio_id, 0) AS portfolio_id, p.own_colour, p.currency,
               p.planned_cost, p.forecast_cost, {COLOUR} AS colour,
               CASE WHEN p.reported_on IS NULL THEN p.stage ELSE 'unreported' END AS stage
        FROM days d
        JOIN project_span p ON {AT_CLOSE.format("p")}
        LEFT JOIN portfolio_programme g ON g.id = p.programme_id
        LEFT JOIN rag_span rag ON rag.project_id = p.id AND {AT_CLOSE.format("rag")})"""


PROJECTS = """
    SELECT p.day, p.id, m.measure, '' AS currency, 1::numeric AS value,
           p.portfolio_id, p.programme_id, p.unit_id, p.colour AS note
    FROM project_day p CROSS JOIN LATERAL (VALUES
        ('projects', p.is_live),
        ('rag_' || p.colour, p.is_live),
        ('stage_' || p.stage, p.is_live),
        ('stage_' || p.stage || '_' || p.colour, p.is_live),
        ('state_' || p.state, true),
        ('watermelons', p.is_live AND p.own_colour = 'green' AND p.colour = 'red'),
        ('own_colour_differs', p.is_live AND p.own_colour <> ''
            AND p.colour IN ('red', 'amber', 'green') AND p.own_colour <> p.colour)
    ) m(measure, holds) WHERE m.holds"""

PLANS = """
    SELECT p.day, p.id, m.measure, p.currency, m.value, p.portfolio_id, p.programme_id, p.unit_id,
           p.colour
    FROM project_day p CROSS JOIN LATERAL (VALUES
        ('plan_cost', p.planned_cost), ('plan_forecast', p.forecast_cost)
    ) m(measure, value)
    WHERE p.is_live AND m.value <> 0 AND p.planned_cost IS NOT NULL
      AND NOT EXISTS (SELECT FROM finance_budget b WHERE b.project_id = p.id)"""

# The financial year the day lies in; a month counts as planned from its first day on.
MONEY = f"""
    SELECT l.day, l.id, m.measure, l.currency, sum(m.value), l.portfolio_id, l.programme_id,
           l.unit_id, ''
    FROM (
        SELECT d.day, b.id, b.currency, l.month, l.budget, l.actual,
               coalesce(l.actual, l.forecast, l.budget) AS expected,
               p.portfolio_id, p.programme_id, p.unit_id, to_char(l.month, 'YYYY-MM') AS label
        FROM days d
        JOIN line_span l ON {AT_CLOSE.format("l")}
        JOIN finance_budget b ON b.id = l.of_id
        JOIN project_day p ON p.id = b.project_id AND p.day = d.day
        WHERE l.month >= d.year AND l.month < d.year + interval '1 year'
    ) l CROSS JOIN LATERAL (VALUES
        ('budget', l.budget, true),
        ('planned', l.budget, l.month <= l.day),
        ('spent', l.actual, l.month <= l.day),
        ('forecast', l.expected, true),
        ('budget_' || l.label, l.budget, true),
        ('spent_' || l.label, l.actual, l.month <= l.day),
        ('forecast_' || l.label, l.expected, true)
    ) m(measure, value, holds)
    WHERE m.holds AND m.value <> 0
    GROUP BY l.day, l.id, m.measure, l.currency, l.portfolio_id, l.programme_id, l.unit_id"""

# The note: baseline, forecast, slip in working days, colour under the policy's own limits.
MILESTONES = f"""
    SELECT d.day, s.id, m.measure, '', 1, p.portfolio_id, p.programme_id, p.unit_id,
           concat_ws(' ', s.baseline_on, s.forecast_on, late.slip, CASE
               WHEN late.slip * late.weight > coalesce(policy.schedule_red, 15) THEN 'red'
               WHEN late.slip * late.weight > coalesce(policy.schedule_amber, 5) THEN 'amber'
               ELSE 'green' END)
    FROM days d
    JOIN milestone_span s ON {AT_CLOSE.format("s")} AND s.state <> 'dropped'
    JOIN project_day p ON p.id = s.project_id AND p.day = d.day
    LEFT JOIN portfolio_gate g ON g.id = s.gate_id
    LEFT JOIN wd promised ON promised.day = s.baseline_on
    LEFT JOIN wd expected ON expected.day = s.forecast_on
    CROSS JOIN LATERAL (SELECT coalesce(expected.ord - promised.ord, 0) AS slip,
        CASE WHEN s.gate_id IS NULL THEN 1 ELSE 2 END AS weight) late
    LEFT JOIN (SELECT schedule_red, schedule_amber FROM portfolio_ragpolicy
        WHERE state = 'active' ORDER BY id LIMIT 1) policy ON true
    CROSS JOIN LATERAL (VALUES
        ('milestones_due', p.is_live AND s.state = 'planned'
            AND s.forecast_on BETWEEN d.day AND d.day + {AHEAD}),
        ('milestones_overdue', p.is_live AND s.state = 'planned' AND s.forecast_on < d.day),
        ('go_lives', p.is_live AND s.state = 'planned' AND g.opens_stage = 'support'
            AND s.forecast_on BETWEEN d.day AND d.day + 30),
        ('milestones_promised', s.baseline_on > d.day - {WINDOW} AND s.baseline_on <= d.day),
        ('milestones_kept', s.baseline_on > d.day - {WINDOW} AND s.baseline_on <= d.day
            AND s.state = 'met' AND s.actual_on <= s.baseline_on)
    ) m(measure, holds) WHERE m.holds"""

DEPENDENCIES = f"""
    SELECT d.day, s.id, m.measure, '', 1, p.portfolio_id, p.programme_id, p.unit_id,
           coalesce(late.slip, 0) || ' ' || s.tolerance
    FROM days d
    JOIN dependency_span s ON {AT_CLOSE.format("s")} AND s.state = 'agreed'
    JOIN portfolio_milestone needs ON needs.id = s.getter_id
    LEFT JOIN project_day p ON p.id = needs.project_id AND p.day = d.day
    LEFT JOIN LATERAL (SELECT slip FROM portfolio_dependencyslip x
        WHERE x.dependency_id = s.id AND x.on <= d.day ORDER BY x.on DESC LIMIT 1) late ON true
    CROSS JOIN LATERAL (VALUES
        ('dependencies', true),
        ('dependencies_breached', late.slip > s.tolerance),
        ('dependencies_within', coalesce(late.slip, 0) <= s.tolerance)
    ) m(measure, holds) WHERE m.holds"""

RISKS = f"""
    SELECT d.day, s.id, m.measure, '', 1, p.portfolio_id, p.programme_id, p.unit_id,
           s.probability || ' ' || s.impact
    FROM days d
    JOIN risk_span s ON {AT_CLOSE.format("s")} AND s.state = 'open'
    JOIN project_day p ON p.id = s.project_id AND p.day = d.day AND p.is_live
    CROSS JOIN LATERAL (VALUES
        ('risks', true),
        ('risks_above_appetite', s.probability * s.impact > 12),
        ('risks_' || s.probability || '_' || s.impact, true)
    ) m(measure, holds) WHERE m.holds"""

INTERVENTIONS = f"""
    SELECT d.day, s.id, m.measure, '', 1, p.portfolio_id, p.programme_id, p.unit_id,
           to_char(s.due_on, 'YYYY-MM-DD')
    FROM days d
    JOIN intervention_span s ON {AT_CLOSE.format("s")} AND s.state IN ('open', 'answered')
    JOIN project_day p ON p.id = s.project_id AND p.day = d.day
    CROSS JOIN LATERAL (VALUES
        ('interventions', true),
        ('interventions_overdue', s.due_on < d.day),
        ('interventions_rung_' || s.rung, true)
    ) m(measure, holds) WHERE m.holds"""

DEMANDS = f"""
    SELECT d.day, s.id, m.measure, '', m.value, NULL::bigint, NULL::bigint, s.unit_id, s.state
    FROM days d
    JOIN demand_span s ON {AT_CLOSE.format("s")} AND s.state <> 'draft'
    LEFT JOIN wd entered ON entered.day = (s.stage_since AT TIME ZONE d.zone)::date
    LEFT JOIN wd today ON today.day = d.day
    LEFT JOIN LATERAL (
        SELECT sum(ended.ord - begun.ord) AS days FROM jsonb_array_elements(s.pauses) x
        JOIN wd begun ON begun.day = (x ->> 0)::date
        JOIN wd ended ON ended.day = least(coalesce((x ->> 1)::date, d.day), d.day)
    ) paused ON true
    CROSS JOIN LATERAL (VALUES
        ('demand_' || s.state, true, 1),
        ('demands_open', s.state NOT IN ('completed', 'rejected', 'withdrawn', 'merged'), 1),
        ('demands_late', s.due_on < d.day
            AND s.state IN ('submitted', 'screening', 'assessment', 'approval', 'approved'), 1),
        ('stage_age_' || s.state,
            s.state IN ('submitted', 'screening', 'assessment', 'approval', 'approved'),
            greatest(today.ord - entered.ord - coalesce(paused.days, 0), 0))
    ) m(measure, holds, value) WHERE m.holds"""

# What demands reached in the window, once each; the first time they were handed in is day 0.
DEMAND_FLOW = f"""
    SELECT d.day, f.record_id, m.measure, '', m.value, NULL::bigint, NULL::bigint, h.unit_id, f.after
    FROM days d
    JOIN LATERAL (
        SELECT DISTINCT ON (e.record_id, e.after) e.record_id, e.after, e.at
        FROM record_event e JOIN record_record r ON r.id = e.record_id AND r.kind = 'demand'
        WHERE e.at < d.close AND e.at >= d.close - interval '{WINDOW} days'
          AND e.before <> e.after AND e.after IN ('submitted', 'approved', 'rejected', 'completed')
        ORDER BY e.record_id, e.after, e.at DESC
    ) f ON true
    JOIN demand_demand h ON h.id = f.record_id
    LEFT JOIN LATERAL (SELECT min(at) AS at FROM record_event e
        WHERE e.record_id = f.record_id AND e.after = 'submitted') first ON true
    LEFT JOIN wd handed_in ON handed_in.day = (first.at AT TIME ZONE d.zone)::date
    LEFT JOIN wd decided ON decided.day = (f.at AT TIME ZONE d.zone)::date
    CROSS JOIN LATERAL (VALUES
        ('demands_' || f.after, true, 1),
        ('lead_time', f.after = 'approved' AND handed_in.ord IS NOT NULL, decided.ord - handed_in.ord)
    ) m(measure, holds, value) WHERE m.holds"""

# Each time a demand left a stage that has a limit: was it by its day?
SLA = f"""
    SELECT d.day, x.id, m.measure, '', count(*), NULL::bigint, NULL::bigint, x.unit_id, ''
    FROM days d
    JOIN (
        SELECT id, unit_id, state, due_on, pgh_created_at AS at,
               lead(state) OVER w AS next_state, lead(pgh_created_at) OVER w AS left_at
        FROM demand_demandhistory
        WINDOW w AS (PARTITION BY pgh_obj_id ORDER BY pgh_created_at, pgh_id)
    ) x ON x.left_at < d.close AND x.left_at >= d.close - interval '{WINDOW} days'
        AND x.next_state NOT IN (x.state, 'more_information') AND x.due_on IS NOT NULL
    CROSS JOIN LATERAL (VALUES
        ('sla_stages', true),
        ('sla_met', (x.left_at AT TIME ZONE d.zone)::date <= x.due_on)
    ) m(measure, holds)
    WHERE m.holds GROUP BY d.day, x.id, m.measure, x.unit_id"""

# How far the actual cost of a demand completed within a year lay from its estimate, in per cent.
ESTIMATES = f"""
    SELECT d.day, s.id, 'estimate_error', '', round(abs(s.cost_ratio - 1) * 100, 1), NULL::bigint,
           NULL::bigint, s.unit_id, s.state
    FROM days d
    JOIN demand_span s ON {AT_CLOSE.format("s")} AND s.state = 'completed' AND s.cost_ratio IS NOT NULL
        AND s.state_since >= d.close - interval '{YEAR_WINDOW} days'"""

IDEAS = f"""
    SELECT d.day, s.id, m.measure, '', 1, NULL::bigint, NULL::bigint, s.unit_id, s.state
    FROM days d
    JOIN idea_span s ON {AT_CLOSE.format("s")} AND s.state <> 'draft'
    CROSS JOIN LATERAL (VALUES
        ('idea_' || s.state, true),
        ('ideas_open', s.state IN ('open', 'under_review', 'more_information', 'vetting', 'developed')),
        ('ideas_submitted', s.submitted_at >= d.close - interval '{YEAR_WINDOW} days'),
        ('ideas_converted', s.submitted_at >= d.close - interval '{YEAR_WINDOW} days'
            AND s.state = 'promoted')
    ) m(measure, holds) WHERE m.holds"""

# The first thing the office did with an idea is its first answer.
IDEA_ANSWERS = f"""
    SELECT d.day, s.id, 'first_answer', '', answered.ord - handed_in.ord, NULL::bigint, NULL::bigint,
           s.unit_id, s.state
    FROM days d
    JOIN LATERAL (
        SELECT e.record_id, min(e.at) AS at FROM record_event e
        JOIN record_record r ON r.id = e.record_id AND r.kind = 'idea'
        WHERE e.verb IN ('review', 'ask', 'park', 'decline', 'merge') AND e.at < d.close
        GROUP BY e.record_id HAVING min(e.at) >= d.close - interval '{WINDOW} days'
    ) f ON true
    JOIN ideation_idea s ON s.id = f.record_id AND s.submitted_at IS NOT NULL
    JOIN wd handed_in ON handed_in.day = (s.submitted_at AT TIME ZONE d.zone)::date
    JOIN wd answered ON answered.day = (f.at AT TIME ZONE d.zone)::date"""

# What happened on the day itself; a comparison of two days adds up the days between them. A first
# colour is no change of colour.
CHANGES = f"""
    SELECT c.day, c.id, c.measure, '', 1, p.portfolio_id, p.programme_id, p.unit_id, c.note
    FROM (
        SELECT d.day, new.project_id AS id, new.project_id AS project, 'changes' AS measure,
               concat_ws(' ', 'rag', new.before, new.overall) AS note
        FROM days d
        JOIN (
            SELECT project_id, overall, at,
                   lag(overall) OVER (PARTITION BY project_id ORDER BY at) AS before
            FROM ({ALL_READINGS}) every
        ) new ON new.at >= d.open AND new.at < d.close
            AND new.before <> new.overall AND new.before > 0
        UNION ALL
        SELECT d.day, g.id, g.project_id, 'changes', concat_ws(' ', 'gate', e.after)
        FROM days d JOIN record_event e ON e.at >= d.open AND e.at < d.close AND e.verb = 'decide'
        JOIN portfolio_gate g ON g.id = e.record_id
        UNION ALL
        SELECT d.day, e.record_id, e.record_id, 'changes', concat_ws(' ', 'state', e.after)
        FROM days d JOIN record_event e ON e.at >= d.open AND e.at < d.close
            AND e.before <> e.after AND e.before <> ''
        JOIN portfolio_project p ON p.id = e.record_id
        UNION ALL
        SELECT d.day, x.id, needs.project_id, 'changes', concat_ws(' ', 'breach', s.slip, x.tolerance)
        FROM days d JOIN portfolio_dependencyslip s ON s.on = d.day
        JOIN portfolio_dependency x ON x.id = s.dependency_id AND s.slip > x.tolerance
        JOIN portfolio_milestone needs ON needs.id = x.getter_id
        LEFT JOIN LATERAL (SELECT slip FROM portfolio_dependencyslip b
            WHERE b.dependency_id = x.id AND b.on < d.day ORDER BY b.on DESC LIMIT 1) before ON true
        WHERE coalesce(before.slip, 0) <= x.tolerance
        UNION ALL
        SELECT d.day, r.id, r.project_id, 'risks_raised', concat_ws(' ', 'risk', r.probability, r.impact)
        FROM days d JOIN record_event e ON e.at >= d.open AND e.at < d.close AND e.before = ''
        JOIN portfolio_risk r ON r.id = e.record_id AND e.after = 'open'
    ) c JOIN project_day p ON p.id = c.project AND p.day = c.day"""

# family: (its rows, the spans they read)
FAMILIES: dict[str, tuple[str, tuple[str, ...]]] = {
    "projects": (PROJECTS, ("project",)),
    "plans": (PLANS, ("project",)),
    "money": (MONEY, ("project", "line")),
    "milestones": (MILESTONES, ("project", "milestone")),
    "dependencies": (DEPENDENCIES, ("project", "dependency")),
    "risks": (RISKS, ("project", "risk")),
    "interventions": (INTERVENTIONS, ("project", "intervention")),
    "changes": (CHANGES, ("project",)),
    "demands": (DEMANDS, ("demand",)),
    "demand_flow": (DEMAND_FLOW, ()),
    "sla": (SLA, ()),
    "estimates": (ESTIMATES, ("demand",)),
    "ideas": (IDEAS, ("idea",)),
    "idea_answers": (IDEA_ANSWERS, ()),
}


# Measures whose first items a dashboard shows: (how many, what puts an item first).
HEADLINES: dict[str, tuple[int, str]] = {
    "milestones_due": (9, "split_part(i.note, ' ', 2)::date - date '2000-01-01'"),
    "risks": (5, "-split_part(i.note, ' ', 1)::int * split_part(i.note, ' ', 2)::int"),
    "dependencies_breached": (5, "-split_part(i.note, ' ', 1)::int"),
    "interventions": (6, "i.note::date - date '2000-01-01'"),
    "changes": (8, "0"),
    "risks_raised": (8, "0"),
}


def relations(families, live: bool) -> str:
    """The CTEs these families need, ending in `item`: the rows of all of them."""
    spans = list(dict.fromkeys(name for family in families for name in FAMILIES[family][1]))
    parts = [span(name, live) for name in spans]
    if "project" in spans:
        parts += [rag_span(live), project_day()]
    rows = "\nUNION ALL\n".join(f"({FAMILIES[family][0]})" for family in families)
    parts.append(
        "item(day, record_id, measure, currency, value, portfolio_id, programme_id, unit_id, note)"
        f" AS ({rows})"
    )
    return ",\n".join(parts)
