"""What a demand must have before a verb; each says what would satisfy it."""

from changeoffice.core.record.workflow import guard


@guard("Name at least one KPI and the movement you expect.")
def names_an_effect(demand) -> bool:
    return demand.effects.exists()


@guard("It names no KPI effect.", moot=True)
def has_an_effect(demand) -> bool:
    return demand.effects.exists()


@guard("No skill is estimated.", moot=True)
def has_estimated_skills(demand) -> bool:
    return demand.estimate_lines.exists()


@guard("Name a sponsor who did not raise it.")
def has_a_sponsor(demand) -> bool:
    return demand.sponsor_id is not None and demand.sponsor_id != demand.requester_id


@guard("Estimate it first.")
def has_an_estimate(demand) -> bool:
    return demand.cost_likely is not None


@guard("Close the assessment round first.")
def is_assessed(demand) -> bool:
    return demand.score_index is not None and demand.round_closed_at is not None


@guard("The assessment round is closed.", moot=True)
def takes_scores(demand) -> bool:
    return demand.round_closed_at is None


@guard("The assessment round is still open.", moot=True)
def round_is_closed(demand) -> bool:
    return demand.round_closed_at is not None


@guard("At least one assessor has to score it first.")
def has_a_score(demand) -> bool:
    return demand.scores_of_round().exists()


@guard("It has no score yet.")
def is_scored(demand) -> bool:
    return demand.score_index is not None


@guard("Write at least 20 characters about what is needed.")
def says_the_need(demand) -> bool:
    return len(demand.need.strip()) >= 20


@guard("Nobody moved it by hand.", moot=True)
def was_moved(demand) -> bool:
    return demand.moved_to is not None


@guard("It needs no other demand first.", moot=True)
def needs_another(demand) -> bool:
    return demand.prerequisites.exists()


@guard("All staff can read it already.", moot=True)
def is_confidential(demand) -> bool:
    return demand.confidential
