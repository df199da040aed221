"""Provisioning over HTTP: SCIM 2.0 (RFC 7644) for an organisation's systems, opened by a key; and the page on which keys are made and ended."""

from __future__ import annotations

import json
import re
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast

import sqlalchemy as sa
from flask import Response, flash, g, redirect, render_template, request, url_for
from pydantic import ValidationError
from scim2_models import (
    Context,
    Error,
    ListResponse,
    Meta,
    PatchOp,
    ResourceType,
    ResponseParameters,
    Schema,
    SCIMException,
    SearchRequest,
)
from sqlalchemy.exc import IntegrityError

from kernel.database import db
from kernel.errors import ConflictError, ForbiddenError, NotFoundError, RefusalError
from kernel.forms import accepted, answer

from people.access import actor, by_token, confirmed, public, public_address, requires
from people.blueprint import blueprint
from people.permission import Permission
from people.provisioning import feeding
from people.provisioning.forms import TokenForm
from people.provisioning.models import ProvisionedUser
from people.provisioning.resource import CONFIG, MOST_LISTED, PROVIDER, Employee, User

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.typing import ResponseReturnValue

View = TypeVar("View", bound="Callable[..., Any]")
MEDIA_TYPE = "application/scim+json"
Fed = User[Employee]
_BY_NAME = re.compile(r'\s*(userName|externalId)\s+eq\s+"([^"\\]{1,255})"\s*', re.IGNORECASE)
STATUS = {ConflictError: (409, "uniqueness"), NotFoundError: (404, None), ForbiddenError: (403, None)}


def _own() -> int:
    return actor().own_organisation(Permission.SET_UP_SIGNING_IN)


@blueprint.route("/office/provisioning", methods=["GET", "POST"])
@requires(Permission.SET_UP_SIGNING_IN)
@confirmed
def provisioning() -> ResponseReturnValue:
    """Show the keys of the organisation's systems; make another one and show it once."""
    own, form = _own(), TokenForm()
    made = accepted(form, lambda: feeding.make_token(actor(), own, form.name.value))
    address = public_address("/scim/v2")
    if made:
        return render_template("people/scim_token.html", token=made, address=address)
    return answer("people/provisioning.html", form, tokens=feeding.tokens_of(own), address=address)


@blueprint.post("/office/provisioning/<int:token_id>/end")
@requires(Permission.SET_UP_SIGNING_IN)
@confirmed
def end_scim_token(token_id: int) -> ResponseReturnValue:
    """End a key."""
    flash(f"「{feeding.end_token(actor(), token_id)}」の鍵を終わりにしました。")
    return redirect(url_for("people.provisioning"))


def _said(model: Any, status: int = 200, context: Context = Context.RESOURCE_QUERY_RESPONSE, **more: Any) -> Response:
    return Response(model.model_dump_json(scim_ctx=context, **more), status, mimetype=MEDIA_TYPE)


def _refused(status: int, detail: str, scim_type: str | None = None) -> Response:
    return _said(Error(status=status, scim_type=scim_type, detail=detail), status)


def _by_key(view: View) -> View:
    """Open a view to whoever has a key; every refusal is said as SCIM says it."""

    @wraps(view)
    def opened(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        found = feeding.opened(token, notes=request.method != "GET") if kind.casefold() == "bearer" and token else None
        if found is None:
            refused = _refused(401, "a key of the organisation is needed")
            refused.headers["WWW-Authenticate"] = "Bearer"
            return refused
        g.scim = found
        try:
            return cast("ResponseReturnValue", view(*args, **kwargs))
        except SCIMException as error:
            return _said(error.to_error(), error.status)
        except ValidationError as error:
            said = Error.from_validation_errors(error)[0]
            return _said(said, said.status or 400)
        except RecursionError:
            return _refused(400, "the body is nested too deep", "invalidSyntax")
        except IntegrityError:  # two did the same at once
            db.session.rollback()
            return _refused(409, "somebody else did the same at the same time", "uniqueness")
        except RefusalError as refusal:
            status, scim_type = STATUS.get(type(refusal), (400, "invalidValue"))
            db.session.rollback()
            return _refused(status, refusal.message or "not found", scim_type)

    return cast("View", by_token(public(opened)))


def _body() -> dict[str, Any]:
    try:
        said = request.get_json(force=True, silent=True)
        request.get_data().decode("utf-8")
        again = json.dumps(said, ensure_ascii=False)
        again.encode("utf-8")  # a lone surrogate is no sign
    except (RecursionError, ValueError) as error:
        raise SCIMException(detail="the body cannot be read") from error
    if "\\u0000" in again:
        raise SCIMException(detail="the body holds a sign that no text has")
    if not isinstance(said, dict):
        raise SCIMException(detail="the body is no JSON object")
    return said


def _resource(row: ProvisionedUser) -> Any:
    user = Fed.model_validate(row.resource)
    user.id = str(row.id)
    user.meta = Meta(
        resource_type="User", created=row.made_at, last_modified=row.changed_at, location=public_address(f"/scim/v2/Users/{row.id}")
    )  # fmt: skip
    return user


def _asked() -> Any:
    said = {name: request.args[name] for name in ("attributes", "excludedAttributes") if name in request.args}
    return ResponseParameters[Fed].model_validate(said)


@blueprint.get("/scim/v2/ServiceProviderConfig")
@_by_key
def scim_config() -> ResponseReturnValue:
    """Say what is understood (RFC 7644, 4)."""
    CONFIG.meta = Meta(resource_type="ServiceProviderConfig", location=public_address("/scim/v2/ServiceProviderConfig"))
    return _said(CONFIG)


@blueprint.get("/scim/v2/ResourceTypes", defaults={"name": ""})
@blueprint.get("/scim/v2/ResourceTypes/<name>")
@_by_key
def scim_resource_types(name: str) -> ResponseReturnValue:
    """Say which resources there are."""
    return _described(ResourceType, list(PROVIDER.resource_types), "ResourceTypes", name)


@blueprint.get("/scim/v2/Schemas", defaults={"name": ""})
@blueprint.get("/scim/v2/Schemas/<name>")
@_by_key
def scim_schemas(name: str) -> ResponseReturnValue:
    """Say which attributes they have."""
    return _described(Schema, list(PROVIDER.schemas), "Schemas", name)


def _described(kind: Any, rows: list[Any], at: str, name: str) -> Response:
    if "filter" in request.args:  # RFC 7644, 4: these are not narrowed
        return _refused(403, "discovery is not filtered")
    for row in rows:
        row.meta = Meta(resource_type=kind.__name__, location=public_address(f"/scim/v2/{at}/{row.id}"))
    if not name:
        found = ListResponse[kind](total_results=len(rows), items_per_page=len(rows), start_index=1, resources=rows)
        return _said(found)
    one = next((row for row in rows if row.id == name), None)
    return _said(one) if one else _refused(404, "not found")


@blueprint.get("/scim/v2/Users")
@_by_key
def scim_users() -> ResponseReturnValue:
    """List the people whom the organisation's systems feed, narrowed by a filter."""
    return _listed(request.args.to_dict(), Context.RESOURCE_QUERY_RESPONSE)


@blueprint.post("/scim/v2/.search")
@blueprint.post("/scim/v2/Users/.search")
@_by_key
def scim_search() -> ResponseReturnValue:
    """List them as `scim_users` does, by a question that is sent (RFC 7644, 3.4.3)."""
    return _listed(_body(), Context.SEARCH_RESPONSE)


def _listed(said: dict[str, Any], context: Context) -> Response:
    asked = SearchRequest[Fed].model_validate(said)
    text = str(said.get("filter", ""))
    first, where = asked.start_index_0 or 0, _quickly(text)
    most = min(asked.count if asked.count is not None else MOST_LISTED, MOST_LISTED)
    statement = feeding.fed(g.scim[1], *where)
    if asked.filter and not where:  # what SQL does not answer is looked for among all
        users = [user for row in db.session.scalars(statement) if asked.filter.match(user := _resource(row))]
        total, some = len(users), users[first : first + most]
    else:
        total = db.session.scalar(sa.select(sa.func.count()).select_from(statement.order_by(None).subquery())) or 0
        some = [_resource(row) for row in db.session.scalars(statement.offset(first).limit(most))]
    found = ListResponse[Fed](
        total_results=total, items_per_page=len(some), start_index=first + 1, resources=some or None
    )
    return _said(found, 200, context, response_parameters=asked)


def _quickly(text: str) -> list[Any]:
    """Return the conditions by which the usual question of a system is answered without reading everybody."""
    match = _BY_NAME.fullmatch(text)
    if match is None:
        return []
    if match.group(1).casefold() == "username":
        return [ProvisionedUser.name_key == match.group(2).casefold()]
    return [ProvisionedUser.external_id == match.group(2)]


@blueprint.post("/scim/v2/Users")
@_by_key
def scim_create() -> ResponseReturnValue:
    """Feed somebody."""
    user = Fed.model_validate(_body(), scim_ctx=Context.RESOURCE_CREATION_REQUEST)
    who, organisation_id = g.scim
    made = _resource(feeding.create(who, organisation_id, user))
    said = _said(made, 201, Context.RESOURCE_CREATION_RESPONSE, response_parameters=_asked())
    said.headers["Location"] = made.meta.location
    return said


@blueprint.get("/scim/v2/Users/<id_>")
@_by_key
def scim_user(id_: str) -> ResponseReturnValue:
    """Return somebody whom the organisation's systems feed."""
    return _said(_resource(feeding.found(g.scim[1], id_)), response_parameters=_asked())


@blueprint.put("/scim/v2/Users/<id_>")
@_by_key
def scim_replace(id_: str) -> ResponseReturnValue:
    """Let somebody be as a system says them now."""
    who, organisation_id = g.scim
    row = feeding.found(organisation_id, id_, held=True)
    user = Fed.model_validate(_body(), scim_ctx=Context.RESOURCE_REPLACEMENT_REQUEST)
    user.replace(_resource(row))
    feeding.replace(who, row, user)
    return _said(_resource(row), 200, Context.RESOURCE_REPLACEMENT_RESPONSE, response_parameters=_asked())


@blueprint.patch("/scim/v2/Users/<id_>")
@_by_key
def scim_patch(id_: str) -> ResponseReturnValue:
    """Change some of what a system says of somebody."""
    who, organisation_id = g.scim
    row = feeding.found(organisation_id, id_, held=True)
    user = _resource(row)
    change = PatchOp[Fed].model_validate(_body(), scim_ctx=Context.RESOURCE_PATCH_REQUEST)
    if change.patch(user):
        feeding.replace(who, row, user)
    return _said(_resource(row), 200, Context.RESOURCE_PATCH_RESPONSE, response_parameters=_asked())


@blueprint.delete("/scim/v2/Users/<id_>")
@_by_key
def scim_delete(id_: str) -> ResponseReturnValue:
    """Feed somebody no more: the membership ends, and nobody is deleted."""
    who, organisation_id = g.scim
    feeding.remove(who, feeding.found(organisation_id, id_, held=True))
    return Response(status=204, mimetype=MEDIA_TYPE)


@blueprint.route("/scim/v2/", defaults={"rest": ""}, methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
@blueprint.route("/scim/v2/<path:rest>", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
@_by_key
def scim_nothing(rest: str) -> ResponseReturnValue:
    """Say that there is nothing there, or that it is not done so."""
    is_known = rest.split("/", maxsplit=1)[0] in {"ServiceProviderConfig", "ResourceTypes", "Schemas", "Users"}
    return _refused(405, "not allowed") if is_known and request.method != "GET" else _refused(404, "not found")
