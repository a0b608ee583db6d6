"""Findings: why a network does not learn well, each with evidence, a cause and fixes."""

from core.diagnosis import rules
from core.diagnosis.finding import Finding
from core.diagnosis.findings import run_findings, training_findings
from core.diagnosis.static_rules import static_findings
from core.diagnosis.training_rules import rule_findings
from core.network.fix import Fix

__all__ = ["Finding", "Fix", "rule_findings", "rules", "run_findings", "static_findings", "training_findings"]
