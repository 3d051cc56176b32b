"""How long and how much memory: names without a code against an index of names with codes.

Run: ``python benchmarks/resolution_scale.py [--names 200000]``. Half of the names without a code
belong to an indexed firm and are written another way (brackets, legal form, exact), half do not.
"""

from __future__ import annotations

import argparse
import resource
import time

import numpy as np

from shuxin.fusion.resolution import BELIEF, Mention, Thresholds, Way, resolve
from shuxin.kernel.organisation_code import organisation_check
from shuxin.kernel.uscc import check_symbol

_CITIES = ("北京", "上海", "杭州", "合肥", "宁波", "广州", "成都", "武汉")
_TRADES = ("科技", "商贸", "建筑工程", "文化传媒", "餐饮管理", "信息技术", "物流", "生物科技")
_MARKS = [chr(0x4E00 + 7 * i) for i in range(1500)]


def code(serial: int) -> str:
    organisation = f"{serial:08}"
    body = f"91110108{organisation}{organisation_check(organisation)}"
    return body + check_symbol(body)


def words(count: int, rng: np.random.Generator) -> list[tuple[str, str, str]]:
    """Place, brand, trade. Frequent characters are used more often, as in real brands."""
    weights = 1 / np.arange(10, 10 + len(_MARKS))
    marks = rng.choice(_MARKS, size=(count, 4), p=weights / weights.sum())
    lengths = rng.choice((2, 3, 4), size=count, p=(0.3, 0.3, 0.4))
    return [
        (str(city), "".join(mark[:length]), str(trade))
        for city, mark, length, trade in zip(
            rng.choice(_CITIES, count),
            marks,
            lengths,
            rng.choice(_TRADES, count),
            strict=True,
        )
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--names", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = np.random.default_rng(options.seed)
    known = words(options.names, rng)
    strangers = words(options.names // 2, rng)
    patterns = ("{1}（{0}）{2}有限公司", "{0}{1}{2}股份有限公司", "{0}{1}{2}有限责任公司")
    mentions = [
        Mention(key=f"k{i}", code=code(10_000_000 + i), name="{}{}{}有限公司".format(*firm))
        for i, firm in enumerate(known)
    ]
    mentions += [
        Mention(key=f"s{i}", name=patterns[i % 3].format(*known[i]))
        for i in range(options.names // 2)
    ]
    mentions += [
        Mention(key=f"x{i}", name=patterns[i % 3].format(*firm)) for i, firm in enumerate(strangers)
    ]
    start = time.perf_counter()
    found = resolve(mentions=mentions, model=BELIEF, thresholds=Thresholds())
    seconds = time.perf_counter() - start
    ways = {way.value: sum(p.way is way for p in found.placements) for way in Way}
    print(f"{len(mentions)} mentions, {seconds:.0f} s, {ways}, {len(found.reviews)} to review")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GiB")


if __name__ == "__main__":
    main()
