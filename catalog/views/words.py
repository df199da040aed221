"""Pages of the words that sort the catalogue: topics of remarks, tracks of courses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, url_for

from kernel.fields import options
from kernel.forms import accepted, answer

from people.access import actor, requires
from people.permission import Permission

from catalog import roundtable, topic, track
from catalog.blueprint import blueprint
from catalog.forms import PlacedTrackForm, TopicForm, TopicsForm, TrackForm

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@blueprint.route("/admin/topics", methods=["GET", "POST"])
@requires(Permission.MANAGE_CATALOG)
def topics() -> ResponseReturnValue:
    """Show the topics and add to them."""
    form = TopicForm()
    if accepted(form, lambda: topic.begin(actor(), form.name.value)):
        flash("話題を加えました。")
        return redirect(url_for("catalog.topics"))
    return answer("catalog/topics.html", form, topics=topic.topics())


@blueprint.route("/admin/topics/<int:topic_id>", methods=["GET", "POST"])
@requires(Permission.MANAGE_CATALOG)
def edit_topic(topic_id: int) -> ResponseReturnValue:
    """Rename a topic."""
    row = topic.topic(topic_id)
    form = TopicForm(obj=row)
    if accepted(form, lambda: topic.rename(actor(), row, form.name.value)):
        flash("話題の名前を変えました。")
        return redirect(url_for("catalog.topics"))
    return answer("catalog/topic_form.html", form, topic=topic.topic(topic_id))


@blueprint.post("/admin/topics/<int:topic_id>/remove")
@requires(Permission.MANAGE_CATALOG)
def remove_topic(topic_id: int) -> ResponseReturnValue:
    """Take a topic out."""
    topic.remove(actor(), topic.topic(topic_id))
    flash("話題を削除しました。")
    return redirect(url_for("catalog.topics"))


@blueprint.route("/remarks/<key>/<int:position>/topics", methods=["GET", "POST"])
@requires(Permission.MANAGE_CATALOG)
def topics_of_remark(key: str, position: int) -> ResponseReturnValue:
    """Say which topics a remark bears."""
    remark = roundtable.remark(key, position)
    form = TopicsForm(topics=[row.id for row in remark.topics])
    form.topics.choices = options((row.id, row.name) for row, _count in topic.topics())
    if accepted(form, lambda: topic.give(actor(), remark, form.topics.value)):
        flash("話題を保存しました。")
        return redirect(url_for("review.remark", key=key, position=position))
    return answer("catalog/topics_of_remark.html", form, remark=roundtable.remark(key, position))


@blueprint.route("/admin/tracks", methods=["GET", "POST"])
@requires(Permission.MANAGE_CATALOG)
def tracks() -> ResponseReturnValue:
    """Show the tracks in their order and add to them."""
    form = TrackForm()
    if accepted(form, lambda: track.begin(actor(), form.title.value, form.summary.value)):
        flash("分野を加えました。")
        return redirect(url_for("catalog.tracks"))
    return answer("catalog/tracks.html", form, tracks=track.tracks())


@blueprint.route("/admin/tracks/<int:track_id>", methods=["GET", "POST"])
@requires(Permission.MANAGE_CATALOG)
def edit_track(track_id: int) -> ResponseReturnValue:
    """Change a track: its name, its words, its place."""
    row = track.track(track_id)
    form = PlacedTrackForm(obj=row)
    if accepted(
        form, lambda: track.write(actor(), row, form.title.value, form.summary.value, form.position.value or 1)
    ):
        flash("分野を変えました。")
        return redirect(url_for("catalog.tracks"))
    return answer("catalog/track_form.html", form, track=track.track(track_id))


@blueprint.post("/admin/tracks/<int:track_id>/remove")
@requires(Permission.MANAGE_CATALOG)
def remove_track(track_id: int) -> ResponseReturnValue:
    """Take a track out in which no course stands."""
    track.remove(actor(), track.track(track_id))
    flash("分野を削除しました。")
    return redirect(url_for("catalog.tracks"))
