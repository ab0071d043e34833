"""The bank's portfolios, programmes and projects; what each gives to others, and how it fares."""

from dataclasses import dataclass

# key, title, owner, sponsor, unit, description
PORTFOLIOS = [
    ("change", "Change the bank", "leadership", "leadership", "bank",
     "What customers and colleagues will notice."),
    ("protect", "Run and protect the bank", "elspeth.ruthven", "leadership", "bank",
     "What keeps the bank safe, lawful and affordable."),
]  # fmt: skip
# key, title, portfolio, owner, sponsor, unit, description
PROGRAMMES = [
    ("contact", "First contact", "change", "yusra.haddadin", "sponsor", "retail",
     "Whoever asks leaves with an answer, in the branch, on the phone or in the app."),
    ("payments", "Payments renewal", "change", "yusra.haddadin", "ranjit.bhogal", "payments",
     "Payments that arrive, explain themselves and meet the schemes' new rules."),
    ("lending", "Offer in ten days", "change", "svetlana.ruzic", "sponsor", "lending",
     "From a complete application to a binding offer in ten days."),
    ("safe", "Safe and lawful", "protect", "declan.fairweather", "octavia.lindqvist", "risk",
     "Fraud stopped, regulation met ahead of its date."),
    ("ground", "Technology foundation", "protect", "gethin.morris", "elspeth.ruthven", "technology",
     "Fewer, newer and cheaper systems underneath."),
]  # fmt: skip


@dataclass(frozen=True)
class ProjectSpec:
    """`ends` counts days from today to its planned finish; `began` days ago, where no demand leads
    to it. `fares` names a course in COURSES."""

    key: str
    programme: str
    manager: str
    ends: int
    fares: str
    marks: tuple[str, str, str]
    gives: tuple[tuple[str, str], ...] = ()  # to which project, what
    template: str = "staged"
    title: str = ""
    description: str = ""
    unit: str = ""
    sponsor: str = ""
    began: int = 0
    budget: int = 0  # thousands
    services: str = ""
    kpi: tuple[str, float] | None = None
    confidential: bool = False


P = ProjectSpec
PROJECTS = [
    # without a demand: they were there before the year began
    P("ledger", "ground", "project-manager", 75, "late", ("Interfaces frozen", "Dress rehearsal", "Old release retired"),
      (("held", "Reason codes of the ledger, readable"), ("onebalance", "Balance service with one source"),
       ("iso", "Address fields in the ledger"), ("cards", "Ledger postings for the new processor"),
       ("company", "Account numbers reserved ahead"), ("collect", "Arrears balances by product")),
      title="Ledger release 9", description="The supplier ends support for release 7. Release 9 brings open interfaces and halves the night run.",
      unit="technology", sponsor="elspeth.ruthven", began=352, budget=2350, services="payments,cards,standing", kpi=("incident", -3)),
    P("centre", "ground", "gethin.morris", 140, "slipping", ("Racks and lines ready", "First ten services moved", "Fail-over exercised"),
      (("ledger", "Production servers in the second centre"), ("vault", "Hardware modules in both centres"),
       ("screening", "Room for the new engine"), ("cards", "Lines to the card scheme"),
       ("nights", "List of machines that must stay on")),
      title="Second data centre move", description="The lease of the old second centre ends. All services move without a weekend outage for customers.",
      unit="technology", sponsor="elspeth.ruthven", began=348, budget=3900, services="cloud,payments", kpi=("up", -2)),
    P("cards", "payments", "ines.caldeira", 105, "costly", ("Scheme certificate", "Pilot with staff cards", "First 50,000 cards moved"),
      (("newcard", "Shipping events from the card maker"), ("held", "Holds on card payments"),
       ("callcheck", "Question on a card payment in the app"), ("iso", "Merchant addresses in the new form")),
      title="New card processor", description="The present processor leaves the market. 365,000 cards move to a new one, in waves.",
      unit="payments", sponsor="ranjit.bhogal", began=340, budget=4200, services="cards,mobile", kpi=("held", -60)),
    P("refit", "contact", "marguerite.osei", 55, "well", ("Plans approved", "Wexley opened", "Last branch opened"),
      (("signpad", "Desks with power and network"), ("callback", "Phones for branch advisers"), ("knowledge", "Pilot branch for the desk search")),
      template="agile", title="Branch refit, wave two", description="Eleven branches get open desks, a quiet room and the network that newer tools need.",
      unit="branches", sponsor="sponsor", began=330, budget=1450, services="branch", kpi=("first", 2)),
    P("screening", "safe", "declan.fairweather", 90, "watermelon", ("Rules carried over", "Parallel run begins", "Old engine switched off"),
      (("company", "Screening of directors by interface"), ("callcheck", "Risk mark on each payment"),
       ("iso", "Screening of structured addresses"), ("dora", "Incident feed from screening")),
      title="Screening engine replacement", description="The old engine cannot read the new message format and raises nineteen false alerts for one true.",
      unit="financial-crime", sponsor="octavia.lindqvist", began=338, budget=2750, services="screening,payments", kpi=("false", -9)),
    P("knowledge", "contact", "piotr.lasek", 120, "held up", ("Sources agreed", "First 300 articles", "Search in the desk"),
      (("callback", "Article on call backs"), ("status", "Answers about mortgage stages")),
      template="agile", title="One knowledge base for advisers", description="Advisers search in six places. One base with owners and dates takes their place.",
      unit="contact-centre", sponsor="ranjit.bhogal", began=260, budget=420, services="contact", kpi=("first", 3)),
    P("income", "lending", "svetlana.ruzic", 60, "stopped", ("Partner chosen", "Consent screens tested", "First hundred applicants"),
      (("status", "Income confirmed as a stage"),), template="agile",
      title="Income check through open banking", description="Applicants give consent instead of photographing statements.",
      unit="lending", sponsor="sponsor", began=240, budget=380, services="mortgage,loans", kpi=("paper", -6)),
    P("store", "lending", "project-manager", 95, "silent", ("Formats agreed", "First million documents", "Old store read only"),
      (("status", "Link from a case to its documents"), ("signpad", "Archive for signed files"),
       ("collect", "Letters of all products in one folder"), ("company", "Folder for company documents")),
      title="Document store migration", description="Eleven million documents move to a store that can be searched and that forgets when the law says so.",
      unit="lending", sponsor="sponsor", began=310, budget=890, services="mortgage,loans,business", kpi=("paper", -4)),
    P("leasing", "safe", "declan.fairweather", 150, "steady", ("Perimeter agreed", "Systems separated", "Day one rehearsed"),
      (), title="Separation of the leasing arm", description="People, contracts and systems of the leasing arm are made ready for a new owner. Only the people named may know of it.",
      unit="finance", sponsor="gwilym.ashdown", began=150, budget=1200, services="loans", kpi=("run", -40), confidential=True),
    # from demands of the year
    P("held", "payments", "ines.caldeira", -26, "well", ("Texts for forty reasons", "Pilot with two branches", "All customers"),
      (("callcheck", "Message area in the payment screen"), ("onebalance", "Pending amounts by reason"))),
    P("newcard", "contact", "marguerite.osei", -84, "well", ("Events from the card maker", "Pilot", "All customers"),
      (("callcheck", "Card events in the app"),), template="agile"),
    P("nights", "ground", "gethin.morris", -148, "steady", ("List of machines", "First cluster sleeps", "All clusters sleep"),
      (("carbon", "Hours each machine ran"),), template="agile"),
    P("callback", "contact", "piotr.lasek", -58, "steady", ("Call plan agreed", "Pilot on Mondays", "All lines"),
      (("knowledge", "Reasons for calls"),)),
    P("certs", "safe", "declan.fairweather", -170, "well", ("Register complete", "First renewal by machine", "Last one by hand retired"),
      (("vault", "Register of certificates"), ("dora", "Certificate incidents of two years")), template="agile"),
    P("status", "lending", "project-manager", 38, "recovering", ("Five stages agreed", "Brokers see the stage", "Applicants see the stage"),
      (("collect", "Customer view in the app"), ("onebalance", "Case tile on the home screen"), ("signpad", "List of forms that need a signature"))),
    P("callcheck", "safe", "declan.fairweather", 48, "late", ("Wording tested with customers", "Pilot with 2,000 customers", "All payments above 500"),
      (("dora", "Fraud incidents by type"), ("company", "Question for second signatories"))),
    P("vault", "ground", "gethin.morris", 22, "steady", ("Product chosen", "First forty passwords moved", "Last wiki page cleaned"),
      (("cards", "Keys for the new processor"), ("centre", "Break-glass access"), ("screening", "Service accounts without passwords"))),
    P("company", "payments", "yusra.haddadin", 130, "slipping", ("Forms tested with founders", "Video check live", "A thousand accounts opened"),
      (("store", "Kinds of company documents"), ("screening", "List of director roles"))),
    P("iso", "payments", "project-manager", 72, "squeezed", ("Master data cleaned", "Scheme test passed", "All channels switched"),
      (("screening", "Test messages with addresses"), ("company", "Address form for companies"),
       ("cards", "Address table by country"))),
    P("dora", "safe", "declan.fairweather", 80, "steady", ("Form agreed with the regulator's text", "Three lists merged", "First report from the register"),
      (("centre", "Criteria for a reportable outage"), ("ledger", "Outage codes"), ("vault", "Contacts for the register"))),
    P("signpad", "contact", "marguerite.osei", 64, "steady", ("Pads chosen", "Two pilot branches", "All branches"),
      (("store", "Signed files in the right format"), ("refit", "Where pads stand on the desk")), template="agile"),
    P("onebalance", "contact", "ines.caldeira", 44, "slipping", ("Service designed", "App reads the service", "Browser reads the service"),
      (("status", "Shared header in app and browser"), ("iso", "Form fields in app and browser")), template="agile"),
    P("collect", "lending", "svetlana.ruzic", 118, "steady", ("One plan for all products", "First team works with it", "All teams"),
      (("knowledge", "Wording for customers in arrears"), ("store", "Which letters have to be kept"))),
    P("carbon", "ground", "gethin.morris", 66, "well", ("Method agreed", "First quarterly figures", "Figures in tenders"),
      (("centre", "Power readings by rack"), ("ledger", "Run times of the night jobs")), template="agile"),
]  # fmt: skip

# share of the planned time, working days everything still open moves, why
COURSES = {
    "well": [(0.3, 1, "A colleague was ill for a week."), (0.55, 1, "One more round with the branches.")],
    "steady": [(0.35, 1, "The environment came two days late."), (0.6, 1, "Tests took a little longer.")],
    "slipping": [(0.2, 2, "The design needed another round with security."), (0.45, 2, "Interfaces came later than agreed."),
                 (0.6, 1, "Two defects had to be mended first.")],
    "late": [(0.25, 3, "The supplier delivered a week late."), (0.45, 4, "Data was worse than the sample."),
             (0.6, 3, "The first rehearsal failed and has to be repeated."), (0.72, 4, "The supplier has moved two people to another client.")],
    "costly": [(0.3, 2, "Certification has a queue."), (0.55, 2, "The scheme asked for one more test.")],
    "watermelon": [(0.3, 3, "Rules could not be carried over by machine."), (0.5, 4, "The parallel run found differences."),
                   (0.65, 3, "Differences are still being explained.")],
    "recovering": [(0.3, 5, "The broker interface had to be written anew."), (0.5, 4, "Acceptance found gaps in two stages."),
                   (0.7, -4, "A second team took over the app's part.")],
    "squeezed": [(0.4, 2, "Master data needs cleaning by hand."), (0.62, 2, "The scheme's test slots are scarce."),
                 (0.75, 2, "Two channels wait for the ledger.")],
    "silent": [(0.3, 3, "The export of the old store is slow."), (0.55, 2, "A million documents have no date.")],
    "held up": [(0.3, 2, "Owners of the sources were hard to find.")],
    "stopped": [(0.3, 4, "The partner changed its price.")],
}  # fmt: skip
# share of the planned time, per cent more than granted
COSTS = {
    "costly": [(0.35, 4), (0.6, 9), (0.72, 14)], "late": [(0.5, 4), (0.7, 7)], "slipping": [(0.6, 3)],
    "watermelon": [(0.6, 6)], "recovering": [(0.4, 7), (0.7, 3)], "well": [(0.6, -3)],
}  # fmt: skip

STATUS = {
    "green": ["On plan. The team is complete and the next milestone is in sight.",
              "Good week: tests passed at the first attempt in two of three areas.",
              "No change to dates or money. Next is the talk with the service owner.",
              "The pilot runs and feedback is friendly. Small wishes are on the list."],
    "amber": ["We use up our reserve. A second tester would bring it back within two weeks.",
              "Some days behind. The supplier has promised people from Monday.",
              "The date can hold if the environment comes this week."],
    "red": ["We cannot keep the date without dropping part of the scope; options are with the sponsor.",
            "Behind by more than two weeks. A plan to recover is agreed with the sponsor.",
            "Blocked by something we do not own. The intervention names who has to move."],
}  # fmt: skip

RISKS = [
    ("The supplier's key people leave before the handover", "Knowledge sits with two people who are on contract until summer.", "Pair them with our own people from now on."),
    ("Test data does not show what production holds", "Errors appear only after go-live.", "Use masked copies instead of made-up records."),
    ("Customers do not understand the new screen", "Calls go up in the first weeks.", "Test the wording with twenty customers."),
    ("The shared test environment is double booked", "Tests start late and the gate moves.", "Book now and agree a fallback."),
    ("Interfaces change after they were agreed", "Work has to be done twice.", "Freeze them at the design gate, in writing."),
    ("Branches cannot free people for training", "Go-live without trained colleagues.", "Train in the quiet month, in two groups."),
    ("The regulator asks for another control", "Scope grows late.", "Show the design to compliance each month."),
    ("Volumes at month end are higher than tested", "Slow screens on the busiest day.", "Repeat the load test with last December's figures."),
    ("A licence is missing for the second site", "Fail-over would not be lawful.", "Ask for a price with the yearly order."),
    ("Data quality in old records stops the load", "A third of records needs work by hand.", "Begin cleaning now, by product."),
    ("Two go-lives fall on the same weekend", "Support is stretched and faults are hard to trace.", "Agree an order with the other project."),
    ("The back-out takes longer than the window", "Monday opens with half a system.", "Rehearse it twice with a clock."),
]  # fmt: skip
ISSUES = [
    ("The test environment was down for three days", "Two testers waited.", "Moved to the second cluster."),
    ("An interface returns dates in another format", "Every third record is refused.", "The other team has changed it."),
    ("Training rooms are booked by another project", "The first group starts a week late.", "We use the branch rooms instead."),
    ("The supplier's invoice does not match the order", "Payment is held.", "Cleared with procurement."),
    ("Load test stops at 60 per cent of the volume", "Gate criterion cannot be met.", "An index was missing."),
    ("Customer letters carry the old name", "Reprint of 4,000 letters.", "Template corrected and checked."),
]  # fmt: skip
ACTIONS = [
    "Ask the supplier for a plan with names", "Agree the freeze dates with release management",
    "Book the test environment for the rehearsal", "Write the briefing for the service desk",
    "Check the estimate against what was spent", "Invite two branches to the pilot",
    "Get the support model signed", "Name an owner for each benefit reading",
    "Send the decision paper to the board", "Tell brokers about the new stage names",
]  # fmt: skip
EVIDENCE = [
    "Signed by the service owner; file in the project folder.", "Checked with the test manager, report 14.",
    "Minutes of the design authority, item 3.", "Seen in the environment together with operations.",
    "Mail of the supplier with dates, confirmed by phone.", "Budget line released, checked with finance.",
]  # fmt: skip
GATE_WORDS = [
    "Evidence is complete and the open points are small.", "The team has answered all questions.",
    "We go on; the board wants to see the next dates in two weeks.", "Good work, thank you.",
]  # fmt: skip
# By whom, on which project, what: something to do for those no verb waits for.
ERRANDS = [
    ("auditor", "dora", "Say which samples the audit of the register needs"),
    ("administrator", "status", "Give the broker testers their roles"),
    ("supplier", "store", "Send the plan with names for the last million documents"),
    ("integration", "iso", "Renew the connector's token before the cut-over"),
    ("service-owner", "iso", "Name the peak days on which nothing may change"),
    ("staff", "status", "Read the new stage names as an adviser would"),
]  # fmt: skip
ANSWERS = [
    "Two people join from another team on Monday, and the supplier works on Saturdays until the test is done.",
    "We take the reports out of the first release, which brings back six days.",
    "The interface is rebuilt on our side instead of waiting; a first version runs.",
    "Finance and I have agreed to move the licence to next year.",
]  # fmt: skip
DECISIONS = [
    "We accept the later date. The risk of hurrying is larger than the cost of waiting.",
    "The money is granted from the portfolio's reserve, once.",
]
