"""Forms as a browser fills them in from a page, and sends them."""

from __future__ import annotations

from html.parser import HTMLParser


class Typed(HTMLParser):
    """What the forms of a page would send."""

    def __init__(self):
        super().__init__()
        self.forms, self.area, self.select, self.chosen = [], None, None, []

    def handle_starttag(self, tag, attributes):
        said = dict(attributes)
        name, kind = said.get("name"), said.get("type")
        if tag == "form":
            self.forms.append([])
        elif tag == "input" and name and kind != "file" and (kind not in {"checkbox", "radio"} or "checked" in said):
            self.forms[-1].append((name, said.get("value") or ""))
        elif tag == "textarea":
            self.area, _ = name, self.forms[-1].append((name, ""))
        elif tag == "select":
            self.select, self.chosen = name, []
        elif tag == "option" and self.select:
            self.chosen = [said.get("value", "")] if "selected" in said or not self.chosen else self.chosen

    def handle_data(self, text):
        if self.area:
            name, so_far = self.forms[-1].pop()
            self.forms[-1].append((name, so_far + text))

    def handle_endtag(self, tag):
        if tag == "textarea":
            name, text = self.forms[-1].pop()
            self.forms[-1].append((name, text.removeprefix("\r\n").removeprefix("\n")))
            self.area = None
        elif tag == "select":
            self.forms[-1] += [(self.select, value) for value in self.chosen]
            self.select = None


def form_on(page, field):
    """The form of a page that has a field and tells what it showed."""
    reader = Typed()
    reader.feed(page)
    return next(form for form in reader.forms if {"seen", field} <= dict(form).keys())


def sending(form, **changed):
    """What is sent where some fields are typed anew."""
    sent: dict[str, list[str]] = {}
    for name, value in form:
        sent.setdefault(name, []).append(changed.get(name, value))
    return sent
