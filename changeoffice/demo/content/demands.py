"""The demands of the year: what is needed, from whom, and how far each one has come."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class DemandSpec:
    """`raised` is how many days before today; `ends` the state it has reached by today."""

    key: str
    title: str
    need: str
    unit: str
    requester: str
    sponsor: str
    raised: int
    ends: str
    services: str
    kpi: tuple[str, float]
    type: str = "improvement"
    source: str = "business_unit"
    size: str = "M"
    risk: str = "medium"
    idea: str = ""
    flags: tuple[str, ...] = ()
    mandatory: int = 0  # days from today
    confidential: bool = False
    design: dict[str, str] = field(default_factory=dict)
    late: int = 0  # working days the present stage has lasted; 0: what chance gives
    reason: str = ""
    needs: tuple[tuple[str, str], ...] = ()  # the key of another that has to come first, and why


D = DemandSpec
SAFE = {"security": "Customer data stays encrypted at rest and in transit; access is logged."}
UP = {
    "availability": "Around the clock, at most 30 minutes out of service a month.",
    "continuity": "Running again in the second data centre within one hour.",
}

DEMANDS = [
    # delivered
    D("held", "Show why a payment is held in the app", "", "retail", "staff", "sponsor", 338,
      "completed", "payments,mobile", ("calls", -2400), size="L", idea="Show why a payment is held in the app", design=SAFE),
    D("newcard", "Tell customers where their new card is", "", "payments", "orla.fitzsimons", "sponsor", 330,
      "completed", "cards,mobile", ("calls", -900), size="M", idea="Tell customers where their new card is"),
    D("nights", "Switch off test systems at night", "", "technology", "nils.aldersson", "elspeth.ruthven", 318,
      "completed", "cloud", ("run", -38), type="operational", size="S", idea="Switch off test systems at night"),
    D("callback", "Call back instead of waiting", "", "contact-centre", "jamal.haughton", "ranjit.bhogal", 326,
      "completed", "contact", ("first", 4), size="M", idea="Call back instead of waiting", design=UP),
    D("certs", "Automatic certificates for everything that faces customers",
      "An expired certificate stopped payments for 40 minutes in spring. Certificates have to be renewed by machine, "
      "with a warning a month ahead and one owner for each.", "technology", "ffion.blackwood", "elspeth.ruthven", 342,
      "completed", "payments,online,cloud", ("up", -1.5), type="risk_reduction", source="incident_problem", size="S", risk="low", flags=("dora",)),
    # in delivery
    D("status", "Show mortgage applicants where their case stands", "", "lending", "staff", "sponsor", 285,
      "in_delivery", "mortgage,mobile", ("offer", -3), size="L", idea="Show mortgage applicants where their case stands", design=SAFE),
    D("callcheck", "Ask the customer in the app whether it was really them", "", "financial-crime", "chidi.eze", "octavia.lindqvist", 292,
      "in_delivery", "screening,mobile", ("fraud", -45), type="risk_reduction", size="L", risk="high", idea="Ask the customer in the app whether it was really them", flags=("psd2",), design=SAFE | UP),
    D("vault", "Replace shared passwords with a vault", "", "technology", "ffion.blackwood", "elspeth.ruthven", 262,
      "in_delivery", "workplace,cloud", ("incident", -2), type="risk_reduction", size="M", risk="high", idea="Replace shared passwords with a vault", flags=("iso27001", "dora"), design=SAFE),
    D("company", "Open a company account in a week", "", "business", "hector.lamont", "harriet.soames", 301,
      "in_delivery", "business,screening", ("onboard", -9), type="strategic", size="XL", risk="high", idea="Open a company account in a week", flags=("gdpr",), design=SAFE),
    D("iso", "Structured addresses in cross-border payment messages",
      "From the mandatory date payments abroad without structured addresses will be rejected by the scheme. "
      "Master data, forms, interfaces and tests have to change in every channel.", "payments", "dominic.okafor", "ranjit.bhogal", 322,
      "in_delivery", "payments,business", ("held", -120), type="regulatory", source="regulatory_update", size="XL", risk="high", flags=("psd2",), mandatory=96, design=UP),
    D("dora", "One register for outages we must report", "", "risk", "temperance.vale", "octavia.lindqvist", 271,
      "in_delivery", "cloud,workplace", ("incident", -1), type="regulatory", source="idea", size="M", idea="One register for outages we must report", flags=("dora",), mandatory=130),
    D("signpad", "Sign on a screen rather than on paper", "", "branches", "florence.abara", "sponsor", 249,
      "in_delivery", "branch,workplace", ("manual", -140), size="M", idea="Sign on a screen rather than on paper"),
    D("onebalance", "Show the same balance everywhere", "", "retail", "caspian.wright", "sponsor", 231,
      "in_delivery", "online,mobile", ("calls", -500), size="M", idea="Show the same balance everywhere"),
    D("collect", "One arrears view for all products", "", "lending", "viktor.stoyan", "sponsor", 222,
      "in_delivery", "loans,mortgage,data", ("manual", -95), size="L", idea="One arrears view for all products", flags=("gdpr",)),
    D("carbon", "Show the carbon of our services", "", "technology", "jonas.ekblad", "elspeth.ruthven", 176,
      "in_delivery", "cloud,data", ("run", -12), size="S", risk="low", idea="Show the carbon of our services"),
    # scheduled and approved
    D("passkey", "Log in with a passkey", "", "retail", "orla.fitzsimons", "sponsor", 148,
      "scheduled", "mobile,online", ("calls", -1300), type="strategic", size="L", idea="Log in with a passkey", flags=("psd2",), design=SAFE),
    D("docs", "Ask for each document only once", "", "lending", "polly.hargreave", "sponsor", 128,
      "scheduled", "mortgage,loans", ("paper", -11), size="M", idea="Ask for each document only once"),
    D("mask", "Mask customer names in test data", "", "technology", "rafael.quintero", "elspeth.ruthven", 116,
      "scheduled", "data,cloud", ("incident", -1), type="risk_reduction", size="M", idea="Mask customer names in test data", flags=("gdpr",)),
    D("disputes", "Dispute a card payment without a form", "", "payments", "ivo.marchetti", "ranjit.bhogal", 139,
      "scheduled", "cards,mobile", ("manual", -120), size="M", idea="Dispute a card payment without a form"),
    D("mandate", "Manage mandates online", "", "business", "shreya.iyengar", "harriet.soames", 96,
      "approved", "business,online", ("onboard", -2), size="L", idea="Manage mandates online", design=SAFE),
    D("rooms", "Book a branch appointment in the app", "", "branches", "bronwen.tudor", "sponsor", 88,
      "approved", "branch,mobile", ("first", 2), size="M", idea="Book a branch appointment in the app"),
    D("logs", "One place for all system logs", "", "technology", "nils.aldersson", "elspeth.ruthven", 79,
      "approved", "cloud", ("incident", -2), type="operational", size="M", idea="One place for all system logs", flags=("iso27001",)),
    D("idscan", "Scan identity documents instead of copying them", "", "branches", "samir.qureshi", "sponsor", 107,
      "approved", "branch", ("onboard", -1), size="S", idea="Scan identity documents instead of copying them", late=34),
    # waiting for approval
    D("scamask", "Warn about scams while a payment is typed", "", "financial-crime", "lorna.mackay", "octavia.lindqvist", 74,
      "approval", "payments,mobile", ("fraud", -60), type="regulatory", size="L", risk="high", idea="Warn about scams while a payment is typed", flags=("psd2",), mandatory=140, design=SAFE, late=4),
    D("instant", "Receive instant payments in euros",
      "Customers who work abroad are paid in euros and wait until the next day. The scheme opens to us in spring; "
      "receiving comes first, sending a year later.", "retail", "caspian.wright", "sponsor", 69,
      "approval", "payments", ("app", 9), type="regulatory", source="regulatory_update", size="XL", risk="high", flags=("psd2",), mandatory=210, design=UP | SAFE, late=8, needs=(("filemove", "The old server cannot pass on a payment within ten seconds."),)),
    D("brokers", "Tell brokers at once what is missing", "", "lending", "imran.sheikhani", "sponsor", 61,
      "approval", "mortgage", ("offer", -1.5), size="M", idea="Tell brokers at once what is missing", late=6),
    D("wallboard", "Queue boards for three more branches",
      "Ashcombe's board cut walk-aways by a third. Three more branches of the same size ask for it.", "branches", "theo.papadakis", "sponsor", 45,
      "approval", "branch", ("first", 1), size="XS", risk="low", late=3),
    D("transfer", "Fast lane for product transfers", "", "lending", "svetlana.ruzic", "sponsor", 66,
      "approval", "mortgage", ("offer", -2), type="regulatory", size="M", idea="Fast lane for product transfers", late=13),
    D("archive", "Archive reports nobody opens", "", "finance", "rosalind.peake", "gwilym.ashdown", 52,
      "approval", "data", ("run", -6), type="operational", size="L", risk="low", idea="Archive reports nobody opens", design={"support": "The data team answers questions for three months."}, late=5),
    # assessment
    D("carer", "Share an account view with a carer", "", "retail", "grace.tembo", "sponsor", 47,
      "assessment", "mobile,online", ("first", 1.5), size="M", idea="Share an account view with a carer", flags=("gdpr",), late=9, needs=(("passkey", "A carer signs in with a passkey of their own."),)),
    D("network", "Show an investigator the whole network", "", "financial-crime", "chidi.eze", "octavia.lindqvist", 50,
      "assessment", "screening,data", ("fraud", -35), type="risk_reduction", size="L", idea="Show an investigator the whole network", late=12, needs=(("mask", "Investigators try it on masked data first."),)),
    D("filemove", "Move file transfers off the old server", "", "technology", "hugo.delacroix", "elspeth.ruthven", 62,
      "assessment", "cloud,payments", ("up", -1), type="risk_reduction", source="incident_problem", size="M", risk="high", idea="Move file transfers off the old server", late=19),
    D("confirm", "Confirmation of payee for company payments in bulk",
      "Bulk files skip the name check that single payments have. Two companies lost money to changed account numbers this autumn.",
      "business", "shreya.iyengar", "harriet.soames", 39, "assessment", "business,payments", ("fraud", -25), type="risk_reduction", source="incident_problem", size="L", risk="medium", late=7),
    D("cashflow", "Show cash flow for the next month", "", "business", "malachy.frost", "harriet.soames", 43,
      "assessment", "business", ("app", 4), size="M", idea="Show cash flow for the next month", late=14),
    D("lift", "Back-up power test at the second data centre",
      "The last full test is 14 months old and the insurer asks for one a year. It needs a weekend, eleven people and a plan.",
      "technology", "hugo.delacroix", "elspeth.ruthven", 34, "assessment", "cloud", ("up", -0.5), type="operational", source="supplier", size="S", risk="medium", late=5),
    # screening
    D("branchfc", "Cash forecast by branch and weekday", "", "branches", "mabel.thistlewood", "sponsor", 24,
      "screening", "branch,data", ("manual", -35), size="S", idea="Cash forecast by branch and weekday", late=3),
    D("sdk", "Replace the chat component before its maker ends support",
      "The maker of the chat window ends support in nine months. Without it chat stops, and 6,000 conversations a month become calls.",
      "contact-centre", "jamal.haughton", "ranjit.bhogal", 19, "screening", "contact,online", ("first", 1), type="operational", source="supplier", size="M", mandatory=270, late=6),
    D("region", "Move backups to a second cloud region",
      "The cloud provider offers a second region in the country from next quarter. Our recovery target cannot be met with one.",
      "technology", "nils.aldersson", "elspeth.ruthven", 21, "screening", "cloud", ("up", -0.8), type="risk_reduction", source="cloud_provider", size="M", flags=("dora",), late=4),
    D("survey", "Ask each caller one question after the call",
      "We measure how long a call takes and not whether it helped. One question by message gives us the answer for a few pence.",
      "contact-centre", "grace.tembo", "ranjit.bhogal", 15, "screening", "contact", ("first", 0.5), source="continual_improvement", size="XS", risk="low", late=2),
    # submitted
    D("access", "Make the mortgage calculator work with a screen reader",
      "A blind customer showed me that the calculator reads out 'button, button, button'. We promise accessibility on every page.",
      "lending", "staff", "sponsor", 3, "submitted", "mortgage,online", ("app", 1), source="business_unit", size="S", late=1),
    D("dupes", "Merge customers who exist twice",
      "About 7,000 customers have two records, from the merger of two branches' books. Letters go out twice and limits are wrong.",
      "operations", "carys.meadows", "ranjit.bhogal", 8, "submitted", "data", ("manual", -30), source="continual_improvement", size="M", late=5),
    D("wifi", "Guest network in the twelve largest branches",
      "Customers cannot open the app in branches with thick walls, and then we type for them.", "branches", "samir.qureshi", "sponsor", 6,
      "submitted", "branch", ("app", 2), size="S", late=3),
    D("pen", "Close the findings of the autumn penetration test",
      "The test found four high and eleven medium weaknesses in the business portal. The high ones have to be closed within 60 days.",
      "technology", "ffion.blackwood", "elspeth.ruthven", 4, "submitted", "business,online", ("incident", -1), type="risk_reduction", source="incident_problem", size="M", flags=("iso27001",), mandatory=58, late=2),
    D("payroll", "Pay wages on the day when a month ends on a holiday",
      "In two months next year payday falls on a bank holiday and 2,300 companies will ask.", "payments", "zofia.kruk", "ranjit.bhogal", 2,
      "submitted", "standing,business", ("calls", -150), type="operational", size="S", mandatory=120, late=1),
    # questions
    D("advice", "Record advice talks held by video",
      "Advice by phone is recorded, advice by video is not. Supervisors ask for the same proof.", "retail", "niamh.corrigan", "sponsor", 26,
      "more_information", "branch,contact", ("first", 0.5), type="regulatory", source="regulatory_update", size="M", flags=("gdpr",)),
    D("notary", "Replace fax to the notary", "", "lending", "staff", "sponsor", 29,
      "more_information", "mortgage,workplace", ("offer", -0.5), size="S", idea="Replace fax to the notary"),
    D("teamplan", "Planning tool for agile teams",
      "Four teams plan in four tools. Nobody can say what is coming in six weeks.", "technology", "keziah.bloom", "elspeth.ruthven", 20,
      "more_information", "workplace", ("manual", -12), source="agile_team", size="S"),
    # deferred
    D("voice", "Voice check for repeat callers", "", "contact-centre", "ivo.marchetti", "ranjit.bhogal", 165,
      "deferred", "contact", ("first", 2), size="L", idea="Voice check for repeat callers", flags=("gdpr",), reason="The maker's next version needs a third of the effort. We look again when it is out."),
    D("loyalty", "Points for card payments",
      "Two competitors give points. Our survey says that a sixth of customers would use their card more often.", "retail", "amara.nwosu", "sponsor", 190,
      "deferred", "cards", ("app", 12), type="strategic", size="XL", risk="medium", reason="No capacity in card services before the scheme change is live."),
    D("kiosk", "Self-service kiosk for statements",
      "Customers without a phone come for printed statements and wait at the counter.", "branches", "theo.papadakis", "sponsor", 122,
      "deferred", "branch", ("first", 1), size="M", reason="First we see what the tablets at the welcome desk bring."),
    # rejected
    D("blockchain", "Keep guarantees on a shared ledger",
      "A partner proposes to keep bank guarantees on a shared ledger and offers a pilot.", "business", "malachy.frost", "harriet.soames", 210,
      "rejected", "business", ("onboard", -1), source="supplier", size="L", risk="high", reason="Three of our partner banks do not take part, so the paper would stay. Please come back when two more have joined."),
    D("lockers", "Parcel lockers in branch lobbies",
      "A parcel company offers rent for lockers in our lobbies, and people would come in.", "branches", "bronwen.tudor", "sponsor", 155,
      "rejected", "branch", ("app", 1), source="supplier", size="S", risk="low", reason="Security at night would cost more than the rent brings. We have thanked the company and told them so."),
    D("fifth", "A fifth reporting tool for marketing",
      "Marketing would like a tool of its own for campaign figures.", "retail", "amara.nwosu", "sponsor", 101,
      "rejected", "data", ("manual", -5), size="M", reason="The data platform does this from March on, and four tools are three too many. The data team will show you how."),
    D("faxserver", "A newer fax server",
      "The fax server is eleven years old and loses pages.", "operations", "ezra.goldwater", "ranjit.bhogal", 133,
      "rejected", "workplace", ("manual", -4), source="incident_problem", size="S", reason="We replace fax rather than renew it: see the demand for a secure mailbox, which covers your case as well."),
    # withdrawn, merged, draft
    D("desk", "Standing desks for the payments floor",
      "Half of the team asks for desks that go up and down.", "payments", "bethan.griffin", "ranjit.bhogal", 94,
      "withdrawn", "workplace", ("manual", -1), size="XS", risk="low", reason="Facilities pay for them from their own budget; no demand is needed."),
    D("beacon", "Beacons that greet customers at the door",
      "A supplier showed how phones can be greeted at the door.", "branches", "niamh.corrigan", "sponsor", 172,
      "withdrawn", "branch,mobile", ("app", 1), source="supplier", size="S", reason="Customers in our survey found it intrusive."),
    D("paycheck", "Name check in the business file upload",
      "Our largest customer asks for a name check in the file upload.", "business", "hector.lamont", "harriet.soames", 31,
      "merged", "business,payments", ("fraud", -10), source="product_team", size="M", reason="confirm"),
    D("secondsite", "Copy of the backups outside the first region",
      "Internal audit asks for a copy of all backups outside the region.", "risk", "anselm.birch", "octavia.lindqvist", 17,
      "merged", "cloud", ("up", -0.4), source="project", size="M", reason="region"),
    D("tills", "Quieter cash recyclers in small branches",
      "The recyclers are louder than the talk at the desk beside them, and two branches have had complaints.", "branches", "mabel.thistlewood", "sponsor", 5,
      "draft", "branch", ("first", 0.2), size="S"),
    D("deal", "Take over the mortgage book of a smaller lender",
      "We are in talks to take over about 9,000 mortgages. Systems, letters and people have to be ready on the day of the transfer. "
      "Only the people named may know of it.", "lending", "gwilym.ashdown", "sponsor", 84,
      "assessment", "mortgage,data", ("offer", 1), type="strategic", size="XL", risk="high", confidential=True, flags=("gdpr",), late=11),
]  # fmt: skip
