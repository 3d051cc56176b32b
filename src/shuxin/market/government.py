"""Government's part of the marketplace, a door inside the door: ``from shuxin.market.api import government``.

Needs Django set up.
"""

from __future__ import annotations

from shuxin.market.indicators.boards import DIMENSIONS, INDICATORS, Board, Cell, Indicator
from shuxin.market.indicators.gathering import PublishedDemand, month_of, published_demands
from shuxin.market.indicators.inclusion import GROUPED_BY, GroupLine, inclusion_of
from shuxin.market.indicators.kept_boards import KeptBoard, kept_boards
from shuxin.market.indicators.population import (
    POPULATION_HEADS,
    active_firms,
    import_population,
    population_source,
)
from shuxin.market.indicators.records import (
    UNKNOWN,
    AgeBand,
    ApplicationRecord,
    DemandRecord,
    Traits,
    traits_of,
)
from shuxin.market.indicators.statistics import Estimate
from shuxin.market.indicators.suppression import LEAST_FIRMS
from shuxin.market.lists.campaigns import (
    CAMPAIGN,
    CAMPAIGN_TEXTS,
    FIRM_HEADS,
    CampaignFirm,
    CampaignView,
    Funnel,
    campaign,
    campaign_firms,
    campaigns,
    draft_campaign,
    end_campaign,
    funnel_of,
    keep_reply,
    questionnaire_of,
    share_campaign,
)
from shuxin.market.lists.contacts import (
    CampaignCustomer,
    Contact,
    ContactKind,
    LenderCampaign,
    campaign_customers,
    lender_campaigns,
    record_contact,
)
from shuxin.market.lists.files import VISIT_HEADS, import_visits, visit_template
from shuxin.market.lists.listing import (
    ListedFirm,
    RegionTotals,
    close_listing,
    counts_of,
    judge,
    listed_firm,
    listed_firms,
    recommend,
    totals_of,
)
from shuxin.market.lists.questionnaire import QUESTIONS, link_token
from shuxin.market.lists.reading import (
    Reading,
    assign_region,
    note_reading,
    officers,
    readings_of,
    region_of,
)
from shuxin.market.lists.refusals import ContactUnwanted, LinkInvalid, RepliedAlready
from shuxin.market.lists.results import RecommendedFirm, recommended_list, report_credited
from shuxin.market.lists.sharing import SHARE_WHY
from shuxin.market.lists.visits import Visit, VisitView, record_visit, visits
from shuxin.market.lists.words import LISTING, LISTING_TEXTS, Ground, ResultKind, Standard
from shuxin.market.policies.documents import PolicyKind, PolicyMatch, PolicyTerms
from shuxin.market.policies.fields import POLICY_FIELDS
from shuxin.market.policies.keeping import (
    POLICY,
    POLICY_TEXTS,
    PolicyView,
    draft_policy,
    edit_policy,
    keep_standard_policies,
    policies,
    policies_for,
    policy,
    step_policy,
)
from shuxin.market.policies.language import ConditionInvalid, Truth

__all__ = [
    "CAMPAIGN",
    "CAMPAIGN_TEXTS",
    "DIMENSIONS",
    "FIRM_HEADS",
    "GROUPED_BY",
    "INDICATORS",
    "LEAST_FIRMS",
    "LISTING",
    "LISTING_TEXTS",
    "POLICY",
    "POLICY_FIELDS",
    "POLICY_TEXTS",
    "POPULATION_HEADS",
    "QUESTIONS",
    "SHARE_WHY",
    "UNKNOWN",
    "VISIT_HEADS",
    "AgeBand",
    "ApplicationRecord",
    "Board",
    "CampaignCustomer",
    "CampaignFirm",
    "CampaignView",
    "Cell",
    "ConditionInvalid",
    "Contact",
    "ContactKind",
    "ContactUnwanted",
    "DemandRecord",
    "Estimate",
    "Funnel",
    "Ground",
    "GroupLine",
    "Indicator",
    "KeptBoard",
    "LenderCampaign",
    "LinkInvalid",
    "ListedFirm",
    "PolicyKind",
    "PolicyMatch",
    "PolicyTerms",
    "PolicyView",
    "PublishedDemand",
    "Reading",
    "RecommendedFirm",
    "RegionTotals",
    "RepliedAlready",
    "ResultKind",
    "Standard",
    "Traits",
    "Truth",
    "Visit",
    "VisitView",
    "active_firms",
    "assign_region",
    "campaign",
    "campaign_customers",
    "campaign_firms",
    "campaigns",
    "close_listing",
    "counts_of",
    "draft_campaign",
    "draft_policy",
    "edit_policy",
    "end_campaign",
    "funnel_of",
    "import_population",
    "import_visits",
    "inclusion_of",
    "judge",
    "keep_reply",
    "keep_standard_policies",
    "kept_boards",
    "lender_campaigns",
    "link_token",
    "listed_firm",
    "listed_firms",
    "month_of",
    "note_reading",
    "officers",
    "policies",
    "policies_for",
    "policy",
    "population_source",
    "published_demands",
    "questionnaire_of",
    "readings_of",
    "recommend",
    "recommended_list",
    "record_contact",
    "record_visit",
    "region_of",
    "report_credited",
    "share_campaign",
    "step_policy",
    "totals_of",
    "traits_of",
    "visit_template",
    "visits",
]
