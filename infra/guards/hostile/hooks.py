"""What the guard adds to schemathesis: values of the world where the document has
examples, a session of its own for requests that end one, and the check that no
answer shows or does what the caller may not see or do. hostile_test.go writes what
is read here."""

import json
import os
import urllib.request
import zlib

import schemathesis

with open(os.environ["FOYER_HOSTILE"], encoding="utf-8") as file:
    WORLD = json.load(file)

SIGNED_IN = {f"Bearer {WORLD['token']}"} if WORLD["token"] else set()

# Answers of the guard before all handlers, which looks at the form of a request
# and at nothing else.
BEFORE_ANYTHING = {400, 413, 415}


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """What is made systematically is made around examples: with ids that are not
    there it would meet nothing but 404."""
    for path in raw_schema["paths"].values():
        for operation in path.values():
            for parameter in operation.get("parameters", []):
                values = WORLD["values"].get(f"{parameter['in']}.{parameter['name']}")
                if values and (parameter["in"] == "path" or parameter["name"] in (WORLD["needs"] or [])):
                    parameter["example"] = values[0]
            body = WORLD["bodies"].get(operation["operationId"])
            if body:
                operation["requestBody"]["content"]["application/json"]["example"] = json.loads(body)


def operation_of(case):
    return case.operation.definition.raw["operationId"]


def carried_out(case):
    """Changes of a case that fits the schema, so that it is carried out more often
    than refused for what a schema cannot say."""
    # Fields that exclude each other: with all of them nearly every body is refused.
    example = WORLD["bodies"].get(operation_of(case))
    if example and isinstance(case.body, dict):
        fields = json.loads(example)
        if len(case.body.keys() - fields.keys()) > 1:
            case.body = {name: case.body.get(name, value) for name, value in fields.items()}
    # A key is for one body: of two bodies the second is refused. One in four stays.
    key = (case.headers or {}).get("Idempotency-Key")
    body = zlib.crc32(repr(case.body).encode())
    if key and body % 4:
        case.headers["Idempotency-Key"] = f"{key[:200]}-{body}"


MET = set()


def meets_something(case):
    """The first case of each operation that fits the schema names things that belong
    together: drawn one by one, project and item of a short run may never meet, and the
    guard would have seen refusals alone."""
    header = (case.headers or {}).get("Authorization")
    if operation_of(case) in MET or (SIGNED_IN and header not in SIGNED_IN):
        return
    MET.add(operation_of(case))
    for name in case.path_parameters or {}:
        values = WORLD["values"].get(f"path.{name}")
        if values:
            case.path_parameters[name] = WORLD["links"].get(operation_of(case), values[0]) if name == "token" else values[0]
    if case.query and "as" not in (WORLD["needs"] or []):
        case.query.pop("as", None)


@schemathesis.hook
def before_call(context, case, kwargs):
    if case.meta is not None and case.meta.generation.mode.is_positive:
        carried_out(case)
        meets_something(case)
    # What ends a session ends one that was begun for it: the caller goes on.
    if operation_of(case) != "sessions-end" or (case.headers or {}).get("Authorization") not in SIGNED_IN:
        return
    with urllib.request.urlopen(urllib.request.Request(WORLD["signIn"], method="POST"), timeout=60) as answer:
        header = f"Bearer {answer.read().decode()}"
    SIGNED_IN.add(header)
    case.headers["Authorization"] = header


if WORLD["token"]:

    @schemathesis.auth()
    class Caller:
        """Every request is the caller's, where no check takes that away."""

        def get(self, case, context):
            return f"Bearer {WORLD['token']}"

        def set(self, case, data, context):
            case.headers["Authorization"] = data


def said(request):
    """Everything that a request said: what it named itself is not shown to it."""
    body = request.body or b""
    if isinstance(body, bytes):
        body = body.decode("utf-8", "replace")
    return "\n".join([request.url, body, str(dict(request.headers))])


def in_own_agency(case):
    """Whether the place that it names is a workspace that the caller owns, or a project
    of it: they are asked about Acme, and answers told of their own too. The place alone
    decides: an id of their own elsewhere in a path into Acme excuses nothing."""
    places = case.path_parameters or {}
    place = str(places.get("workspace") or places.get("project") or "")
    return any(place.startswith(("wks_" + agency, "prj_" + agency)) for agency in WORLD["own"])


@schemathesis.check
def authorization(ctx, response, case):
    """Nothing shows that is hidden from the caller. What is not theirs is absent,
    and asked without their token it wants one."""
    operation, status = operation_of(case), response.status_code
    shown = response.content.decode("utf-8", "replace") + str(dict(response.headers))
    for mark in WORLD["hidden"]:
        assert mark not in shown or mark in said(response.request), f"{operation} shows {mark} to the {WORLD['caller']}"
    if status in BEFORE_ANYTHING or operation in WORLD["public"]:
        return
    if response.request.headers.get("Authorization") not in SIGNED_IN:
        assert status == 401, f"{operation} answers {status} to one who is not signed in"
        return
    assert status != 401, f"{operation} does not know the {WORLD['caller']} any more: the guard is blind from here"
    hidden = {name for name, value in (case.path_parameters or {}).items() if value in WORLD["foreign"]}
    if operation in WORLD["denied"] or hidden & {"workspace", "project"}:
        assert status == 404, f"{operation} answers {status} to the {WORLD['caller']}, from whom it is hidden {hidden}"
    elif operation in WORLD["known"] and not in_own_agency(case):
        assert status in (403, 404), f"{operation} answers {status} to the {WORLD['caller']}, whose role does not allow it"
    elif hidden:  # in a place that is theirs: the input is looked at before the thing
        assert status in (404, 422), f"{operation} answers {status} to the {WORLD['caller']}, from whom the {hidden} is hidden"
