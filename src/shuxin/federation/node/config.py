"""A node's own configuration (节点配置): ``node.toml`` in its home, written at ``shuxin node init``."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shuxin.federation.domain.parameters import PartyId
from shuxin.infra.api import write_whole
from shuxin.kernel.errors import Conflict, InvalidInput, Unavailable
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from pathlib import Path

    from shuxin.infra.api import Settings

FOLDER, CONFIG = "node", "node.toml"
_LONGEST_CONFIG = 1 << 16
_TEXT = """\
# Configuration of this node. Restart 'shuxin node run' after a change.
# 本节点配置。修改后请重新启动 shuxin node run。

# Where this node listens / 监听地址
listen = "{listen}"

# How the other nodes reach it; it stands in this node's card / 其他节点访问本节点的地址(写入节点名片)
address = "{address}"

# Party id of who runs this node, usually its owner / 本节点运行方的主体标识(通常为所有者)
operated_by = "{operated_by}"

# Cipher of the jobs proposed here: "aes", or "sm4" where national cryptography is required
# 本方提出的任务所用密码算法:aes,或 sm4(须使用国密时)
cipher = "{cipher}"

# Keep every byte received of each job for audits (they may be large) / 保留每个任务收到的全部字节以备审计
record = {record}

# Jobs that run at the same time / 同时运行的任务数
workers = {workers}
"""


class NodeMissing(Unavailable):
    code = "node_missing"
    what = Text(en="this installation has no node yet", zh="本安装尚未建立节点")
    mend = Text(en="Run 'shuxin node init' once", zh="请先运行一次 shuxin node init")


class NodeSetUpAlready(Conflict):
    code = "node_set_up_already"
    what = Text(en="this installation has a node already", zh="本安装已有节点")
    mend = Text(
        en="Change node.toml in its folder, or use another folder (--home) for another node",
        zh="请修改节点目录中的 node.toml；其他节点请使用另一目录（--home）",
    )


class NodeConfigInvalid(InvalidInput):
    code = "node_config_invalid"
    what = Text(en="node.toml: {field}: {reason}", zh="node.toml 有误：{field}:{reason}")
    mend = Text(
        en="Correct the line; docs/federation.md shows a whole file",
        zh="请更正该行；完整示例见 docs/federation.zh-CN.md",
    )


class NodeConfig(BaseModel):
    """What ``node.toml`` says. ``listen`` is host:port, ``address`` https://host:port."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    listen: Annotated[str, Field(pattern=r"^(\[[0-9a-fA-F:]+\]|[0-9A-Za-z.-]{1,253}):\d{1,5}$")]
    address: Annotated[
        str, Field(pattern=r"^https://(\[[0-9a-fA-F:]+\]|[0-9A-Za-z.-]{1,253}):\d{1,5}$")
    ]
    operated_by: PartyId
    cipher: Literal["aes", "sm4"] = "aes"
    record: bool = False
    workers: Annotated[int, Field(ge=1, le=16)] = 2

    @classmethod
    def checked(cls, **values: object) -> NodeConfig:
        """Raises NodeConfigInvalid, naming the field."""
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            place = ".".join(str(part) for part in first["loc"])
            raise NodeConfigInvalid(field=place, reason=first["msg"]) from None

    @property
    def host(self) -> str:
        return self.listen.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        return int(self.listen.rpartition(":")[2])


def node_folder(settings: Settings) -> Path:
    return settings.home / FOLDER


def has_node(settings: Settings) -> bool:
    """Whether this installation was given a node."""
    return (node_folder(settings) / CONFIG).is_file()


def read_config(folder: Path) -> NodeConfig:
    """Raises NodeMissing, NodeConfigInvalid."""
    file = folder / CONFIG
    if not file.is_file():
        raise NodeMissing
    try:
        with file.open("rb") as opened:
            values = tomllib.loads(opened.read(_LONGEST_CONFIG).decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise NodeConfigInvalid(field="TOML", reason=str(error)) from None
    return NodeConfig.checked(**values)


def write_config(folder: Path, config: NodeConfig) -> None:
    """Raises NodeSetUpAlready."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if (folder / CONFIG).exists():
        raise NodeSetUpAlready
    values = config.model_dump() | {"record": str(config.record).lower()}
    write_whole(folder / CONFIG, _TEXT.format(**values).encode())
