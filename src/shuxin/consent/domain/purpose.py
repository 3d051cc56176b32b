"""Why data are read (使用目的)."""

from __future__ import annotations

from enum import StrEnum

from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text


class UnknownPurpose(InvalidInput):
    code = "purpose_unknown"
    what = Text(en="'{purpose}' is not a purpose of use", zh="“{purpose}”不是已定义的使用目的")
    mend = Text(en="Use one of: {known}", zh="请使用以下之一：{known}")


class Purpose(StrEnum):
    """Why data are read (使用目的), DOMAIN 5.5; the first three are a holder's own and serve nobody else.

    SUBJECT_ACCESS serves the subject itself alone (查阅复制权), on the word of its own key.
    """

    DATA_QUALITY = "data_quality"
    ENTITY_RESOLUTION = "entity_resolution"
    OWN_CUSTOMER_VIEW = "own_customer_view"
    CREDIT_DECISION = "credit_decision"
    POST_LOAN = "post_loan"
    REPORT = "report"
    MARKETING = "marketing"
    VERIFICATION = "verification"
    MODEL_TRAINING = "model_training"
    STATISTICS = "statistics"
    GUARANTEE = "guarantee"
    PUBLIC_SERVICE = "public_service"
    SUBJECT_ACCESS = "subject_access"

    @classmethod
    def parse(cls, text: str) -> Purpose:
        """Raises UnknownPurpose."""
        try:
            return cls(text)
        except ValueError:
            raise UnknownPurpose(purpose=text, known=", ".join(cls)) from None

    @property
    def text(self) -> Text:
        return _TITLES[self]


HOLDERS_OWN = frozenset(
    {
        *(Purpose.DATA_QUALITY, Purpose.ENTITY_RESOLUTION, Purpose.OWN_CUSTOMER_VIEW),
        Purpose.SUBJECT_ACCESS,
    }
)
"""Purposes that no other party is ever permitted."""
DECIDES = frozenset({Purpose.CREDIT_DECISION, Purpose.POST_LOAN, Purpose.GUARANTEE, Purpose.REPORT})
"""Purposes that a disputed field may not serve until the objection is settled."""
LONGEST_DAYS = {Purpose.MARKETING: 184}
"""How long an authorisation for a purpose may run at most: marketing six months."""

_TITLES = {
    Purpose.DATA_QUALITY: Text(en="data quality", zh="数据质量核查"),
    Purpose.ENTITY_RESOLUTION: Text(en="who is who", zh="主体归一"),
    Purpose.OWN_CUSTOMER_VIEW: Text(en="view of one's own customer", zh="自有客户视图"),
    Purpose.CREDIT_DECISION: Text(en="credit decision", zh="授信决策"),
    Purpose.POST_LOAN: Text(en="post-loan monitoring", zh="贷后管理"),
    Purpose.REPORT: Text(en="credit report", zh="信用报告"),
    Purpose.MARKETING: Text(en="marketing", zh="营销"),
    Purpose.VERIFICATION: Text(en="verification of documents", zh="数据验证"),
    Purpose.MODEL_TRAINING: Text(en="training of models", zh="模型训练"),
    Purpose.STATISTICS: Text(en="statistics", zh="统计"),
    Purpose.GUARANTEE: Text(en="guarantee", zh="担保"),
    Purpose.PUBLIC_SERVICE: Text(en="public service", zh="公共服务"),
    Purpose.SUBJECT_ACCESS: Text(en="the subject's own access", zh="主体查阅本人数据"),
}
