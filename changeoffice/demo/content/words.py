"""What people say: comments, answers, reasons. {name} and {theme} are filled in."""

BENEFITS = {
    "Payments": [
        "Fewer calls about payments and less work by hand.",
        "About two hours a day less for the payments floor.",
        "Customers trust that a payment arrives.",
    ],
    "Cards": [
        "Fewer disputes and fewer calls about cards.",
        "Saves postage and a week of waiting.",
        "Customers keep using the card.",
    ],
    "Digital": [
        "Fewer visits and calls for simple things.",
        "Better marks in the app stores.",
        "Customers find what they look for.",
    ],
    "Branches": [
        "Shorter queues on Saturday morning.",
        "An adviser gains half an hour a day.",
        "Customers leave with an answer.",
    ],
    "Lending": [
        "Offers go out days earlier.",
        "Fewer calls and fewer withdrawn applications.",
        "Less typing for case handlers.",
    ],
    "Fraud and risk": [
        "Money stopped before it leaves.",
        "Analysts look at what matters.",
        "We can show the regulator how we decide.",
    ],
    "Data and reporting": [
        "One number that everybody believes.",
        "A day less at month end.",
        "Fewer questions to the data team.",
    ],
    "Technology": [
        "Fewer incidents at night.",
        "Lower running costs.",
        "Changes go live with less risk.",
    ],
    "Workplace": [
        "An hour a week for each of us.",
        "New colleagues get going sooner.",
        "Less paper and fewer forms.",
    ],
    "Contact centre": [
        "Shorter calls and calmer callers.",
        "New advisers are ready a month sooner.",
        "Customers do not repeat themselves.",
    ],
    "Business banking": [
        "Companies choose us because it is quick.",
        "Relationship managers spend time with customers.",
        "Fewer forms for both sides.",
    ],
    "Sustainability": [
        "Lower bills and less waste.",
        "A figure we can be proud of in the annual report.",
        "Small, but everybody sees it.",
    ],
}

COMMENTS = [
    "We see this at least ten times a week.",
    "I asked my regulars on Saturday and all of them would use it.",
    "The team in Wexley does something like this with a spreadsheet. It works, but only there.",
    "Could we start with one product and learn from it?",
    "Yes please. It is the first question new colleagues ask.",
    "How would this work for customers without a phone?",
    "My last employer had this. It took a quarter and nobody wanted to go back.",
    "I would count how often it happens before we build anything.",
    "Happy to test it with two colleagues.",
    "Please think of customers who use a screen reader.",
    "Who would own it once it is there?",
    "There is a part of this in the release planned for spring, but only a small one.",
    "I timed it: four minutes each time, about thirty times a day.",
    "This would also help when a system is down.",
    "Careful with data protection here, but it can be done.",
    "Our complaints team would thank you.",
    "I had not thought of it that way. You have my vote.",
    "It sounds small and is not: three systems have to agree.",
    "The supplier offers this already, we only have to switch it on.",
    "Last year we tried it in one branch and stopped for lack of time, not because it failed.",
    "It would help at the counter even more than on the phone.",
    "What do we do with the old way? Two ways side by side would be worse.",
    "Good idea. I would keep the paper form for a year.",
    "In my figures this is the third most common reason for a call.",
]
MENTIONS = [
    "@{name} you collected figures on this last year, do you still have them?",
    "@{name} is this something your team could live with?",
    "I think @{name} knows more about the technical side.",
    "@{name} would this clash with what you plan for the spring?",
]
REPLIES = [
    "I do: about one case in six. I will send the list.",
    "We could, if it does not come at month end.",
    "Part of it. The hard bit is the interface to the ledger.",
    "No clash. It would even make our work easier.",
]
QUESTIONS = [
    "How many customers or cases does this concern in a month, roughly?",
    "Does this happen in all branches or only in yours?",
    "What do you do today when it happens, step by step?",
    "Which part would help most if we could only do one?",
]
ANSWERS = [
    "About 120 a month here; I counted for two weeks.",
    "I asked around: five branches see it weekly, the others now and then.",
    "We write it on a note, call the other team and wait. It takes twenty minutes.",
    "Seeing the status would be most of it. The rest can wait.",
]
RATIONALES = [
    "Clear benefit for many customers, and the change is small.",
    "Valuable, but it touches the ledger and needs careful tests.",
    "Right on our objective; effort is hard to judge before a closer look.",
    "Helps staff more than customers. Worth doing, not urgent.",
    "Simple to do with what we already have.",
    "Depends on one supplier; feasibility is lower than it looks.",
]
DECLINES = {
    "not_feasible": "Thank you for this. We looked at it with security and the risk of misuse is larger than the gain. If the control changes we will come back to you.",
    "too_costly": "Thank you. We reckoned about 90 days of work for something that happens twice a week, so it does not pay for itself. We have added your figures to the list for the next renewal.",
    "out_of_scope": "A good thought, but it is for the building's owner to decide and not for us. We have passed it on with your name and asked them to answer you.",
    "not_now": "We like it, yet the team that would build it is taken until the end of next year. Rather than let it wait without an answer we close it here; please bring it again then.",
    "duplicate": "We already do this in a project that goes live in a few months. You now follow that project, so you will see it arrive.",
}
PARKED = [
    "The new version of the platform brings half of this. We look again when it is there.",
    "Waits for the decision about the second data centre.",
    "The supplier's contract is renewed next quarter; then we can ask for it.",
]
SCORE_REASONS = [
    "High value for customers, and the date matters.",
    "Removes a risk that we carry every day.",
    "Smaller than it looks once the interface is there.",
    "Good, but it can wait a quarter without harm.",
    "Large job with many hands; value is certain.",
    "The figures from the contact centre convince me.",
]
APPROVAL_WORDS = [
    "",
    "",
    "Figures checked, go ahead.",
    "Approved within this year's envelope.",
    "Fine by me. Please report the first readings to the board.",
]
REFUSALS = [
    "The estimate leaves out training for the branches. Please add it and come back.",
    "I cannot see who runs this after the project. Name an owner and a support model first.",
]
DEMAND_TALK = [
    "The estimate now includes two weeks of parallel running.",
    "We can reuse the interface from the cards project, which saves about fifteen days.",
    "I have asked the supplier for a price; they answer by the end of the week.",
    "For the record: the mandatory date is the scheme's, not ours.",
    "Testing needs the shared environment for three weeks. Please book early.",
    "I spoke to both branch managers and they can free two people.",
]

TAGS = {
    "Payments": ["held payments", "fewer calls", "real time"], "Cards": ["lost cards", "limits", "app"],
    "Digital": ["app", "sign-in", "accessibility"], "Branches": ["appointments", "queues", "paper"],
    "Lending": ["documents", "renewals", "brokers"], "Fraud and risk": ["false alarms", "alerts"],
    "Data and reporting": ["reports", "data quality"], "Technology": ["outages", "tooling"],
    "Workplace": ["desks", "travel", "paper"], "Contact centre": ["fewer calls", "call-backs"],
    "Business banking": ["onboarding", "invoices"], "Sustainability": ["paper", "energy"],
}  # fmt: skip
