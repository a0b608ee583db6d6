"""What keeps a network from learning well: findings, each with its numbers, its cause and its remedies."""

from core.diagnosis.dynamic import diagnose
from core.diagnosis.finding import Finding
from core.diagnosis.static import examine
from core.diagnosis.whole import explain, judge
from core.remedy import Remedy

__all__ = ["Finding", "Remedy", "diagnose", "examine", "explain", "judge"]
