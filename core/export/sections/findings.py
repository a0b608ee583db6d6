"""The problems found in the network, its plan or its training."""

from core.diagnosis import Finding, run_findings
from core.export.document import Block, Items, Section, Text
from core.runs.record import RunDetails

__all__ = ["findings"]


def findings(details: RunDetails) -> Section:
    """Every finding with its evidence, its cause and its fixes."""
    present = run_findings(details.preset.architecture, details.preset.plan, details.history)
    none = Text("No problems were found in this network, its plan or its training.")
    return Section("Findings", () if present else (none,), tuple(_finding(finding) for finding in present))


def _finding(finding: Finding) -> Section:
    place = f", layer {finding.layer}" if finding.layer else ""
    blocks: list[Block] = [Text(finding.evidence), Text(finding.cause, quiet=True)]
    if finding.fixes:
        blocks.append(Items("How to fix it", tuple(fix.label for fix in finding.fixes)))
    if finding.because:
        place += f", because of {finding.because}"
    return Section(f"{finding.code.replace('-', ' ').capitalize()}{place}", tuple(blocks))
