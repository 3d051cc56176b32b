"""Enterprise names (企业名称): one spelling for comparison, and the parts a name is made of."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from shuxin.fusion.resolution.regions import longest_place, place_words
from shuxin.fusion.resolution.vocabulary import (
    FORM,
    FORM_NOTES,
    FORMER,
    NUMERALS,
    ONE_NAME_TWICE,
    OWN_WORDS,
    SHORT_FOR,
    TRADES,
    LegalForm,
)

_BRACKETS = str.maketrans("[]{}〔〕【】〖〗⟨⟩〈〉", "()()()()()()()")
_DROPPED = re.compile(r"[\s\u200b-\u200f\u2028-\u202f\u2060\ufeff\"'`´“”‘’「」『』《》<>＂＇]+")
_LATIN_GAP = re.compile(r"(?<=[0-9a-z.&])\s+(?=[0-9a-z&])")
_DASHES = re.compile(r"[‐‑‒–—―−_~]+")
_DOTS = re.compile(r"[·•・‧∙⋅]+")
_EDGE = "。.,;:、!?*-·|/\\+=^#的"
_BRACKET = re.compile(r"\(([^()]*)\)")
_NOT_NUMERAL = re.compile(r"[^0-9〇零一二三四五六七八九十百]+")
_SHORTEST_BRAND = 2
_LONGEST_TRADE = max(map(len, TRADES))
_SEVERAL = re.compile(r"公司[^;；|/、]*[;；|/、].*公司")
_BODIES = {LegalForm.OTHER, LegalForm.GOVERNMENT}
_GAP = "\x00"


@dataclass(frozen=True, slots=True)
class NameParts:
    """What a name says.

    ``key`` is the spelling under which names are the same name: normalised, notes left out, 有限责任公司
    written 有限公司. ``region`` joins the places named, widest first. ``brand`` is the
    firm's own word (字号), ``trade`` the words of what it does. ``numbers`` are all numerals outside
    places, in digits. ``unit`` is what follows the legal form: a branch (分公司), shop or plant;
    ``head`` is then the key of the firm it belongs to.
    ``notes`` are brackets that say anything else; ``former`` and ``others`` are names the
    text itself declares. Absent parts are empty.
    """

    key: str
    region: str
    brand: str
    trade: str
    form: LegalForm
    group: bool
    unit: str
    numbers: str
    head: str
    notes: tuple[str, ...]
    former: tuple[str, ...]
    others: tuple[str, ...]

    @property
    def core(self) -> str:
        """Brand and trade as written."""
        return self.brand + self.trade


def normalise_name(text: str, /) -> str:
    """One spelling for width, case, brackets, spaces, quotes, dashes and stray marks at the ends.

    Idempotent. Latin words keep one space between them; Chinese keeps none.
    """
    seen = ""
    while seen != text:
        seen, text = text, _normalised_once(text)
    return text


def _normalised_once(text: str) -> str:
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    if not text.isprintable():
        text = "".join(mark if mark.isprintable() else " " for mark in text)
    text = text.translate(_BRACKETS)
    text = _LATIN_GAP.sub(_GAP, text.strip())
    text = _DROPPED.sub("", text).replace(_GAP, " ")
    text = _DOTS.sub("·", _DASHES.sub("-", text)).replace("()", "")
    text = text.strip(_EDGE) or text
    text = text + ")" if text.count("(") == text.count(")") + 1 else text
    return ONE_NAME_TWICE.sub(r"\1", text)


@lru_cache(maxsize=1 << 18)
def parse_name(text: str, /) -> NameParts:
    """The parts of a name; any text has parts, at worst a brand only."""
    spelling, notes = _notes_apart(normalise_name(text))
    bracketed = tuple(place_words()[inside] for inside in _BRACKET.findall(spelling))
    head, form, group, unit = _split_at_form(_BRACKET.sub("", spelling))
    regions, rest = _places(head)
    brand, trade = _brand_and_trade(rest)
    return NameParts(
        key=_one_form(spelling),
        region="/".join(dict.fromkeys((*regions, *bracketed))),
        brand=brand,
        trade=trade,
        form=form,
        group=group,
        unit=unit,
        head=_one_form(spelling.removesuffix(unit).removesuffix("-")) if unit else "",
        numbers=_numbers(f"{rest} {unit}"),
        notes=tuple(n for n in notes if not FORMER.match(n) and not SHORT_FOR.match(n)),
        former=_declared(notes, FORMER),
        others=_declared(notes, SHORT_FOR),
    )


def several_names(text: str, /) -> bool:
    """Whether a cell names more than one firm (A;B)."""
    return _SEVERAL.search(text) is not None


def relative_name(parts: NameParts, /) -> bool:
    """Whether the name means something only to who wrote it: 区水务局, 市水务局."""
    return not parts.region and parts.key[:1] in {"区", "市", "县", "本"} and parts.form in _BODIES


def _one_form(text: str) -> str:
    return text.replace("有限责任公司", "有限公司")


def _declared(notes: list[str], opening: re.Pattern[str]) -> tuple[str, ...]:
    return tuple(filter(None, (opening.sub("", n) for n in notes if opening.match(n))))


def _notes_apart(text: str) -> tuple[str, list[str]]:
    """The text with only places left in brackets, and the other brackets' contents."""
    notes: list[str] = []

    def kept(found: re.Match[str]) -> str:
        inside = found.group(1)
        if inside in place_words():
            return f"\x01{inside}\x02"
        if inside in OWN_WORDS or inside.endswith(("分公司", "分店")):
            return inside
        if inside not in FORM_NOTES:
            notes.append(inside)
        return ""

    while _BRACKET.search(text):
        text = _BRACKET.sub(kept, text)
    text = re.sub(r"[()]", "", text)
    if not text.strip("\x01\x02") and notes:
        return notes[0], notes[1:]
    return text.replace("\x01", "(").replace("\x02", ")"), notes


def _split_at_form(text: str) -> tuple[str, LegalForm, bool, str]:
    """Words before the legal form, the form, whether a group (集团), and the unit named after it."""
    found = FORM.search(text, _SHORTEST_BRAND)
    if found is None:
        group = text.endswith("集团") and len(text) > _SHORTEST_BRAND + 1
        return (text[:-2] if group else text), LegalForm.OTHER, group, ""
    form = LegalForm(found.lastgroup or "other")
    return text[: found.start()], form, found["group"] is not None, text[found.end() :].lstrip("-")


def _places(text: str) -> tuple[list[str], str]:
    """Places a name opens with, and what is left; never takes the whole name."""
    places: list[str] = []
    while True:
        longest = min(longest_place(), len(text) - _SHORTEST_BRAND)
        found = next((n for n in range(longest, 1, -1) if text[:n] in place_words()), 0)
        if not found:
            return places, text
        places.append(place_words()[text[:found]])
        text = text[found:]


def _brand_and_trade(text: str) -> tuple[str, str]:
    """Cut trade words off the end while a brand of two characters remains."""
    brand = text
    while True:
        longest = min(_LONGEST_TRADE, len(brand) - _SHORTEST_BRAND)
        word = next((n for n in range(longest, 0, -1) if brand[-n:] in TRADES), 0)
        if not word:
            return brand, text[len(brand) :]
        brand = brand[:-word]


def _numbers(text: str) -> str:
    groups = _NOT_NUMERAL.sub(" ", text).split()
    return " ".join("".join(NUMERALS.get(mark, mark) for mark in group) for group in groups)
