"""Datasets by name; their metadata is available without loading them."""

from core.datasets import catalog
from core.datasets.base import DATASETS, Dataset

__all__ = ["DATASETS", "Dataset", "catalog"]
