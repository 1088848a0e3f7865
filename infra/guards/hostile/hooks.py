"""What the guard adds to schemathesis: real ids of the scene, a token of its own
for requests that end a session, and the check that no answer shows or does what
the caller may not see or do. The Go side writes the scene (FOYER_HOSTILE_SCENE)."""

import json
import os
import urllib.request

import schemathesis

with open(os.environ["FOYER_HOSTILE_SCENE"], encoding="utf-8") as file:
    SCENE = json.load(file)

# Answers of the guard that stands before every handler: it has looked at nothing.
BEFORE_ANYTHING = {400, 413, 415}


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """Give the path parameters examples that are there: without, what is made
    systematically would meet nothing but 404."""
    for item in raw_schema["paths"].values():
        for operation in item.values():
            for parameter in operation.get("parameters", []):
                if parameter["in"] == "path" and parameter["name"] in SCENE["values"]:
                    parameter["example"] = SCENE["values"][parameter["name"]][0]


@schemathesis.hook
def before_call(context, case, kwargs):
    """A request that ends the caller's session ends one made for it."""
    if case.operation.definition.raw.get("operationId") != "sessions-end":
        return
    mine = f"Bearer {SCENE['token']}"
    headers = case.headers or {}
    if SCENE["token"] and headers.get("Authorization") == mine:
        request = urllib.request.Request(SCENE["signIn"], method="POST")
        with urllib.request.urlopen(request, timeout=60) as answer:
            case.headers["Authorization"] = f"Bearer {answer.read().decode()}"


if SCENE["token"]:

    @schemathesis.auth()
    class Caller:
        """Every request is the caller's, unless a check takes that away."""

        def get(self, case, context):
            return SCENE["token"]

        def set(self, case, data, context):
            case.headers = {**(case.headers or {}), "Authorization": f"Bearer {data}"}


def sent(response):
    """Everything that the request said, to tell an echo from a leak."""
    request = response.request
    body = request.body or b""
    if isinstance(body, bytes):
        body = body.decode("utf-8", "replace")
    return "\n".join([request.url, body, str(dict(request.headers))])


@schemathesis.check
def authorization(ctx, response, case):
    """Nothing that is hidden from the caller shows, and nothing that is not
    theirs succeeds: what is hidden is answered like what is absent."""
    operation = case.operation.definition.raw.get("operationId")
    status = response.status_code
    shown = response.content.decode("utf-8", "replace") + str(dict(response.headers))
    asked = None
    for mark in SCENE["hidden"]:
        if mark in shown:
            asked = asked or sent(response)
            assert mark in asked, f"{SCENE['caller']} is shown {mark} by {operation}"
    if status in BEFORE_ANYTHING:
        return
    token = response.request.headers.get("Authorization")
    if not SCENE["token"] or token != [f"Bearer {SCENE['token']}"]:
        assert status == 401 or operation in SCENE["public"], f"{operation}: nobody is signed in and got {status}"
        return
    if operation in SCENE["denied"]:
        assert status == 404, f"{operation} is not for {SCENE['caller']}: got {status}, want 404"
    for name, value in (case.path_parameters or {}).items():
        if value in SCENE["foreign"]:
            assert status == 404, f"{operation}: the {name} is hidden from {SCENE['caller']}: got {status}, want 404"
    assert status != 401 or operation in SCENE["public"], f"{operation}: {SCENE['caller']} is signed in and got 401"
