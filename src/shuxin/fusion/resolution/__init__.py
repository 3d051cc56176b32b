"""Entity resolution (主体归一): who is who among enterprises named in many datasets. Pure."""

from shuxin.fusion.resolution.clusters import Change, EntityEvent, entity_events
from shuxin.fusion.resolution.firms import BELIEF
from shuxin.fusion.resolution.known import Finding, Flaw, Mention
from shuxin.fusion.resolution.linkage import Explanation, LinkageModel, Weight
from shuxin.fusion.resolution.matching import Doubt, Thresholds
from shuxin.fusion.resolution.names import NameParts, normalise_name, parse_name
from shuxin.fusion.resolution.resolve import (
    Entity,
    PartOf,
    Placement,
    Resolution,
    Review,
    Way,
    learn_model,
    resolve,
)

__all__ = [
    "BELIEF",
    "Change",
    "Doubt",
    "Entity",
    "EntityEvent",
    "Explanation",
    "Finding",
    "Flaw",
    "LinkageModel",
    "Mention",
    "NameParts",
    "PartOf",
    "Placement",
    "Resolution",
    "Review",
    "Thresholds",
    "Way",
    "Weight",
    "entity_events",
    "learn_model",
    "normalise_name",
    "parse_name",
    "resolve",
]
