"""The words a demand is described with."""

from django.db import models


class Source(models.TextChoices):
    BUSINESS_UNIT = "business_unit", "Business unit"
    IDEA = "idea", "Idea"
    PROJECT = "project", "Project"
    AGILE_TEAM = "agile_team", "Agile team"
    PRODUCT_TEAM = "product_team", "Product team"
    REGULATORY = "regulatory_update", "Regulatory update"
    INCIDENT = "incident_problem", "Incident or problem"
    SUPPLIER = "supplier", "Supplier"
    CLOUD_PROVIDER = "cloud_provider", "Cloud provider"
    IMPROVEMENT = "continual_improvement", "Continual improvement"


class DemandType(models.TextChoices):
    STRATEGIC = "strategic", "Strategic"
    REGULATORY = "regulatory", "Regulatory"
    OPERATIONAL = "operational", "Operational"
    RISK_REDUCTION = "risk_reduction", "Risk reduction"
    IMPROVEMENT = "improvement", "Improvement"


class Size(models.TextChoices):
    XS = "XS", "XS"
    S = "S", "S"
    M = "M", "M"
    L = "L", "L"
    XL = "XL", "XL"


class Risk(models.TextChoices):
    LOW = "low", "Low"
    MEDIUM = "medium", "Medium"
    HIGH = "high", "High"


# The control frameworks a demand may touch.
FRAMEWORKS = [
    ("dora", "DORA"),
    ("gdpr", "GDPR"),
    ("iso27001", "ISO 27001"),
    ("pci_dss", "PCI DSS"),
    ("psd2", "PSD2"),
    ("sox", "SOX"),
]

DESIGN = ("availability", "capacity", "continuity", "security", "support")

# Default age limits in working days; an administrator may change the rows they seed.
LIMITS = {"submitted": 3, "screening": 5, "assessment": 15, "approval": 10, "approved": 30}
