"""Captions (字幕): what other tools write as SubRip (.srt) becomes WebVTT (W3C), which browsers show."""

from __future__ import annotations

import re

from kernel.errors import InvalidError
from kernel.text import decoded

LARGEST = 2 * 1024 * 1024
_TIMES = re.compile(
    r"^[^\S\n]*(\d{1,2}):(\d{2}):(\d{2})[,.](\d{1,3})[^\S\n]*-->[^\S\n]*(\d{1,2}):(\d{2}):(\d{2})[,.](\d{1,3}).*$",
    re.MULTILINE,
)


def vtt_from_srt(content: bytes) -> bytes:
    """Return captions in SubRip as WebVTT. Raises InvalidError where they are too long or none."""
    message = "字幕（SRT）として読めません。「00:00:01,000 --> 00:00:04,000」のような時刻の行があるか確かめてください。"
    if len(content) > LARGEST:
        raise InvalidError(message, field="file")
    try:
        text = decoded(content).replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise InvalidError(message, field="file") from error
    written, found = _TIMES.subn(_as_vtt, text)
    if not found:
        raise InvalidError(message, field="file")
    return f"WEBVTT\n\n{written.strip()}\n".encode()


def _as_vtt(times: re.Match[str]) -> str:
    parts = times.groups()
    begin, end = ("{:0>2}:{}:{}.{:0>3}".format(*parts[at : at + 4]) for at in (0, 4))
    return f"{begin} --> {end}"
