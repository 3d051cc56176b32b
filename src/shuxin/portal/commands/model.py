"""``shuxin model``: the models of this installation, out into a file, in from one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import operator, start
from shuxin.portal.commands.import_folder import FolderMissing
from shuxin.portal.display import china_time, say, show

if TYPE_CHECKING:
    import argparse

    from shuxin.kernel.text import Language

_HEAD = Text(en="model|name|from|put in use|by", zh="模型|名称|来源|启用时间|操作人")
_OUT = Text(en="model {digest} written to {file}", zh="模型 {digest} 已写入 {file}")
_IN = Text(en="model {digest} is in use", zh="模型 {digest} 已启用")


def run(options: argparse.Namespace, language: Language) -> int:
    start()
    from shuxin.infra.api import now_in_china
    from shuxin.scoring.api import keep_model, kept_models, model_in_use, read_bundle

    if options.take:
        file = Path(options.take)
        if not file.is_file():
            raise FolderMissing(folder=options.take)
        bundle = read_bundle(file.read_bytes(), expected_hash=options.hash or None)
        keep_model(
            bundle, origin="imported", snapshot="", facts={}, by=operator(), now=now_in_china()
        )
        say(_IN, language, digest=bundle.digest)
    elif options.export:
        bundle = model_in_use(options.hash)
        Path(options.export).write_bytes(bundle.content)
        say(_OUT, language, digest=bundle.digest, file=options.export)
    else:
        rows = [(m.digest[:16], m.name, m.origin, china_time(m.at), m.by) for m in kept_models()]
        show("", _HEAD.say(language).split("|"), rows)
    return 0
