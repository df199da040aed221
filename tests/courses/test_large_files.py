"""Large files: taken piece by piece, given in parts, refused beyond the limit, and kept in a folder or in an S3 store."""

from __future__ import annotations

import contextlib
import http.cookiejar
import io
import os
import re
import subprocess
import sys
import time
import urllib.parse
import urllib.request
import zipfile
from http.client import HTTPConnection
from pathlib import Path

import pytest
import yaml
from factories import draft_course, edition_of
from made_packages import one_page, zipped
from postgresql import free_port
from server import Server, environment_for, prepare

from kernel.settings import CONTENT

from courses.files.files import Files
from courses.lessons import lesson_kind
from courses.models import LessonKind
from courses.packages import package

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
SIZE = 500 * 1024 * 1024
MOST_MORE = 50 * 1024 * 1024


@pytest.fixture
def kept(mizuho):
    """A file of 300,000 bytes in a draft; its address, its bytes, and a browser that may see it."""
    course, content = draft_course(mizuho.coordinator, "with-video"), os.urandom(300_000)
    browser = mizuho.coordinator.browser()
    browser.post("/studio/with-video/assets", data={"file": (io.BytesIO(content), "talk.webm")})
    return f"/editions/{edition_of(course).id}/assets/talk.webm", content, browser


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [("bytes=0-", 0, 300_000), ("bytes=0-99", 0, 100), ("bytes=150000-150000", 150_000, 150_001), ("bytes=299990-", 299_990, 300_000), ("bytes=-10", 299_990, 300_000), ("bytes=10-999999", 10, 300_000)],
)  # fmt: skip
def test_a_part_of_a_file_is_given_as_it_is_asked_for(kept, asked, start, end):
    address, content, browser = kept
    answer = browser.get(address, headers={"Range": asked})
    assert answer.status_code == 206
    assert answer.headers["Content-Range"] == f"bytes {start}-{end - 1}/300000"
    assert answer.data == content[start:end]


@pytest.mark.parametrize(
    ("headers", "status"),
    [({}, 200), ({"Range": "bytes=300000-"}, 416), ({"Range": "lines=1-2"}, 200), ({"Range": "bytes=x"}, 200), ({"Range": "bytes=1-2,5-6"}, 200), ({"Range": "bytes=0-1", "If-Range": '"another"'}, 200)],
)  # fmt: skip
def test_what_is_no_single_part_is_given_whole_or_refused(kept, headers, status):
    address, content, browser = kept
    answer = browser.get(address, headers=headers)
    assert answer.status_code == status
    assert status == 416 or answer.data == content


def test_a_file_beyond_the_limit_is_refused_with_the_limit(app, mizuho):
    draft_course(mizuho.coordinator, "with-video")
    browser = mizuho.coordinator.browser()
    for address, sent, limit in (("assets", 501, "500MBまで"), ("modules", 5, "64KBまで")):
        environ = {"CONTENT_LENGTH": str(sent * 1024 * 1024), "CONTENT_TYPE": "multipart/form-data; boundary=x"}
        answer = browser.post(f"/studio/with-video/{address}", environ_overrides=environ)
        assert answer.status_code == 413
        assert limit in answer.text


def test_a_video_and_a_document_are_lessons_with_the_same_in_words(mizuho):
    course = draft_course(mizuho.coordinator, "with-video")
    browser = mizuho.coordinator.browser()
    for name in ("talk.webm", "talk.vtt", "paper.pdf", "flow.svg"):
        browser.post("/studio/with-video/assets", data={"file": (io.BytesIO(b"x"), name)})
    browser.post("/studio/with-video/modules", data={"title": "見る"})
    for kind, shown, hidden in (
        (LessonKind.VIDEO, "talk.webm", "paper.pdf"),
        (LessonKind.DOCUMENT, "paper.pdf", "talk.webm"),
    ):
        module_id = re.search(r"/modules/(\d+)/lessons", browser.get("/studio/with-video/modules").text)[1]
        address = browser.post(
            f"/studio/with-video/modules/{module_id}/lessons", data={"title": kind.label, "kind": kind.value}
        ).location
        page = browser.get(address).text
        choices = page.split('name="asset"')[1].split("</select>")[0]
        assert shown in choices
        assert hidden not in choices
        said = {
            "title": kind.label,
            "required": "y",
            "body": "同じことを言葉で。",
            "asset": shown,
            "captions": "talk.vtt",
        }
        assert browser.post(address, data=said).status_code == 302
        assert browser.post(address, data={**said, "asset": "no-such.webm"}).status_code == 422
    assert lesson_kind.lacks(edition_of(course)) == []


def test_the_same_bytes_are_kept_once(tmp_path):
    files = Files(f"file://{tmp_path}/files")
    one, two = files.keep(io.BytesIO(b"abc" * 500_000)), files.keep(io.BytesIO(b"abc" * 500_000))
    assert one == two
    assert len([path for path in (tmp_path / "files").iterdir() if path.is_file()]) == 1
    assert files.whole(one[0]) == b"abc" * 500_000
    assert b"".join(files.pieces(one[0], 1, 5)) == b"bcab"
    with pytest.raises(FileNotFoundError):
        files.whole("0" * 64)


@pytest.fixture
def bucket(monkeypatch):
    """A bucket of a store that speaks S3, on the loopback."""
    port = free_port()
    store = subprocess.Popen(
        [BIN / "moto_server", "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    address = f"http://127.0.0.1:{port}"
    for name, value in {
        "ACCESS_KEY_ID": "a",
        "SECRET_ACCESS_KEY": "b",
        "REGION": "us-east-1",
        "ENDPOINT_URL": address,
        "ALLOW_HTTP": "true",
    }.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    for _attempt in range(100):
        with contextlib.suppress(OSError):
            urllib.request.urlopen(urllib.request.Request(f"{address}/courses", method="PUT"), timeout=5).close()
            break
        time.sleep(0.1)
    yield "s3://courses/files"
    store.terminate()
    store.wait(timeout=20)


def unzipped(archive):
    with zipfile.ZipFile(io.BytesIO(archive)) as held:
        return {name: held.read(name) for name in held.namelist()}


def test_an_s3_store_keeps_files_as_a_folder_does(bucket, tmp_path):
    content = os.urandom(9_000_000)
    for files in (Files(bucket), Files(f"file://{tmp_path}/files")):
        digest, size = files.keep(io.BytesIO(content))
        assert (size, files.whole(digest)) == (9_000_000, content)
        assert b"".join(files.pieces(digest, 4_999_990, 5_000_010)) == content[4_999_990:5_000_010]
        assert files.keep(io.BytesIO(content)) == (digest, size)
        held = package.unpack(files, io.BytesIO(zipped({**unzipped(one_page()), "empty.js": ""}))).files
        assert {path: files.whole(digest) for path, (digest, _size) in held.items()} == {
            **unzipped(one_page()),
            "empty.js": b"",
        }
        with pytest.raises(FileNotFoundError):
            files.whole("0" * 64)


class Uploading(Server):
    """The real server on a database of its own, and a browser before it."""

    def __init__(self, folder):
        environment = environment_for(folder)
        prepare(environment)
        super().__init__(environment)
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))

    def page(self, path, **fields):
        data = urllib.parse.urlencode(fields).encode() if fields else None
        with self.opener.open(f"http://127.0.0.1:{self.port}{path}", data, timeout=60) as answer:
            return answer.read().decode()

    def token(self, page):
        return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]

    def peak(self):
        """The most memory that a process of the server ever had, in bytes."""
        states = [Path(f"/proc/{worker}/status").read_text() for worker in self.workers]
        return max(1024 * int(re.search(r"VmHWM:\s+(\d+)", state)[1]) for state in states)


@pytest.mark.slow
def test_an_upload_of_500_megabytes_takes_no_more_memory_than_a_small_one(tmp_path):
    server = Uploading(tmp_path)
    try:
        person = next(
            one
            for one in yaml.safe_load((CONTENT / "demo.yaml").read_text(encoding="utf-8"))["people"]
            if one["account"] == "ichiro.okutama"
        )
        token = server.token(server.page("/sign-in"))
        server.page("/sign-in", csrf_token=token, account="ichiro.okutama@example.lg.jp", password=person["password"])
        new = server.page("/studio/new")
        track = re.search(r'<select[^>]*name="track_id".*?value="(\d+)"', new, re.DOTALL)[1]
        server.page(
            "/studio/new",
            csrf_token=server.token(new),
            slug="large",
            title="大きな動画",
            level="1",
            format="e-learning",
            attendance_percent="100",
            track_id=track,
        )
        token = server.token(server.page("/studio/large/modules"))
        before = server.peak()
        head = (
            f'--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n'
            '--x\r\nContent-Disposition: form-data; name="file"; filename="talk.mp4"\r\nContent-Type: video/mp4\r\n\r\n'
        ).encode()
        tail = b"\r\n--x--\r\n"
        piece = os.urandom(1024 * 1024)
        connection = HTTPConnection("127.0.0.1", server.port, timeout=300)
        connection.putrequest("POST", "/studio/large/assets")
        connection.putheader("Content-Type", "multipart/form-data; boundary=x")
        connection.putheader("Content-Length", str(len(head) + SIZE + len(tail)))
        connection.putheader("Cookie", "; ".join(f"{one.name}={one.value}" for one in server.jar))
        connection.endheaders(head)
        for _piece in range(SIZE // len(piece)):
            connection.send(piece)
        connection.send(tail)
        assert connection.getresponse().status == 302
        more = server.peak() - before
        assert "500.0MB" in server.page("/studio/large/modules")
        sys.stdout.write(f"\n500 MB uploaded: the server's memory rose by {more / 1024 / 1024:.1f} MB at most\n")
        assert more < MOST_MORE
    finally:
        server.stop()
