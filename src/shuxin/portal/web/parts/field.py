"""A field of a form with its hint and, next to it, what is wrong with what was typed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from django.utils.html import format_html
from django.utils.safestring import mark_safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.utils.safestring import SafeString

    from shuxin.kernel.text import Text
    from shuxin.portal.web.parts.cells import Words


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the values of a field with choices."""

    value: str
    text: Words


@dataclass(frozen=True, slots=True)
class Field:
    """``kind``: an input type, ``long`` (several lines), ``choice`` (a list), ``one`` or ``some`` (buttons to tick).

    ``value`` is what was typed, for ``some`` the values ticked.
    """

    name: str
    label: Text
    kind: Literal[
        "text",
        "number",
        "date",
        "email",
        "password",
        "file",
        "search",
        "long",
        "choice",
        "one",
        "some",
    ] = "text"
    value: str | Sequence[str] = ""
    hint: Text | None = None
    error: Words | None = None
    required: bool = True
    choices: Sequence[Choice] = ()
    longest: int = 200
    autocomplete: str = "off"
    accept: str = ""
    template: str = field(default="parts/field.html", init=False)

    @property
    def described_by(self) -> str:
        ids = [f"{self.name}-hint"] * bool(self.hint) + [f"{self.name}-error"] * bool(self.error)
        return " ".join(ids)

    @property
    def marks(self) -> SafeString:
        """Attributes that tie the input to its hint and its error."""
        described = self.described_by
        return format_html(
            "{}{}{}",
            mark_safe(" required") if self.required else "",
            mark_safe(' aria-invalid="true"') if self.error else "",
            format_html(' aria-describedby="{}"', described) if described else "",
        )

    @property
    def ticked(self) -> frozenset[str]:
        return frozenset([self.value] if isinstance(self.value, str) else self.value)
