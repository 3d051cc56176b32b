"""Words of the marketplace as people read them: rates, bands, states, who may apply, what is authorised and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.kernel.industry import DIVISIONS, SECTIONS
from shuxin.kernel.money import Unit, amount_text
from shuxin.kernel.region import region_words
from shuxin.kernel.text import Text
from shuxin.market.api import FeeKind, ProductKind
from shuxin.portal.web.figures import yuan
from shuxin.portal.web.parts import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from shuxin.market.api import Band, Eligibility, Fee, Needed, ProductTerms, Worded
    from shuxin.portal.web.parts.cells import Tone

_TONES: dict[str, Tone] = {
    "review": "busy",
    "online": "good",
    "paused": "warn",
    "screening": "busy",
    "published": "good",
    "matched": "good",
    "in_application": "busy",
    "fulfilled": "good",
    "rejected": "bad",
    "waiting": "busy",
    "taken": "good",
    "applied": "good",
    "declined": "bad",
    "lapsed": "warn",
    "submitted": "busy",
    "data_query": "busy",
    "scoring": "busy",
    "manual_review": "busy",
    "need_information": "warn",
    "approved": "good",
    "accepted": "good",
}
_DIVISION_DIGITS = 2
_WHY = {
    ProductKind.TAX: Text(
        en="The limit follows from the taxes you declared and paid.",
        zh="银行根据您的申报纳税情况核定额度。",
    ),
    ProductKind.INVOICE: Text(
        en="The limit follows from the invoices you issued and received.",
        zh="银行根据您开具和取得的发票核定额度。",
    ),
    ProductKind.FLOW: Text(
        en="The limit follows from the money that comes in and goes out.",
        zh="银行根据您的经营流水核定额度。",
    ),
    ProductKind.SUPPLY_CHAIN: Text(
        en="The limit follows from your trade with regular partners.",
        zh="银行根据您与上下游的真实交易核定额度。",
    ),
    ProductKind.TECH: Text(
        en="The limit follows from your research and your patents.",
        zh="银行根据您的研发投入和知识产权情况核定额度。",
    ),
    ProductKind.AGRICULTURE: Text(
        en="The limit follows from your land, your stock and the support you receive.",
        zh="银行根据您的种植养殖和涉农补贴情况核定额度。",
    ),
    ProductKind.MORTGAGE: Text(
        en="The bank checks the property and whether it is pledged already.",
        zh="银行核实抵押物权属及是否已设抵押。",
    ),
    ProductKind.CREDIT: Text(
        en="Without collateral the bank needs to see how your business goes.",
        zh="无抵押贷款，银行需了解您的实际经营情况。",
    ),
}


def tone_of(state: str) -> Tone:
    return _TONES.get(state, "quiet")


def state_of(state: str, texts: Mapping[str, Text]) -> State:
    return State(texts.get(state, Text(en=state, zh=state)), tone_of(state))


def braced(text: str) -> str:
    """Words of somebody else within a sentence: their braces are no places for facts."""
    return text.replace("{", "{{").replace("}", "}}")


def literal(text: str) -> Text:
    """The same in both languages."""
    return Text(en=braced(text), zh=braced(text))


def rate_said(bp: int | None) -> str:
    """Basis points a year as 4.35%; a dash for None."""
    return "–" if bp is None else f"{bp / 100:.2f}%"


def rates_said(band: Band) -> str:
    low, high = rate_said(band.least), rate_said(band.most)
    return low if low == high else f"{low} – {high}"


def amounts_said(band: Band) -> Text:
    zh = f"{yuan(band.least, 'zh')} – {yuan(band.most, 'zh')}"
    return Text(en=f"{yuan(band.least, 'en')} – {yuan(band.most, 'en')}", zh=zh)


def paid_said(low_fen: int, high_fen: int) -> Text:
    """What is paid, to the fen: an amount, or from the lower to the higher."""
    low, high = (amount_text(fen, unit=Unit.YUAN) for fen in (low_fen, high_fen))
    span = low if low == high else f"{low} – {high}"
    return Text(en=f"CNY {span}", zh=f"{span} 元")


def months_said(band: Band) -> Text:
    if band.least == band.most:
        return Text(en=f"{band.least} months", zh=f"{band.least} 个月")
    return Text(en=f"{band.least} – {band.most} months", zh=f"{band.least} – {band.most} 个月")


def fee_said(fee: Fee) -> Text:
    """One fee with its amount, or its rate."""
    name = braced(fee.name)
    if fee.kind is FeeKind.ONCE_FEN:
        en, zh = yuan(fee.value, "en"), yuan(fee.value, "zh")
        return Text(en=f"{name}: {en} once", zh=f"{name}：一次性 {zh}")
    rate = rate_said(fee.value)
    if fee.kind is FeeKind.ONCE_BP:
        return Text(
            en=f"{name}: {rate} of the amount, once", zh=f"{name}：按贷款金额一次性收取 {rate}"
        )
    return Text(en=f"{name}: {rate} a year", zh=f"{name}：每年 {rate}")


def joined(texts: Iterable[Text]) -> Text:
    found = list(texts)
    return Text(en=", ".join(one.en for one in found), zh="、".join(one.zh for one in found))


def words_of(members: Iterable[Worded]) -> Text:
    return joined(one.text for one in members)


def industry_said(code: str) -> Text:
    """As the standard names its section or division; a finer code by its division, with its digits."""
    if code in SECTIONS:
        return SECTIONS[code]
    digits = code[1:] if code[:1].isalpha() else code
    name = DIVISIONS.get(digits[:2])
    if name is None:
        return literal(code)
    if len(digits) == _DIVISION_DIGITS:
        return name
    return Text(en=f"{name.en} ({digits})", zh=f"{name.zh}（{digits}）")


def conditions(terms: Eligibility) -> list[Text]:
    """Who may apply, a sentence each; none where everybody may."""
    found = [
        _borrowers(terms),
        _regions(terms.regions),
        _industries(terms.industries, terms.excluded_industries),
        _sizes(terms),
        _grades(terms.tax_grades),
        _age(terms.age_months),
        _first_loan(first_only=terms.first_loan_only),
    ]
    return [one for group in found for one in group]


def _borrowers(terms: Eligibility) -> list[Text]:
    if not terms.borrowers:
        return []
    words = words_of(terms.borrowers)
    return [Text(en=f"For: {words.en}.", zh=f"借款主体为{words.zh}。")]


def _regions(codes: Sequence[str]) -> list[Text]:
    words = [region_words(code) for code in codes]
    names = (", ".join(one.en for one in words), "、".join(one.zh for one in words))
    return [Text(en=f"Registered in: {names[0]}.", zh=f"注册地在{names[1]}。")] if codes else []


def _industries(wanted: Sequence[str], excluded: Sequence[str]) -> list[Text]:
    found = []
    if wanted:
        words = joined(industry_said(code) for code in wanted)
        found.append(Text(en=f"In these industries: {words.en}.", zh=f"所属行业为{words.zh}。"))
    if excluded:
        words = joined(industry_said(code) for code in excluded)
        found.append(
            Text(en=f"Not in these industries: {words.en}.", zh=f"不支持的行业：{words.zh}。")
        )
    return found


def _sizes(terms: Eligibility) -> list[Text]:
    words = words_of(terms.sizes)
    return [Text(en=f"Size: {words.en}.", zh=f"企业规模为{words.zh}。")] if terms.sizes else []


def _grades(grades: Sequence[str]) -> list[Text]:
    names = ", ".join(grades)
    zh = "、".join(f"{grade} 级" for grade in grades)
    return [Text(en=f"Tax credit grade: {names}.", zh=f"纳税信用等级为 {zh}。")] if grades else []


def _age(months: int | None) -> list[Text]:
    if not months:
        return []
    years, rest = divmod(months, 12)
    if rest:
        return [Text(en=f"In business for {months} months at least.", zh=f"成立满 {months} 个月。")]
    return [Text(en=f"In business for {years} years at least.", zh=f"成立满 {years} 年。")]


def _first_loan(*, first_only: bool) -> list[Text]:
    said = Text(
        en="Only for firms that never had a bank loan.", zh="仅限首次贷款的企业（首贷户）。"
    )
    return [said] if first_only else []


def needs(terms: ProductTerms, *, names: Mapping[str, str]) -> list[Text]:
    """Which authorisations an application will need: whose data, how sensitive, how far back, for how long."""
    return [_needed(one, braced(names.get(one.holder, one.holder))) for one in terms.authorisations]


def _needed(one: Needed, holder: str) -> Text:
    sets = braced("、".join(one.catalogues))
    return Text(
        en=f"{holder}: {sets}, up to level {one.level_max}; the last {one.data_months} months;"
        f" valid {one.valid_days} days, at most {one.max_uses} uses",
        zh=f"{holder}：{sets}，最高 {one.level_max} 级；近 {one.data_months} 个月；"
        f"授权有效 {one.valid_days} 天，最多使用 {one.max_uses} 次",
    )


def why_needed(kind: ProductKind) -> Text:
    """What the authorised data are for, in the borrower's words."""
    return _WHY[kind]


def lender_names(settings: object) -> dict[str, str]:
    """Names of institutions that this platform trusts by name."""
    from shuxin.portal.web.views.enterprise import names_known  # noqa: PLC0415 - needs the database

    return names_known(settings)  # type: ignore[arg-type]


def name_of(party: str, names: dict[str, str]) -> str:
    """As this platform knows it, else as it is registered, else its id; ``names`` remembers it."""
    from shuxin.parties.api import PartyNotRegistered, registration  # noqa: PLC0415 - needs the database

    if party in names:
        return names[party]
    try:
        names[party] = str(registration(party).name)
    except PartyNotRegistered:
        names[party] = party
    return names[party]
