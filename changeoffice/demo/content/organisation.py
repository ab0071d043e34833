"""What the bank runs and what it wants: skills, teams, services, items, objectives and KPIs."""

# name, day rate
SKILLS = [
    ("Business analysis", 520), ("Java development", 610), ("Mobile development", 640),
    ("Data engineering", 650), ("Cloud engineering", 690), ("Testing", 480),
    ("Security", 720), ("Change and training", 430), ("Solution architecture", 760),
]  # fmt: skip

# name, unit, skill, lead, days a month, members
TEAMS = [
    ("Business analysis", "change-office", "Business analysis", "sorcha.mulqueen", 78,
     ["sorcha.mulqueen", "wanjiru.odell", "callum.brathwaite", "analyst"]),
    ("Core banking", "technology", "Java development", "keziah.bloom", 160, ["keziah.bloom"]),
    ("Payments engineering", "technology", "Java development", "dominic.okafor", 140, ["zofia.kruk"]),
    ("Digital channels", "technology", "Mobile development", "caspian.wright", 130, ["caspian.wright"]),
    ("Data platform", "technology", "Data engineering", "rafael.quintero", 95, ["rafael.quintero"]),
    ("Cloud platform", "technology", "Cloud engineering", "nils.aldersson", 110, ["nils.aldersson"]),
    ("Test and assurance", "technology", "Testing", "tamsin.rowntree", 120, ["tamsin.rowntree"]),
    ("Security engineering", "technology", "Security", "ffion.blackwood", 60, ["ffion.blackwood"]),
    ("Learning and change", "operations", "Change and training", "carys.meadows", 55,
     ["carys.meadows", "grace.tembo"]),
    ("Architecture", "technology", "Solution architecture", "design-authority", 48, ["design-authority"]),
]  # fmt: skip

# key, name, unit, owner, criticality, users, hours, peaks, description
SERVICES = [
    ("payments", "Faster payments", "payments", "service-owner", 1, 412000, "24 hours, every day",
     "Month end, the last working day before a bank holiday", "Sends and receives account to account payments within seconds."),
    ("cards", "Card services", "payments", "service-owner", 1, 365000, "24 hours, every day",
     "Saturdays, the last week of November", "Debit and credit cards from issue to dispute."),
    ("standing", "Direct debits and standing orders", "payments", "service-owner", 1, 298000,
     "Monday to Friday 6 to 20", "First and last working day of a month", "Collects and pays what recurs."),
    ("mobile", "Mobile app", "retail", "leila.farrokh", 1, 286000, "24 hours, every day",
     "Paydays, Monday 7 to 9", "The bank in a customer's hand."),
    ("online", "Online banking", "retail", "leila.farrokh", 2, 174000, "24 hours, every day",
     "Paydays", "Accounts, payments and letters in a browser."),
    ("branch", "Branch workplace", "branches", "leila.farrokh", 2, 640, "Monday to Saturday 8 to 18",
     "Saturday mornings", "What an adviser needs at the desk and the counter."),
    ("mortgage", "Mortgage origination", "lending", "bram.verhulst", 2, 420, "Monday to Saturday 8 to 20",
     "March and September", "From a first enquiry to completion."),
    ("loans", "Personal lending", "lending", "bram.verhulst", 3, 210, "Monday to Friday 8 to 18",
     "January", "Loans and overdrafts, from application to arrears."),
    ("contact", "Contact centre platform", "contact-centre", "aoife.kinsella", 2, 530,
     "Every day 7 to 22", "Monday 8 to 11", "Calls, chat and secure messages with customers."),
    ("business", "Business banking portal", "business", "jonas.ekblad", 2, 31000, "Monday to Saturday 7 to 21",
     "Month end", "Accounts, mandates and bulk payments for companies."),
    ("screening", "Screening and monitoring", "financial-crime", "winston.achebe", 1, 140,
     "24 hours, every day", "Month end", "Sanctions, fraud and money laundering checks."),
    ("data", "Data warehouse and reporting", "technology", "jonas.ekblad", 3, 890,
     "Monday to Friday 7 to 19", "Working days 1 to 5 of a month", "Figures for everybody, from one place."),
    ("cloud", "Cloud platform", "technology", "jonas.ekblad", 1, 380, "24 hours, every day",
     "None known", "Where applications run, with backup and monitoring."),
    ("workplace", "Staff workplace", "technology", "jonas.ekblad", 3, 1900, "Monday to Saturday 7 to 20",
     "Monday mornings", "Laptops, identity, mail and rooms."),
]  # fmt: skip

# name, type, environment, services
ITEMS = [
    ("Payments gateway", "application", "production", ["payments", "standing"]),
    ("Payments gateway, test", "application", "test", ["payments"]),
    ("Ledger", "application", "production", ["payments", "cards", "standing", "mortgage", "loans"]),
    ("Ledger database", "database", "production", ["payments", "cards", "standing"]),
    ("Card authorisation", "application", "production", ["cards"]),
    ("Card scheme link", "interface", "production", ["cards"]),
    ("Mobile back end", "application", "production", ["mobile"]),
    ("Customer identity", "application", "production", ["mobile", "online", "business"]),
    ("Web front door", "network", "production", ["online", "business"]),
    ("Branch desk client", "application", "production", ["branch"]),
    ("Mortgage workflow", "application", "production", ["mortgage"]),
    ("Document store", "database", "production", ["mortgage", "loans", "business"]),
    ("Decision engine", "application", "production", ["mortgage", "loans"]),
    ("Telephony", "application", "production", ["contact"]),
    ("Business portal", "application", "production", ["business"]),
    ("Screening engine", "application", "production", ["screening"]),
    ("Warehouse", "database", "production", ["data"]),
    ("Warehouse loaders", "interface", "production", ["data"]),
    ("Container cluster A", "server", "production", ["cloud"]),
    ("Container cluster B", "server", "production", ["cloud"]),
    ("Shared test cluster", "server", "test", ["cloud"]),
    ("Directory", "application", "production", ["workplace"]),
]  # fmt: skip
# item depends on items
LEANS_ON = {
    "Payments gateway": ["Ledger", "Screening engine", "Container cluster A"],
    "Ledger": ["Ledger database", "Container cluster A"],
    "Card authorisation": ["Card scheme link", "Ledger"],
    "Mobile back end": ["Customer identity", "Payments gateway", "Container cluster B"],
    "Mortgage workflow": ["Document store", "Decision engine"],
    "Business portal": ["Customer identity", "Payments gateway"],
    "Warehouse": ["Warehouse loaders"],
    "Screening engine": ["Container cluster B"],
}

# title, owner, unit, description, KPIs: (key, title, unit of measure, baseline, target, owner)
OBJECTIVES = [
    ("Customers are served at the first contact", "sponsor", "retail",
     "Whoever calls, writes or walks in leaves with an answer.", [
        ("calls", "Calls about where a payment is", "calls a month", 11400, 7500, "aoife.kinsella"),
        ("first", "Solved at the first contact", "%", 71, 82, "aoife.kinsella"),
        ("app", "Customers active in the app", "thousand", 231, 290, "leila.farrokh")]),
    ("Payments arrive, every time", "ranjit.bhogal", "operations",
     "Fewer held and returned payments, and less work by hand on each.", [
        ("held", "Payments held for review", "a day", 860, 450, "service-owner"),
        ("recon", "Days to clear a reconciliation break", "days", 4.2, 1.5, "service-owner"),
        ("up", "Hours payments were not available", "hours a quarter", 6.5, 2, "service-owner")]),
    ("A mortgage offer in ten days", "sponsor", "lending",
     "From a complete application to a binding offer.", [
        ("offer", "Days from application to offer", "days", 19, 10, "bram.verhulst"),
        ("paper", "Documents asked for twice", "%", 23, 8, "bram.verhulst")]),
    ("Risk is seen before it hurts", "octavia.lindqvist", "risk",
     "Regulation met ahead of its date, fraud stopped before the money leaves.", [
        ("fraud", "Fraud losses", "thousand pounds a month", 412, 280, "winston.achebe"),
        ("false", "False alerts in screening", "%", 94, 80, "winston.achebe")]),
    ("Technology costs less and fails less", "elspeth.ruthven", "technology",
     "Retire what is old, run the rest in one place.", [
        ("run", "Cost to run applications", "thousand pounds a month", 1840, 1550, "jonas.ekblad"),
        ("incident", "Incidents of priority 1 and 2", "a month", 14, 6, "jonas.ekblad")]),
    ("Companies open and use an account without a visit", "harriet.soames", "business",
     "Onboarding, mandates and lending for companies at a distance.", [
        ("onboard", "Days to open a business account", "days", 16, 5, "harriet.soames"),
        ("manual", "Hours of manual work in operations", "hours a week", 2150, 1500, "ranjit.bhogal")]),
]  # fmt: skip
