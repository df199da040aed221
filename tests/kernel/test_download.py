"""What is made for one reader is saved under a Japanese name, and is kept by nobody between."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from kernel import clock


@pytest.mark.parametrize(
    ("address", "name", "media_type"),
    [
        ("/me/record.json", "学習記録.json", "application/json"),
        ("/review/participation.csv", "参加状況_{day}.csv", "text/csv"),
    ],
)
def test_a_file_for_one_reader_has_its_name_and_is_kept_nowhere(app, mizuho, address, name, media_type):
    answer = mizuho.administrator.browser().get(address)
    assert answer.status_code == 200
    assert answer.mimetype == media_type
    said = answer.headers["Content-Disposition"]
    assert said.startswith("attachment; filename=download.")
    assert f"filename*=UTF-8''{quote(name.format(day=f'{clock.today():%Y%m%d}'))}" in said
    assert "no-store" in answer.headers["Cache-Control"]
    assert "ETag" not in answer.headers
    assert "Expires" not in answer.headers
