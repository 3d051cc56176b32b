"""The log and the witness of this node: folders of its home, keys among its keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.infra.api import secret_key
from shuxin.kernel.signing import Ed25519Key
from shuxin.ledger.checking import check_shared_folder
from shuxin.ledger.log import WAIT_SECONDS, open_log, origin_of
from shuxin.ledger.note import log_key
from shuxin.ledger.trust import own_witness_name
from shuxin.ledger.witness import Witness

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from shuxin.infra.api import Settings
    from shuxin.ledger.checking import Damage
    from shuxin.ledger.log import Log
    from shuxin.ledger.note import VerifierKey

LOG_KEY, WITNESS_KEY = "log.ed25519", "witness.ed25519"
_NAME_DIGITS = 16


def own_log(settings: Settings, *, origin: str | None = None) -> Log:
    """This node's log, made at first use. ``origin`` counts only then; later another one is refused.

    Raises KeyDamaged, VerifierKeyInvalid, LogIdentityDiffers, LogBusy, LogUnwritable, LogDamaged.
    """
    signer = Ed25519Key(secret_key(settings, LOG_KEY))
    folder = own_log_folder(settings)
    named = origin or origin_of(folder) or f"shuxin/{signer.public.key_id[:_NAME_DIGITS]}"
    return open_log(folder, origin=named, signer=signer)


def own_log_key(settings: Settings) -> VerifierKey | None:
    """The key of this node's log, without opening it; None when there is none. Raises KeyDamaged, LogDamaged."""
    origin = origin_of(own_log_folder(settings))
    if origin is None:
        return None
    return log_key(origin, Ed25519Key(secret_key(settings, LOG_KEY)).public)


def check_own_log(settings: Settings) -> list[Damage]:
    """All damage of this node's log, none when it has no log; others that append wait meanwhile.

    Raises KeyDamaged, LogDamaged (of the file ``origin``), LogBusy, LogUnwritable.
    """
    key, folder = own_log_key(settings), own_log_folder(settings)
    if key is None:
        return []
    return check_shared_folder(folder, key=key, wait_seconds=WAIT_SECONDS)


def own_log_folder(settings: Settings) -> Path:
    return settings.home / "log"


def own_witness(settings: Settings, *, logs: Sequence[VerifierKey]) -> Witness:
    """This node as witness of the given logs of others; its name is that of its own log and ``/witness``.

    Raises KeyDamaged, LogBusy, LogUnwritable, LogDamaged.
    """
    signer = Ed25519Key(secret_key(settings, WITNESS_KEY))
    name = own_witness_name(own_log(settings).origin)
    return Witness(settings.home / "witness", name=name, signer=signer, logs=logs)
