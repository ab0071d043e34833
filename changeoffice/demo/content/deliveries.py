"""The demands that become epics and changes, the products they go into, and how each of them fares."""

from dataclasses import dataclass

from changeoffice.demo.content.demands import SAFE, DemandSpec

# key, name, owner, unit, services, what it is for
PRODUCTS = [
    ("app", "Mobile app", "marguerite.osei", "retail", "mobile",
     "What customers hold in their hand: payments, cards, messages. A release every three weeks."),
    ("payhub", "Payments platform", "ines.caldeira", "payments", "payments,standing",
     "Everything that takes in a payment and sends it on, for all channels."),
]  # fmt: skip


@dataclass(frozen=True)
class DeliverySpec:
    """`fares` is a list of working days after the one before, and what is then done with which
    words or figures; `into` is a product, or a category and a type."""

    into: str
    owner: str
    fares: tuple[tuple[int, str, dict], ...] = ()
    points: int = 0
    type: str = ""


D = DemandSpec
HANDED = [
    D("push", "Choose which payments send a message",
      "Half of all customers have switched every message off, because each card payment sends one. They miss those that matter.",
      "retail", "orla.fitzsimons", "sponsor", 212, "in_delivery", "mobile", ("app", 2), size="M", design=SAFE),
    D("largetype", "Larger type in the app without losing the amount",
      "With the largest type of the phone the amount of a payment falls off the screen. We promise accessibility on every page.",
      "retail", "caspian.wright", "sponsor", 236, "completed", "mobile", ("app", 1), size="S"),
    D("splitbill", "Split a bill among friends",
      "Younger customers do this in another company's app and keep their money there.",
      "retail", "amara.nwosu", "sponsor", 168, "in_delivery", "mobile,payments", ("app", 2), type="strategic", size="M"),
    D("retry", "Try a failed standing order again the same day",
      "A standing order that fails in the morning for want of money is tried again the next day. The rent is then late.",
      "payments", "dominic.okafor", "ranjit.bhogal", 188, "in_delivery", "standing,payments", ("calls", -210), size="M", flags=("psd2",)),
    D("cutoff", "Show the cut-off time before a payment is sent",
      "Customers learn only afterwards that a payment goes out tomorrow, and 300 a month ring us.",
      "payments", "zofia.kruk", "ranjit.bhogal", 139, "in_delivery", "payments,online", ("calls", -280), size="S"),
    D("oldtls", "Switch off the oldest encryption of the business portal",
      "Two old versions are still accepted for three companies with old machines. Auditors ask for an end.",
      "technology", "ffion.blackwood", "elspeth.ruthven", 205, "completed", "business,online", ("incident", -1), type="risk_reduction", size="XS", flags=("iso27001",)),
    D("newdb", "Newer version of the payments database",
      "The maker ends support of our version in ten months. The newer one also needs less time for the nightly copy.",
      "technology", "hugo.delacroix", "elspeth.ruthven", 151, "in_delivery", "payments,cloud", ("up", -0.3), type="operational", source="supplier", size="S"),
    D("letterhead", "Our new address in all letters",
      "The branch in Harbour Street moves. 140 templates carry its address.",
      "operations", "carys.meadows", "ranjit.bhogal", 174, "completed", "workplace", ("manual", -4), type="operational", size="XS", risk="low"),
    D("queuetime", "Say how long the queue is",
      "Callers do not know whether they wait for two minutes or for twenty, and give up after four.",
      "contact-centre", "jamal.haughton", "ranjit.bhogal", 133, "in_delivery", "contact", ("first", 0.5), size="XS", risk="low"),
    D("failover", "Turn over to the second line without a gap",
      "When the first line to the card scheme fails, payments stop for two minutes until the second takes over.",
      "technology", "nils.aldersson", "elspeth.ruthven", 182, "in_delivery", "cards,cloud", ("up", -0.4), type="risk_reduction", size="S", risk="high"),
]  # fmt: skip

E = DeliverySpec
DELIVERIES = {
    "push": E("app", "marguerite.osei", points=34, fares=(
        (3, "start", {}), (12, "report", {"done": 8}), (15, "report", {"done": 21}))),
    "largetype": E("app", "marguerite.osei", points=13, fares=(
        (2, "start", {}), (9, "report", {"done": 5}), (10, "report", {"done": 13}), (2, "finish", {}))),
    "splitbill": E("app", "marguerite.osei", fares=(
        (4, "start", {}), (8, "report", {"done": 10}),
        (4, "drop", {"reason": "The scheme brings its own split next year; ours would be the second."}))),
    "retry": E("payhub", "ines.caldeira", fares=(
        (5, "start", {}), (10, "report", {"done": 15}), (14, "report", {"done": 40}))),
    "cutoff": E("payhub", "ines.caldeira", points=8),
    "oldtls": E("change", "jonas.ekblad", type="normal", fares=(
        (8, "start", {}), (1, "finish", {"outcome": "successful"}))),
    "newdb": E("change", "jonas.ekblad", type="normal", fares=((12, "start", {}),)),
    "letterhead": E("enhancement", "piotr.lasek", type="standard", fares=(
        (5, "start", {}), (12, "finish", {"outcome": "partly", "outcome_words":
         "138 of 140 templates are done. Two belong to the insurer, who changes them in spring."}))),
    "queuetime": E("enhancement", "aoife.kinsella", type="standard"),
    "failover": E("change", "jonas.ekblad", type="normal", fares=(
        (9, "start", {}), (1, "finish", {"outcome": "failed", "outcome_words":
         "The second line did not take over. All is as it was; the carrier looks for the reason."}))),
}  # fmt: skip
