"""What the bank's people note as improvable, and letters nobody here could place."""

# Days ago, by whom, about which service; `ends` after nine days, if at all.
IMPROVEMENTS = [
    {"noted": 96, "by": "leila.farrokh", "service": "branch", "priority": 2, "ends": "done",
     "title": "Print the queue ticket in larger letters", "measured": ("complaints a month", 14, 3),
     "seen": "Customers over seventy cannot read the ticket and ask at the desk, which holds up the queue.",
     "result": "The template was changed in an afternoon; three complaints in the month after."},
    {"noted": 71, "by": "aoife.kinsella", "service": "contact", "priority": 1,
     "title": "Show the last three letters beside a call", "measured": ("seconds to find a letter", 95, 15),
     "seen": "Agents search the archive while the customer waits, because the call does not bring the letters along."},
    {"noted": 55, "by": "bram.verhulst", "service": "loans", "priority": 3, "ends": "dropped",
     "title": "A second signature field on the arrears form",
     "seen": "Joint borrowers sign twice on the same line, and one in forty forms comes back.",
     "result": "The form goes away with the new arrears view next quarter."},
    {"noted": 33, "by": "leila.farrokh", "service": "online", "priority": 2,
     "title": "Say which browser is too old before somebody signs in", "measured": ("calls a week", 60, 10),
     "seen": "The page stays blank in old browsers; people call and are told to try another one."},
    {"noted": 12, "by": "service-owner", "service": "payments", "priority": 1,
     "title": "Name the bank that refused a payment", "measured": ("calls a month", 310, 60),
     "seen": "A payment another bank refuses shows as failed here, so the customer calls us and not them."},
]  # fmt: skip

LETTERS = [
    {"came": 3, "sender": "account.team@halden-cloud.example", "subject": "Gateway v1 retires on 31 March",
     "text": "Dear customer,\n\nthe gateway v1 your payment notices use is retired on 31 March. "
             "Please move to v2 before then; the guide is on our status page.\n\nHalden Cloud"},
    {"came": 1, "sender": "k.oduya@regulator.example", "subject": "Questionnaire on outsourcing, answer by 15 January",
     "text": "Please find below the questions on material outsourcing. We expect the register of "
             "arrangements with exit plans by 15 January."},
]  # fmt: skip
