"""How far the guided tour is (导览): each site says what happened in its own home, and the platform asks them."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shuxin.infra.api import development_facts, now_in_china
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.statements import parse_statement
from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import holder
from shuxin.portal.web.uploads import IMPORT_PATH

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shuxin.infra.api import Settings
    from shuxin.parties.api import Claim

MESSY = "企业环境信用评级"
"""In the name of the file that is left for the person."""
VERIFIED_COOKIE = "tour_verified"
LONGEST_REQUEST = 1 << 14
_SECONDS, _KEPT_SECONDS, _LONGEST = 4.0, 3.0, 1 << 16
_LAST: dict[str, Any] = {"at": float("-inf"), "told": {}}
"""Open pages poll each second; the sites are asked less often."""
_COUNTER_SECONDS = 60
_PROGRAM = "import sys; from shuxin.portal.cli import main; sys.exit(main())"


class NotThisFirm(InvalidInput):
    code = "tour_other_firm"
    what = Text(
        en="the counter of the demo attests a key of {name} ({party}) only",
        zh="演示窗口仅受理 {name}（{party}）的密钥核验",
    )
    mend = Text(
        en="Make the key on the page of identity with this code and this registered name",
        zh="请在身份页面用该代码和该登记名称生成密钥",
    )


class CounterClosed(InvalidInput):
    code = "tour_counter_failed"
    what = Text(en="the counter refused: {said}", zh="窗口未受理：{said}")
    mend = Text(
        en="Make the request anew on the page of identity, then hand it in again",
        zh="请在身份页面重新生成申请后再提交",
    )


@dataclass(frozen=True, slots=True)
class Door:
    """Where something is done: the site, the page, the account to use."""

    url: str
    text: Text
    account: str = ""


@dataclass(frozen=True, slots=True)
class TourStep:
    """One of the eight steps (导览步骤). is_done: as the sites say; None where nobody can know."""

    number: int
    title: Text
    what: Text
    doors: tuple[Door, ...]
    is_done: bool | None
    seen: Text | None = None


def demo_state(settings: Settings) -> dict[str, Any]:
    """What the demo has made: firm, jobs, ports. Raises NotADemo."""
    folder = Path(development_facts(settings)["demo"])
    found: dict[str, Any] = json.loads((folder / ".shuxin-demo").read_text(encoding="utf-8"))
    return found


def here(settings: Settings) -> dict[str, Any]:
    """What happened in this home, for the tour. Raises NotADemo, NotSetUp."""
    state, kind = demo_state(settings), holder(settings).kind
    firm = f"uscc:{state.get('firm', '')}"
    if kind == "operator":
        return _at_platform(settings, firm)
    if kind == "bank":
        return _at_bank(state)
    return _at_holder(firm) if kind in {"department", "utility"} else {}


def _at_platform(settings: Settings, firm: str) -> dict[str, Any]:
    from shuxin.consent.api import inbox_of  # noqa: PLC0415 - needs the database
    from shuxin.parties.api import directory_of, read_trust  # noqa: PLC0415

    keys = directory_of(firm, anchors=read_trust(settings.home)).keys_of(firm)
    states = [str(item.state) for item in inbox_of(subject=firm, now=now_in_china())]
    return {
        "has_key": bool(keys),
        "waiting": states.count("requested"),
        "granted": states.count("granted"),
        "withdrawn": states.count("withdrawn"),
    }


def _at_bank(state: Mapping[str, Any]) -> dict[str, Any]:
    from shuxin.federation.api import State, jobs, services_here  # noqa: PLC0415 - needs the database

    done = [one.kind for one in jobs() if one.state is State.DONE]
    open_ = {one.job_id for one in services_here(now=now_in_china()) if one.is_open}
    return {
        "alignments": done.count("alignment"),
        "cards": done.count("scorecard"),
        "in_service": state.get("service") in open_,
    }


def _at_holder(firm: str) -> dict[str, Any]:
    from shuxin.catalogue.api import datasets  # noqa: PLC0415 - needs the database
    from shuxin.consent.api import entity_of, refusals_of, uses_of  # noqa: PLC0415

    subject = entity_of(firm)
    about = {subject, firm}
    uses = [use for one in about for use in uses_of(subject=one) if use[2] == "credit_decision"]
    refused = [why for one in about for why in refusals_of(subject=one)]
    return {
        "imported": any(one.rows for one in datasets(search=MESSY, now=now_in_china())),
        "answered": len(uses),
        "refused": sum("withdrawn" in one[3] for one in refused),
    }


def everywhere(settings: Settings) -> dict[str, dict[str, Any]]:
    """What each site says, by its seat, at most three seconds old; one that is down says nothing. Raises NotADemo."""
    if time.monotonic() - _LAST["at"] >= _KEPT_SECONDS:
        _LAST["told"] = _asked(settings)
        _LAST["at"] = time.monotonic()
    told: dict[str, dict[str, Any]] = _LAST["told"]
    return {**told, "platform": here(settings)}


def _asked(settings: Settings) -> dict[str, dict[str, Any]]:
    sites: Mapping[str, str] = development_facts(settings)["sites"]
    others = {name: url for name, url in sites.items() if name != "platform"}
    with ThreadPoolExecutor(max(1, len(others))) as pool:
        return dict(zip(others, pool.map(_told, others.values()), strict=True))


def _told(url: str) -> dict[str, Any]:
    try:
        with urllib.request.urlopen(f"{url}/tour/here.json", timeout=_SECONDS) as answer:  # noqa: S310 - our own site
            told = json.loads(answer.read(_LONGEST))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def steps(settings: Settings, *, is_verified: bool) -> tuple[TourStep, ...]:
    """All eight with what the sites say of them. Raises NotADemo."""
    state, told = demo_state(settings), everywhere(settings)
    sites: Mapping[str, str] = development_facts(settings)["sites"]
    own, bank = told["platform"], told.get("bank", {})
    holders = [told.get(name, {}) for name in ("bureau", "utility")]
    first = _first_half(state, sites, own=own, bank=bank, holders=holders)
    return (*first, *_second_half(state, sites, own=own, holders=holders, is_verified=is_verified))


def _first_half(
    state: Mapping[str, Any],
    sites: Mapping[str, str],
    *,
    own: Mapping[str, Any],
    bank: Mapping[str, Any],
    holders: Sequence[Mapping[str, Any]],
) -> tuple[TourStep, ...]:
    approving = tuple(
        Door(f"{sites[name]}/jobs/{state['service']}", _APPROVE[name], f"{name}-officer")
        for name in state.get("to_approve", ())
    )
    return (
        TourStep(
            1,
            Text(en="Import a messy file", zh="导入杂乱文件"),
            Text(
                en="Download the file of the environmental office, as it came. Upload it at the data bureau, read why"
                " each column was understood so, and confirm.",
                zh="下载生态环境部门报送的原始文件，在数据局上传；查看每一列的识别依据，确认后装载。",
            ),
            (
                Door("/tour/file", Text(en="the messy file", zh="下载原始文件")),
                Door(
                    f"{sites['bureau']}{IMPORT_PATH}",
                    Text(en="import at the bureau", zh="数据局：导入文件"),
                    "bureau-officer",
                ),
            ),
            bool(holders[0].get("imported")),
        ),
        TourStep(
            2,
            Text(en="Authorise", zh="授权"),
            Text(
                en="Make a key in this browser; it never leaves it. Hand the request in at the counter below. Then"
                " answer the two requests of the bank, one for each holder of data.",
                zh="在本浏览器生成密钥，私钥不会离开浏览器；将申请提交下方窗口核验，再答复银行的两份授权申请（每个来源一份）。",
            ),
            (
                Door("/my/identity", Text(en="make a key", zh="生成密钥"), "owner"),
                Door("/inbox", Text(en="requests", zh="授权申请"), "owner"),
            ),
            bool(own["has_key"]) and own["granted"] + own["withdrawn"] > 1,
            _KEY_SEEN if own["has_key"] else None,
        ),
        TourStep(
            3,
            Text(en="Align", zh="对齐"),
            Text(
                en="Propose an alignment at the bank. Standing approvals of the others cover it, so it runs at once: "
                "the notary compares tags, and nobody shows a name.",
                zh="在银行提出对齐任务。其他各方的常设批准涵盖此任务，提出后立即运行；公证处仅比对标签，各方均不出示企业名称。",
            ),
            (
                Door(
                    f"{sites['bank']}/jobs/{state['alignment']}",
                    Text(en="the alignment of the start", zh="启动时的对齐任务"),
                    "bank-officer",
                ),
                Door(
                    f"{sites['bank']}/jobs/propose",
                    Text(en="propose one", zh="提出对齐任务"),
                    "bank-officer",
                ),
            ),
            int(bank.get("alignments", 0)) > 1,
        ),
        TourStep(
            4,
            Text(en="Train", zh="训练"),
            Text(
                en="See how the joint card was trained at the start: its loss, what each party learned. No standing"
                " approval lets it into service: decide at the holders.",
                zh="查看启动时联合评分卡的训练过程：损失曲线及各方获知内容。启用该卡没有常设批准，请到数据方审批。",
            ),
            (
                Door(
                    f"{sites['bank']}/jobs/{state['card']}",
                    Text(en="the training", zh="训练任务"),
                    "bank-officer",
                ),
                *approving,
            ),
            bool(bank.get("in_service")),
        ),
    )


def _second_half(
    state: Mapping[str, Any],
    sites: Mapping[str, str],
    *,
    own: Mapping[str, Any],
    holders: Sequence[Mapping[str, Any]],
    is_verified: bool,
) -> tuple[TourStep, ...]:
    scoring = Door(
        f"{sites['bank']}/bank/customers/{state['firm']}/joint",
        Text(en="score the firm", zh="对该企业联合评分"),
        "bank-officer",
    )
    return (
        TourStep(
            5,
            Text(en="Score", zh="评分"),
            Text(
                en="Ask for the joint score of your firm at the bank. Each holder judges the authorisation itself, logs"
                " the use, and answers with points, not with data.",
                zh="在银行申请对您企业的联合评分。各数据方自行判断授权、先记日志，仅返回分值，不提供数据。",
            ),
            (scoring,),
            any(told.get("answered") for told in holders),
        ),
        TourStep(
            6,
            Text(en="Verify offline", zh="离线核验"),
            Text(
                en="Save the evidence file and the trust file of the score, open the page of verification, disconnect, "
                "and choose both. Change one sign of the file: the broken link is named.",
                zh="保存评分的证据文件与信任文件，打开核验页后断网并选择两个文件；改动任一字符，页面会指出断开的环节。",
            ),
            (
                Door(
                    f"{sites['bank']}/bank/scores",
                    Text(en="scores and evidence", zh="评分与证据"),
                    "bank-officer",
                ),
                Door("/verify", Text(en="verify", zh="核验")),
            ),
            is_verified,
        ),
        TourStep(
            7,
            Text(en="Withdraw", zh="撤回"),
            Text(
                en="Open two windows side by side. In the firm's, withdraw an authorisation;"
                " within seconds every holder knows.",
                zh="并排打开两个窗口。在企业窗口撤回一份授权，各数据来源数秒内获知。",
            ),
            (Door("/inbox", Text(en="authorisations", zh="我的授权"), "owner"), scoring),
            own["withdrawn"] > 0,
        ),
        TourStep(
            8,
            Text(en="Be refused", zh="被拒绝"),
            Text(
                en="In the bank's window ask for the score again. The holder refuses with its own reason, signed, and a"
                " proof that the refusal stands in its log.",
                zh="在银行窗口再次申请评分。数据方以自己的理由拒绝并签名，并证明该拒绝已记入其日志。",
            ),
            (scoring,),
            any(told.get("refused") for told in holders),
        ),
    )


_KEY_SEEN = Text(en="your key is in the directory", zh="您的密钥已进入目录")
_APPROVE = {
    "bureau": Text(en="decide at the bureau", zh="数据局：审批"),
    "utility": Text(en="decide at the utility", zh="供电公司：审批"),
}


def attest_at_counter(content: bytes, *, settings: Settings) -> None:
    """The officer at the counter of the demo: looks at the licence of the person's firm, and attests the key.

    By the commands of the service centre in its own home; the platform takes the binding in and publishes it.
    Raises NotADemo, NotThisFirm, CounterClosed, StatementInvalid, PartyStatementUnreadable.
    """
    from shuxin.parties.api import read_claim  # noqa: PLC0415 - needs the database

    facts, state = development_facts(settings), demo_state(settings)
    claim = read_claim(parse_statement(content.strip().splitlines()[0] if content.strip() else b""))
    if (claim.party, claim.name) != (f"uscc:{state['firm']}", state["firm_name"]):
        raise NotThisFirm(name=state["firm_name"], party=f"uscc:{state['firm']}")
    demo = Path(facts["demo"])
    with tempfile.TemporaryDirectory(dir=demo) as made:
        folder = Path(made)
        (folder / "request").write_bytes(content)
        (folder / "check").write_text("demo: licence seen at the counter", encoding="utf-8")
        _counter(demo / "attester", claim, folder)
        _take(folder / "key")


def _counter(home: Path, claim: Claim, folder: Path) -> None:
    register = ("party", "register", claim.party.removeprefix("uscc:"), claim.name, "--kind")
    attest = ("party", "attest", str(folder / "request"), "--method", "counter")
    out = ("--evidence", str(folder / "check"), "--out", str(folder / "key"))
    for words in ((*register, claim.kind.value, "--confirm"), (*attest, *out)):
        found = subprocess.run(  # noqa: S603 - our own program with words that were parsed
            [sys.executable, "-c", _PROGRAM, "--home", str(home), *words],
            capture_output=True,
            text=True,
            timeout=_COUNTER_SECONDS,
            check=False,
        )
        if found.returncode:
            raise CounterClosed(said=found.stderr.strip()[-300:])


def _take(file: Path) -> None:
    """Into the platform's directory, and its next number published: holders fetch it within seconds."""
    from shuxin.portal.demo.firms import take_keys  # noqa: PLC0415 - only here

    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if line]
    take_keys(statements=lines)


def file_to_import(settings: Settings) -> Path | None:
    """The messy file that is left for the person. Raises NotADemo."""
    folder = Path(development_facts(settings)["demo"]) / "try"
    return next((file for file in sorted(folder.glob("*")) if file.is_file()), None)
