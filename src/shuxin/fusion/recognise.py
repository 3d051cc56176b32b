"""What one cell looks like, judged by its content alone."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from shuxin.kernel.dates import spellings_of
from shuxin.kernel.identity_number import IdentityNumber, InvalidIdentityNumber
from shuxin.kernel.organisation_code import InvalidOrganisationCode, OrganisationCode
from shuxin.kernel.phone import find_mobile_numbers
from shuxin.kernel.uscc import clean_code_text

if TYPE_CHECKING:
    from collections.abc import Callable


class Look(StrEnum):
    """Kinds of cells that can be told apart without knowing their column."""

    EMPTY = "empty"
    CREDIT_CODE = "credit_code"
    MASKED_CODE = "masked_code"
    ORGANISATION_CODE = "organisation_code"
    LEGACY_NUMBER = "legacy_number"
    IDENTITY_NUMBER = "identity_number"
    PHONE = "phone"
    DATE = "date"
    INTEGER = "integer"
    DECIMAL = "decimal"
    ORGANISATION = "organisation"
    PERSON = "person"
    MASKED_PERSON = "masked_person"
    ADDRESS = "address"
    TRUTH = "truth"
    LONG_TEXT = "long_text"
    TEXT = "text"


TYPED = frozenset(Look) - {Look.EMPTY, Look.TEXT, Look.PERSON, Look.TRUTH, Look.ADDRESS}

PLACEHOLDERS = frozenset(
    {
        "-",
        "--",
        "---",
        "—",
        "——",
        "/",
        "\\",
        "无",
        "空",
        "暂无",
        "null",
        "none",
        "nan",
        "n/a",
        "na",
        "#n/a",
    }
)
_MAYBE_DATE = re.compile(r"[0-9〇○零一二三四五六七八九十]")
_SHEET_ARTEFACT = re.compile(r"Unnamed: \d+(_level_\d+)?")
_CREDIT_CODE = re.compile(r"[1-9ANY][1-59][0-9]{6}[0-9A-Z]{10}")
_MASKED_CODE = re.compile(r"(?=.*\*\*)(?=.{17,18}$)[1-9ANY][1-59*][0-9*]{4,6}[0-9A-Z*]{9,12}")
_ORGANISATION_CODE = re.compile(r"[0-9A-Z]{8}-?[0-9X]")
_LEGACY = re.compile(r"[1-9]\d{5}[0-9A-Z]{9}(\d{3})?|[1-9]\d{14}")
_INTEGER = re.compile(r"[+-]?\d{1,3}(,\d{3})+|[+-]?\d+")
_DECIMAL = re.compile(
    r"[+-]?(\d{1,3}(,\d{3})+|\d+)?\.\d+([eE][+-]?\d+)?|[+-]?\d+(\.\d+)?[eE]\+?\d+"
)
_LANDLINE = re.compile(r"(0\d{2,3}[-— ]?)?\d{7,8}([-—转]\d{1,6})?")
_FORM_ONLY = re.compile(
    r"(其他|国有|集体|私营|个人|股份|外商|台港澳|港澳台|中外|非公司|一人|普通|自然人)"
)
_LEGAL_FORM = re.compile(
    r"(公司|合伙企业?|合作社|联合社|联社|集团|工厂|[厂店铺馆场园社院校站所行库]|事务所|工作室|经营部|服务部|门市部|加工部|营业部|分部"
    r"|研究院|医院|学院|大学|学校|幼儿园|银行|协会|学会|商会|基金会|委员会|管理处|办公室|指挥部|居委会|村委会"
    r"|中心|总队|支队|大队|[局厅署处])([(（][^()（）]{1,20}[)）])?"
)
_PLACE = re.compile(r"[省市区县镇乡街路道巷村弄号楼层室座园院]")
_MASKED_PERSON = re.compile(r"[\u4e00-\u9fff]{0,2}[*＊×xX某]{1,3}[\u4e00-\u9fff]{0,2}")
_PERSON = re.compile(r"[\u4e00-\u9fff]{2,4}")
_TRUTH = frozenset({"是", "否", "true", "false", "y", "n", "yes", "no"})
_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜"
    "崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤常温康施文牛"
    "樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁"
    "冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米"
)
_LONG = 60


def cell_words(text: str) -> str:
    """The cell as it is compared: full-width folded, white space at the ends and artefacts removed."""
    folded = unicodedata.normalize("NFKC", text).strip(" \t\n\u200b\ufeff")
    return "" if _SHEET_ARTEFACT.fullmatch(folded) else folded


@lru_cache(maxsize=1 << 16)
def look_of(text: str) -> Look:
    """The most telling kind that the whole cell matches."""
    words = cell_words(text)
    if not words or words.lower() in PLACEHOLDERS:
        return Look.EMPTY
    if len(words) > _LONG:
        return Look.LONG_TEXT
    has_digit = any(sign.isdigit() for sign in words) or _MAYBE_DATE.match(words)
    return (_number_look(words) if has_digit else None) or _word_look(words)


def _number_look(words: str) -> Look | None:
    code = clean_code_text(words)
    for look, fits in _NUMBER_LOOKS:
        if fits(words, code):
            return look
    return None


def _is_credit_code(_words: str, code: str) -> bool:
    return bool(_CREDIT_CODE.fullmatch(code)) and not _is_identity_number(_words, code)


def _is_identity_number(_words: str, code: str) -> bool:
    if len(code) != 18 or not code[:17].isdigit():
        return False
    try:
        IdentityNumber(code)
    except InvalidIdentityNumber:
        return False
    return True


def _is_date(words: str, _code: str) -> bool:
    return bool(_MAYBE_DATE.match(words) and spellings_of(words))


def _is_organisation_code(_words: str, code: str) -> bool:
    try:
        return bool(_ORGANISATION_CODE.fullmatch(code)) and OrganisationCode(code).check_holds
    except InvalidOrganisationCode:
        return False


def _is_phone(words: str, _code: str) -> bool:
    mobile = len(words) <= 40 and bool(find_mobile_numbers(words))
    return mobile and not re.search(r"[\u4e00-\u9fff]", words)


_NUMBER_LOOKS: tuple[tuple[Look, Callable[[str, str], bool]], ...] = (
    (Look.CREDIT_CODE, _is_credit_code),
    (Look.MASKED_CODE, lambda _, code: bool(_MASKED_CODE.fullmatch(code))),
    (Look.IDENTITY_NUMBER, _is_identity_number),
    (Look.DATE, _is_date),
    (Look.ORGANISATION_CODE, _is_organisation_code),
    (Look.PHONE, _is_phone),
    (Look.LEGACY_NUMBER, lambda _, code: bool(_LEGACY.fullmatch(code))),
    (Look.INTEGER, lambda words, _: bool(_INTEGER.fullmatch(words))),
    (Look.DECIMAL, lambda words, _: bool(_DECIMAL.fullmatch(words))),
    (Look.PHONE, lambda words, _: bool(_LANDLINE.fullmatch(words))),
)


def _word_look(words: str) -> Look:
    if words.lower() in _TRUTH:
        return Look.TRUTH
    if _FORM_ONLY.match(words):
        return Look.TEXT
    if (
        len(words) >= 5
        and _LEGAL_FORM.search(words, max(0, len(words) - 30))
        and _ends_as_name(words)
    ):
        return Look.ORGANISATION
    if "*" in words and _MASKED_PERSON.fullmatch(words):
        return Look.MASKED_PERSON
    if _PERSON.fullmatch(words) and words[0] in _SURNAMES:
        return Look.PERSON
    if len(words) >= 6 and len(set(_PLACE.findall(words))) >= 2:
        return Look.ADDRESS
    return Look.TEXT


def _ends_as_name(words: str) -> bool:
    return any(match.end() == len(words) for match in _LEGAL_FORM.finditer(words))
