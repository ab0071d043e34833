"""Files of projects, milestones and dependencies."""

from portfolio.imports.dependencies import DependencyFile
from portfolio.imports.milestones import MilestoneFile
from portfolio.imports.projects import ProjectFile

KINDS = (ProjectFile(), MilestoneFile(), DependencyFile())
