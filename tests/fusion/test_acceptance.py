from __future__ import annotations

import pytest
from tests.fusion.conftest import (
    FIRST_DAY,
    Installation,
    rows_of_firms,
)

from shuxin.catalogue.api import loads
from shuxin.fusion.acceptance import accept_proposals
from shuxin.fusion.models import AcceptedMapping
from shuxin.fusion.proposal_files import proposal_names
from shuxin.kernel.errors import ShuxinError

pytestmark = pytest.mark.django_db


class TestAcceptance:
    @pytest.mark.parametrize(
        ("old", "new", "where"),
        [
            ("encoding: auto", "encoding: klingon", "encoding"),
            ("dataset: 罚款", "dataset: ../../罚款", "dataset"),
            ("dataset: 罚款", "dataset: /etc/passwd", "dataset"),
            ("dataset: 罚款", "dataset: 别的", "dataset"),
            ("encoding: auto", "encoding: auto\nsurprise: 1", "surprise"),
            ("field: 处罚日期", "field: 没有的字段", "没有的字段"),
            ("field: 处罚日期", "field: 企业名称", "企业名称"),
            ("header: 处罚日期", "header: [1, 2]", "header"),
            ("encoding: auto", "encoding: [", "line"),
            ("encoding: auto", "encoding: !!python/object:os.system x", "line"),
            ("encoding: auto", "encoding: auto\nquestions: &a [x]\nsheet: *a", "anchor"),
            ("container: text", "container: nonsense", "container"),
        ],
    )
    def test_names_the_place_of_what_was_edited_wrongly(
        self, office: Installation, old: str, new: str, where: str
    ) -> None:
        office.put("罚款.csv", rows_of_firms(20))
        office.run()
        office.edit_text(old=old, new=new)
        with pytest.raises(ShuxinError) as caught:
            office.accept()
        assert caught.value.code == "mapping_invalid"
        assert where in caught.value.say("en")
        assert "mapping.yaml" in caught.value.say("zh")
        assert not AcceptedMapping.objects.exists()

    def test_tells_that_an_editor_saved_another_encoding(self, office: Installation) -> None:
        office.put("罚款.csv", rows_of_firms(20))
        office.run()
        (name,) = proposal_names(office.settings.proposals)
        place = office.settings.proposals / name / "mapping.yaml"
        place.write_bytes(place.read_text().encode("gb18030"))
        with pytest.raises(ShuxinError) as caught:
            office.accept()
        assert caught.value.code == "mapping_invalid"
        assert "UTF-8" in caught.value.say("zh")

    def test_is_all_or_nothing(self, office: Installation) -> None:
        for name in ("a.csv", "b.csv"):
            office.put(name, rows_of_firms(20))
        office.run()
        names = proposal_names(office.settings.proposals)
        broken = office.settings.proposals / names[1] / "mapping.yaml"
        broken.write_text(broken.read_text().replace("encoding: auto", "encoding: klingon"))
        with pytest.raises(ShuxinError):
            office.accept()
        assert proposal_names(office.settings.proposals) == names
        assert not AcceptedMapping.objects.exists()
        assert not loads(dataset="a")

    def test_refuses_names_that_lead_elsewhere(self, office: Installation) -> None:
        office.put("a.csv", rows_of_firms(20))
        office.run()
        with pytest.raises(ShuxinError) as caught:
            accept_proposals(
                ["../proposals/a"], settings=office.settings, by="tester", now=FIRST_DAY
            )
        assert caught.value.code == "proposal_missing"

    def test_keeps_the_edits_of_a_proposal_that_waits(self, office: Installation) -> None:
        office.put("罚款.csv", rows_of_firms(20))
        office.run()
        office.edit_text(old="encoding: auto", new="encoding: utf-8")
        office.run()
        (proposal,) = office.accept()
        assert proposal.mapping.encoding == "utf-8"
