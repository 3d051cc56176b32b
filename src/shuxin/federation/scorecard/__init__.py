"""The joint scorecard (联合评分卡): alignment, statistics, regression and the making of parts, as one kind of job."""
