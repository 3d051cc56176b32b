"""Every constant of the world in one place, and what each was chosen for.

[D] are the figures of the domain notes (DOMAIN 9, by section). [T] were tuned on county worlds to the figures of
DOMAIN 9.4, 9.6 and 9.7 that ``benchmarks/city_world.py`` prints: rates, ceiling and survival on seeds 1 to 3, kinds of
firms on seeds 1 to 8, the spread over years on seeds 4 to 15. No score, test set or public data were used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# [D] Kinds, forms and sizes (9.1, 9.3).
KINDS = ("enterprise", "individual", "cooperative")
KIND_SHARES = (62.0, 36.0, 2.0)
INDIVIDUAL, COOPERATIVE = 1, 2
SIZES = ("micro", "small", "medium", "large")
SIZE_SHARES = (85.3, 13.2, 1.3, 0.2)
COOPERATIVE_SIZES = (85.0, 15.0, 0.0, 0.0)
REVENUE_YUAN = ((0.9e6, 1.3), (12e6, 0.9), (90e6, 0.8), (600e6, 0.6))
INDIVIDUAL_REVENUE_YUAN = (0.18e6, 1.1)
"""Median and log spread of the yearly sales."""
BUNCHING_YUAN, BUNCHED_UNTIL_YUAN, BUNCHED = 1.2e6, 1.6e6, 0.6
"""Individual businesses keep below 100,000 yuan a month, the limit of the VAT exemption; so many of those above."""
CAPITAL_YUAN = (100_000, 500_000, 1_000_000, 2_000_000, 5_000_000, 10_000_000)
REVENUE_PER_HEAD_YUAN: Mapping[str, float] = {
    "C": 0.8e6, "F": 1.5e6, "H": 0.25e6, "I": 0.7e6, "L": 0.6e6,
}  # fmt: skip
USUAL_REVENUE_PER_HEAD_YUAN = 0.7e6
EXTRA_HEADS = 1.68
TENANTS, UNINSURED_MICRO = 0.35, 0.45
TECH_SECTIONS, TECH_BADGES = "CIM", 0.045
"""Share with a badge among enterprises of these sections; 1.2 per cent of all enterprises."""

# [D] Lives (9.4).
EXIT_KINDS = ("", "cancelled", "revoked", "moved_out")
EXIT_SHARES = (0.775, 0.175, 0.05)
FAILED_EXIT_SHARES = (0.35, 0.60, 0.05)
"""Those who end of their own will, and those who have failed; together .70, .25, .05."""
QUALITY_IN_EXIT = 0.8
FAILED_EXIT_MONTHLY = 0.08
"""Of firms that have failed, so many leave in a month."""
FAILED_AMONG_EXITS = 0.115
"""[T] Share of exits that come after a failure, so that both together follow 9.4."""

# [D] Quality and common shocks (9.6).
PERSISTENCE, WEARING = 0.97, 0.243
SHOCK_PERSISTENCE, SHOCK_WEARING = 0.9, 0.43588989435406735

# [T] Sales and costs.
QUALITY_IN_SALES, MACRO_IN_SALES, INDUSTRY_IN_SALES, REGION_IN_SALES = 0.27, 0.125, 0.05, 0.035
"""Change of log sales for one standard deviation."""
QUALITY_IN_COSTS = 0.042
"""Goods and overhead cost so much of sales more for one standard deviation less quality."""
SALES_NOISE = (0.14, 0.11, 0.09, 0.07)
"""By size: spread of the month's own noise in log sales."""
NOISE_KEPT = 0.6
GROWTH = (0.01, 0.04)
"""Mean and spread of the yearly growth of log sales."""
YOUNG_MONTHS, YOUNG_START = 24, 0.46
"""Sales of a new firm start at this share of its usual ones, its costs and wages with them."""
NEW_COVER, NEW_MEANS = 0.8, 0.25
"""A new firm's cash, and what its owner has left to give, over those of a standing one."""
YOUNG_NOISE_MONTHS, YOUNG_NOISE = 36, 0.9
"""How much more noise the sales of a new firm have; fading."""
USUAL_MARGIN = 0.09
MARGINS: Mapping[str, float] = {
    "F51": 0.029, "H62": 0.105, "E": 0.078, "C": 0.069, "A": 0.086, "I65": 0.109,
}  # fmt: skip
INDIVIDUAL_MARGIN = 0.009
"""Profit over usual sales before draws and taxes, of a firm of usual quality; what an individual business has more."""
GOODS: Mapping[str, float] = {"A": 0.60, "C": 0.62, "D": 0.60, "E": 0.58, "F": 0.74}
USUAL_GOODS = 0.42
RENT_SHARE = 0.25
WAGES_KEPT = 0.85
PAID_AT_ONCE: Mapping[str, float] = {"F": 0.55, "H": 0.88, "O": 0.85, "E": 0.20, "C": 0.35}
USUAL_PAID_AT_ONCE = 0.45
COLLECTED: Mapping[str, float] = {"E": 0.25, "C": 0.45, "F": 0.55}
USUAL_COLLECTED = 0.5
"""Of what is owed at the start of a month, so much is paid in it."""
TAX_GENERAL, TAX_SMALL = 0.055, 0.02
GENERAL_FROM_FEN = 500_000_000
"""Taxes other than VAT, which passes through, over sales less purchases; the limit of small-scale taxpayers."""
HARD_TRADES: Mapping[str, float] = {
    "H62": 1.5,
    "E": 1.3,
    "F51": 1.2,
    "C": 0.95,
    "I65": 0.9,
    "A": 1.1,
}
"""[D] 9.7: how often firms of a trade default. Here only their noise and misfortunes follow it, to a power."""
HARD_POWER, TECH_HARD, TECH_MARGIN = 1.0, 0.6, 0.05

# [T] Cash and owners.
OPENING_COVER = (0.9, 0.6)
"""Median and log spread of the first cash, in months of costs."""
QUALITY_IN_OPENING = 0.6
"""Change of the log of that, for one standard deviation, in firms that stood before the window."""
BUFFER = (0.4, 1.7)
DRAWN = 0.6
HELP_CHANCE, OWN_POCKET = (0.0, 0.5), 0.95
HELP_MONTHS = (0.9, 0.9)
"""OWN_POCKET: the highest chance for an individual business, whose owner is liable with all he has."""
"""Median and log spread of an owner's means, in months of costs."""
BUFFER_BY_SIZE = (1.0, 1.3, 2.2, 2.6)

# [T] Misfortunes, a chance in each month and what it costs.
BUYER_LOST, BUYER_LOST_SHARE, BUYER_REPLACED = 0.013, 0.85, 1 / 14
BAD_DEBT, BAD_DEBT_SHARE = 0.008, 0.9
LAWSUIT, LAWSUIT_MONTHS = 0.0045, 0.9
ACCIDENT, ACCIDENT_MONTHS = 0.0025, 1.1
"""Costs in months of usual sales times an exponential variate; chances times exp(-0.25 q)."""
QUALITY_IN_MISFORTUNE = 0.25

# [T] Distress.
STRAIN_MONTHS = 0.8
STRAINED_TRADE, RELIEVED_TRADE, DYING_TRADE = 0.90, 1.06, 0.70
"""Bills of so many months' costs unpaid: suppliers and buyers turn away, month by month."""
UNPAID_WAGES_MONTHS, UNPAID_BILLS_MONTHS = 1.5, 2.5
"""From so many months of wages or costs unpaid, a firm without a loan has failed."""
LATE_MONTHS = 4
"""Payments fall due on the 20th: what is unpaid at the fourth month's end is more than 90 days past due."""
LOSS_GIVEN_FAILURE = 0.85
CALL_MONTHS = 6
"""A guarantor pays what is called in so many months."""
CONTAGION_KEPT = 0.85
WINDING_DOWN = (0.55, 0.75, 0.9)
"""Sales in the last months before a firm leaves of its own will, the last one first."""

# [D] Loans (9.7), the rest [T].
WANTING = (0.32, 0.55, 0.70, 0.76)
"""By size: share of firms that ever want a bank loan."""
ASKING_MONTHLY = 0.10
REFUSED_BELOW, NOT_RENEWED_BELOW = -0.75, -1.35
BANK_VIEW = 0.55
"""Correlation with quality of what a lender sees (9.6); where it refuses a loan or a renewal, in spreads."""
TENORS, TENOR_SHARES = (12, 24, 36), (0.70, 0.18, 0.12)
BULLETS = 0.6
"""Share of twelve-month loans whose principal is due at the end; longer ones are paid in equal parts."""
TICKET_MONTHS = (1.6, 0.5)
"""Median and log spread of a loan, in months of sales."""
LEAST_TICKET_FEN = 2_000_000
RATE_BP, RATE_SPREAD_BP = 345, (50, 250)
STANDING = 0.85
"""Share of those who want and pass that had a loan when the window began."""
LOAN_SPENT, STOCK_OF_USE, STOCK_USED = 0.75, 0.85, 0.25
"""Share of a loan spent on stock at once, the part of it that is of use, and how much of a month's purchases it
replaces."""
LINES, LINE_MONTHS = 0.35, 0.45
"""Share of borrowers with a line of credit, and its limit in months of sales."""
YOUNGEST_BORROWER_MONTHS = 6

# [D] Network (9.8).
LOCAL_BUYERS = 0.35
CUSTOMERS, CUSTOMER_TAIL, MOST_CUSTOMERS = (6.0, 20.0, 60.0, 120.0), 1.7, 3_000
"""Least number of business customers by size; the number is Pareto with this tail."""
BUYER_SHARE_DECAY, BUYER_SHARE_NOISE = 1.05, 0.3
TO_BUSINESS: Mapping[str, float] = {"F52": 0.25, "H": 0.2, "O": 0.35, "P": 0.2, "Q": 0.25, "R": 0.3}
USUAL_TO_BUSINESS = 0.95
"""Share of sales that goes to businesses."""
WOMEN, ONE_HOLDER, OUTSIDE_PARTNERS = 0.32, 0.35, 0.5
"""Share of women among owners; of enterprises with one holder; of second holders who own no firm else."""
CORPORATE_HELD, IN_PYRAMIDS, CROSS_HELD, ONE_MAJORITY = 0.12, 0.04, 0.003, 0.70
GUARANTEED, CIRCLES, MEAN_CIRCLE, LARGEST_CIRCLE, CIRCULAR_CORES = 0.15, 150, 9, 220, 40
QUALITY_IN_GUARANTEES = 0.5
RINGS, RING_SIZES, RING_MORE, RING_DAYS = 60, (8, 40), 9.6, 90
RING_RUNS_AFTER = (14, 30)
"""Months from a ring's founding to the day its controller takes the money."""
SHARED_ADDRESS, SHARED_PHONE, SECOND_FIRMS = 0.06, 0.04, 0.08
