import importlib
import pkgutil
import re
import string
import subprocess
import sys

import pytest

import shuxin.kernel
from shuxin.kernel.errors import ShuxinError

MODULES = sorted(
    f"shuxin.kernel.{module.name}" for module in pkgutil.iter_modules(shuxin.kernel.__path__)
)
KINDS = set(ShuxinError.__subclasses__())


def errors_of_the_kernel() -> list[type[ShuxinError]]:
    return [
        value
        for name in MODULES
        for value in vars(importlib.import_module(name)).values()
        if isinstance(value, type)
        and issubclass(value, ShuxinError)
        and value.__module__ == name
        and value not in KINDS | {ShuxinError}
    ]


def names_in(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


class TestErrorsOfTheKernel:
    def test_codes_are_stable_words_used_once(self) -> None:
        codes = [error.code for error in errors_of_the_kernel()]
        assert len(codes) > 15
        assert len(set(codes)) == len(codes)
        assert all(re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)+", code) for code in codes)

    @pytest.mark.parametrize("error", errors_of_the_kernel(), ids=lambda error: error.code)
    def test_speaks_both_languages_of_the_same_facts(self, error: type[ShuxinError]) -> None:
        for text in (error.what, error.mend):
            assert names_in(text.en) == names_in(text.zh)
            assert re.search("[\u4e00-\u9fff]", text.zh)
            assert text.en.isascii() or "元" in text.en
            assert not text.en.endswith(".")
            assert not text.zh.endswith("。")

    @pytest.mark.parametrize("error", errors_of_the_kernel(), ids=lambda error: error.code)
    def test_is_of_one_kind(self, error: type[ShuxinError]) -> None:
        assert len(KINDS & set(error.__mro__)) == 1

    def test_says_what_happened_and_what_to_do(self) -> None:
        error = importlib.import_module("shuxin.kernel.periods").InvalidPeriod(start=2, end=1)
        assert "2 to 1" in str(error)
        assert error.say("zh").count("。") == 1


@pytest.mark.parametrize("module", MODULES)
def test_heavy_packages_load_only_with_the_modules_that_need_them(module: str) -> None:
    needed = {
        "shuxin.kernel.uscc_array": {"numpy"},
        "shuxin.kernel.working_days": {"chinese_calendar"},
    }
    heavy = "{'numpy', 'chinese_calendar', 'django', 'duckdb', 'pydantic'}"
    program = f"import sys, {module}; print(*{heavy} & set(sys.modules))"
    seen = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    assert set(seen.stdout.split()) == needed.get(module, set())
