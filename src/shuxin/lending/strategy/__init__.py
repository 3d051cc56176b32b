"""The decision engine (决策引擎): strategies, their checks, and decisions that can be computed again."""
