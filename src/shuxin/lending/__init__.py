"""Lending (贷款): the application, the lender's decision, its strategy and its evidence, the offer."""
