"""The entity index (主体索引) in the database: one resolution written over the last, history kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction

from shuxin.fusion.models import Entity, EntityEvent, Mention, Relation, Resolution, Review
from shuxin.fusion.resolution import Way, entity_events, parse_name
from shuxin.fusion.tombstones import keep_holds

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from shuxin.fusion.resolution import Explanation
    from shuxin.fusion.resolution import Resolution as Resolved

LONGEST_NAME = 300
BRANCH_OF = "branch_of"
_CHUNK = 1000
_CHANGING = (
    "rows",
    "first_known",
    "last_known",
    "entity",
    "basis",
    "bits",
    "explanation",
    "findings",
    "gone_at",
)


@dataclass(slots=True)
class IndexWriter:
    """Writes what changed between the index and a new resolution, in one transaction.

    rows: by mention key ``dataset, code, name, number, rows, first_known, last_known``. A mention that no
    current data has any more keeps its entity and gets ``gone_at``.
    """

    rows: dict[str, dict[str, Any]]
    resolved: Resolved
    now: datetime
    _entity: dict[str, str] = field(default_factory=dict)
    _way: dict[str, str] = field(default_factory=dict)

    def write(self) -> dict[str, int]:
        """Counts of the resolution, as ``who.resolve_all`` returns them."""
        for placement in self.resolved.placements:
            self._entity[placement.mention] = placement.entity
            self._way[placement.mention] = str(placement.way)
        self._obey_verdicts()
        known = {mention.key: mention for mention in Mention.objects.select_related("entity")}
        before = {
            key: mention.entity.identity
            for key, mention in known.items()
            if mention.entity is not None and mention.gone_at is None
        }
        drafts = self._drafts()
        with transaction.atomic():
            entities = self._write_entities()
            self._write_mentions(drafts, known, entities)
            waiting = self._write_reviews(entities)
            self._write_events(before)
            self._write_relations(entities)
            counts = self._counts(waiting)
            Resolution.objects.create(
                at=self.now,
                mentions=counts["mentions"],
                entities=counts["entities"],
                links=counts["by_weight"],
                in_review=waiting,
            )
        return counts

    def _counts(self, waiting: int) -> dict[str, int]:
        ways = list(self._way.values())
        counts = {f"by_{way}": ways.count(way) for way in ("code", "number", "name", "weight")}
        return {
            "mentions": len(ways),
            "entities": len(set(self._entity.values())),
            **counts,
            "alone": ways.count("alone"),
            "in_review": waiting,
        }

    def _obey_verdicts(self) -> None:
        """What a person said is the same is placed there."""
        said = Review.objects.filter(verdict="same").values_list("mention__key", "entity__identity")
        for key, identity in said:
            if key in self._entity:
                self._entity[key], self._way[key] = identity, "person"

    def _drafts(self) -> dict[str, Mention]:
        """Every current mention as it should stand, without its entity."""
        findings: dict[str, list[dict[str, Any]]] = {}
        for found in self.resolved.findings:
            said = {"flaw": str(found.flaw), "suggestions": list(found.suggestions)}
            findings.setdefault(found.mention, []).append(said)
        explained = {p.mention: p.explanation for p in self.resolved.placements}
        return {
            key: Mention(
                key=key,
                dataset=row["dataset"],
                code_text=row["code"],
                name_text=row["name"],
                number_text=row["number"],
                name_key=parse_name(row["name"]).key[:LONGEST_NAME],
                rows=row["rows"],
                first_known=row["first_known"],
                last_known=row["last_known"],
                basis=self._way[key],
                bits=_bits(explained[key]),
                explanation=explanation_json(explained[key]),
                findings=findings.get(key, []),
            )
            for key, row in self.rows.items()
        }

    def _write_entities(self) -> dict[str, Entity]:
        names = self._best_names()
        known = {entity.identity: entity for entity in Entity.objects.all()}
        fresh = [
            Entity(identity=i, code="" if ":" in i else i, name=names[i], since=self.now)
            for i in sorted(names.keys() - known.keys())
        ]
        Entity.objects.bulk_create(fresh, batch_size=_CHUNK)
        changed = []
        for identity, entity in known.items():
            name = names.get(identity, entity.name)
            gone = None if identity in names else entity.gone_at or self.now
            if (entity.name, entity.gone_at) != (name, gone):
                entity.name, entity.gone_at = name, gone
                changed.append(entity)
        Entity.objects.bulk_update(changed, ["name", "gone_at"], batch_size=_CHUNK // 2)
        return known | {entity.identity: entity for entity in fresh}

    def _best_names(self) -> dict[str, str]:
        """For each entity the spelling that most rows use; ties go to the first in code order."""
        best: dict[str, tuple[int, str]] = {}
        for key, identity in self._entity.items():
            row = self.rows[key]
            merit = (-row["rows"], row["name"]) if row["name"] else (0, "\uffff")
            best[identity] = min(best.get(identity, merit), merit)
        return {identity: name.strip("\uffff") for identity, (_, name) in best.items()}

    def _write_mentions(
        self, drafts: dict[str, Mention], known: dict[str, Mention], entities: dict[str, Entity]
    ) -> None:
        fresh, changed = [], []
        for key, draft in drafts.items():
            draft.entity = entities[self._entity[key]]
            old = known.get(key)
            if old is None:
                fresh.append(draft)
            elif any(getattr(old, name) != getattr(draft, name) for name in _CHANGING):
                draft.pk = old.pk
                changed.append(draft)
        stale = [m for key, m in known.items() if key not in drafts and m.gone_at is None]
        for mention in stale:
            mention.gone_at = self.now
        Mention.objects.bulk_create(fresh, batch_size=_CHUNK)
        Mention.objects.bulk_update(changed, _CHANGING, batch_size=_CHUNK // 10)
        Mention.objects.bulk_update(stale, ["gone_at"], batch_size=_CHUNK // 2)

    def _write_reviews(self, entities: dict[str, Entity]) -> int:
        rows = Review.objects.select_related("mention", "entity").defer("mention__explanation")
        known = {(row.mention.key, row.entity.identity): row for row in rows}
        wanted = {review.mentions[0] for review in self.resolved.reviews}
        ids: dict[str, int] = {}
        for chunk in _chunks(sorted(wanted)):
            ids |= dict(Mention.objects.filter(key__in=chunk).values_list("key", "pk"))
        wanted_now: dict[tuple[str, str], Review] = {}
        for review in self.resolved.reviews:
            key = review.mentions[0]
            for candidate in review.candidates:
                old = known.get((key, candidate))
                if (old and old.verdict) or candidate not in entities:
                    continue
                wanted_now[key, candidate] = Review(
                    pk=old.pk if old else None,
                    mention_id=ids[key],
                    entity=entities[candidate],
                    bits=_bits(review.explanation) or 0.0,
                    posterior=review.explanation.posterior if review.explanation else 0.0,
                    why=str(review.doubt),
                    explanation=explanation_json(review.explanation),
                )
        stale = [
            row.pk for pair, row in known.items() if not row.verdict and pair not in wanted_now
        ]
        for start in range(0, len(stale), _CHUNK // 2):
            Review.objects.filter(pk__in=stale[start : start + _CHUNK // 2]).delete()
        fresh = [review for pair, review in wanted_now.items() if pair not in known]
        again = [review for pair, review in wanted_now.items() if pair in known]
        Review.objects.bulk_create(fresh, batch_size=_CHUNK)
        Review.objects.bulk_update(
            again, ["bits", "posterior", "why", "explanation"], batch_size=_CHUNK // 5
        )
        return len(wanted_now)

    def _write_relations(self, entities: dict[str, Entity]) -> None:
        """Branches and the firms that their names say they belong to (分支机构)."""
        wanted = {
            (part.unit, part.head)
            for part in self.resolved.parts
            if part.unit in entities and part.head in entities
        }
        rows = Relation.objects.filter(kind=BRANCH_OF).select_related("of", "to")
        known = {(row.of.identity, row.to.identity): row for row in rows}
        Relation.objects.bulk_create(
            (
                Relation(
                    kind=BRANCH_OF,
                    of=entities[unit],
                    to=entities[head],
                    basis="name",
                    since=self.now,
                )
                for unit, head in sorted(wanted - known.keys())
            ),
            batch_size=_CHUNK,
        )
        changed = []
        for pair, row in known.items():
            gone = None if pair in wanted else row.gone_at or self.now
            if row.gone_at != gone:
                row.gone_at = gone
                changed.append(row)
        Relation.objects.bulk_update(changed, ["gone_at"], batch_size=_CHUNK // 2)

    def _write_events(self, before: dict[str, str]) -> None:
        events = entity_events(before=before, after=self._entity, at=self.now)
        rows = (
            EntityEvent(change=e.change, before=list(e.before), after=list(e.after), at=e.at)
            for e in events
        )
        EntityEvent.objects.bulk_create(rows, batch_size=_CHUNK)
        uncoded = (key for key, way in self._way.items() if way != Way.CODE)
        placed = ((self.rows[key], self._entity[key]) for key in uncoded)
        keep_holds(events, placed=placed, now=self.now)


def _chunks(keys: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(keys), _CHUNK // 2):
        yield keys[start : start + _CHUNK // 2]


def _bits(explanation: Explanation | None) -> float | None:
    return None if explanation is None else explanation.total


def explanation_json(explanation: Explanation | None) -> list[dict[str, Any]]:
    """What spoke for and against, in bits, for people; the prior first."""
    if explanation is None:
        return []
    weights: Iterable[Any] = explanation.weights
    prior = {"comparison": "prior", "level": "", "bits": round(explanation.prior, 3)}
    said = [
        {"comparison": w.comparison, "level": w.level, "bits": round(w.bits, 3)} for w in weights
    ]
    return [prior, *said]
