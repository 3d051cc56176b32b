"""What must not be done twice (防重复提交): a form carries a key, and its work runs once for this key.

A file for each key in the home, made exclusively before the work begins; it is the record of what became of it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import re
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shuxin.infra.api import write_whole
from shuxin.kernel.errors import NotFound, ShuxinError
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from shuxin.parties.api import accounts

LONGEST = dt.timedelta(minutes=3)
"""After which work without an outcome counts as broken off."""
_KEPT = dt.timedelta(days=30)
_KEY = re.compile(r"[0-9a-f]{32}")


class AttemptUnknown(NotFound):
    code = "attempt_unknown"
    what = Text(en="this form is not known here", zh="没有这次提交的记录")
    mend = Text(en="Open the form again and send it once more", zh="请重新打开表单并再次提交")


def new_key() -> str:
    """For a form, 32 hexadecimal digits."""
    return secrets.token_hex(16)


@dataclass(frozen=True, slots=True)
class Attempt:
    """facts: what was asked, to ask it again. outcome: None while it runs, else what the work returned.

    failure: code and sentences of the error that ended it, by language.
    """

    key: str
    account: int
    begun_at: dt.datetime
    facts: Mapping[str, str]
    outcome: Mapping[str, Any] | None = None
    failure: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    def is_running(self, *, now: dt.datetime) -> bool:
        return self.outcome is None and not self.failure and now < self.begun_at + LONGEST

    @property
    def was_broken_off(self) -> bool:
        """Of one that does not run: the process ended under it."""
        return self.outcome is None and not self.failure


@dataclass(frozen=True, slots=True)
class Attempts:
    """``folder``: of one kind of work, below the home; readable by its owner only."""

    folder: Path

    def once(
        self,
        key: str,
        *,
        person: accounts.Person,
        facts: Mapping[str, str],
        work: Callable[[], Mapping[str, Any]],
        now: Callable[[], dt.datetime],
    ) -> Attempt:
        """Do the work unless this key's work has begun already. Raises AttemptUnknown for another person's key.

        A foreseen failure is an outcome as well: it is kept, and told by the attempt.
        """
        begun = Attempt(self._checked(key), person.account_id, now(), dict(facts))
        if not self._begun(begun):
            return self.read(key, person=person)
        ended = begun
        try:
            outcome = work()
            ended = _ended(begun, now(), outcome=outcome)
        except ShuxinError as error:
            ended = _ended(begun, now(), failure=_sentences(error))
        finally:  # a fault of the software leaves it broken off
            self._write(ended)
        return ended

    def read(self, key: str, *, person: accounts.Person) -> Attempt:
        """Raises AttemptUnknown."""
        try:
            found = json.loads((self.folder / f"{self._checked(key)}.json").read_bytes() or b"{}")
        except FileNotFoundError:
            raise AttemptUnknown from None
        if found.get("account") != person.account_id:
            raise AttemptUnknown
        return Attempt(**found | {"begun_at": dt.datetime.fromisoformat(found["begun_at"])})

    def _begun(self, attempt: Attempt) -> bool:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._forget(before=attempt.begun_at - _KEPT)
        aside = self.folder / f".{attempt.key}.{secrets.token_hex(4)}"
        write_whole(aside, _dumped(attempt))
        try:
            os.link(aside, self.folder / f"{attempt.key}.json")  # exclusive, and whole at once
        except FileExistsError:
            return False
        finally:
            aside.unlink()
        return True

    def _write(self, attempt: Attempt) -> None:
        write_whole(self.folder / f"{attempt.key}.json", _dumped(attempt))

    def _forget(self, *, before: dt.datetime) -> None:
        for file in self.folder.glob("*.json"):
            with contextlib.suppress(FileNotFoundError):
                if file.stat().st_mtime < before.timestamp():
                    file.unlink()

    def _checked(self, key: str) -> str:
        if not _KEY.fullmatch(key):
            raise AttemptUnknown
        return key


def _ended(
    begun: Attempt,
    at: dt.datetime,
    *,
    outcome: Mapping[str, Any] | None = None,
    failure: Mapping[str, str] | None = None,
) -> Attempt:
    seconds = (at - begun.begun_at).total_seconds()
    return Attempt(
        begun.key, begun.account, begun.begun_at, begun.facts, outcome, failure or {}, seconds
    )


def _sentences(error: ShuxinError) -> dict[str, str]:
    found = {"code": error.code}
    for language in ("en", "zh"):
        what, mend = error.sentences("en" if language == "en" else "zh")
        found |= {f"what_{language}": what, f"mend_{language}": mend}
    return found


def _dumped(attempt: Attempt) -> bytes:
    facts = {
        "key": attempt.key,
        "account": attempt.account,
        "begun_at": attempt.begun_at.isoformat(),
        "facts": dict(attempt.facts),
        "outcome": attempt.outcome,
        "failure": dict(attempt.failure),
        "seconds": attempt.seconds,
    }
    return json.dumps(facts, ensure_ascii=False).encode()
