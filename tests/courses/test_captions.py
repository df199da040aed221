"""Captions of other tools (SubRip) become what browsers show (WebVTT)."""

from __future__ import annotations

import io

import pytest
from flask import current_app

from kernel.errors import InvalidError

from courses.lessons import asset
from courses.lessons.captions import vtt_from_srt

SRT = "1\r\n00:00:01,000 --> 00:00:04,5\r\nようこそ。\r\n\r\n2\r\n0:01:05,250 --> 00:01:06,000 X1:40\r\n二行目\r\n"
VTT = "WEBVTT\n\n1\n00:00:01.000 --> 00:00:04.005\nようこそ。\n\n2\n00:01:05.250 --> 00:01:06.000\n二行目\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_captions_in_subrip_become_webvtt(encoding):
    assert vtt_from_srt(SRT.encode(encoding)).decode() == VTT


@pytest.mark.parametrize("content", [b"", b"1\n\n2", "ただの文".encode(), b"\xff\xfe\x00"])
def test_what_is_none_is_refused(content):
    with pytest.raises(InvalidError, match="字幕"):
        vtt_from_srt(content)


def test_a_file_of_captions_is_kept_as_the_kind_that_lessons_show(app):
    kept = asset.keep_file(current_app.extensions["files"], "話.SRT", io.BytesIO(SRT.encode()))
    assert (kept.name, kept.media_type.split(";")[0]) == ("話.vtt", "text/vtt")
