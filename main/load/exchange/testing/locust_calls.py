"""Runs a locustfile without Locust and prints what it does as JSON. Arguments: the file, then "well" or "ill"."""
import json
import os
import random
import sys
import time
import types
from datetime import timedelta
from urllib.parse import parse_qsl

calls = []
sleeps = []
ill = sys.argv[2] == "ill"
answers = {
    "/login": (200, {"token": "t1"}, {}),
    "/products": (200, {"items": [{"id": 11}]}, {}),
    "/products/11": (200, {"id": 11}, {}),
    "/cart": (201, {}, {"x-order-id": "42"}),
    "/payments": (200, {"state": "paid"}, {}),
}


class Response:
    def __init__(self, call, status, body, headers):
        self.call, self.status_code, self.headers = call, status, headers
        self.text = json.dumps(body)
        self.elapsed = timedelta(milliseconds=10)

    def json(self):
        return json.loads(self.text)

    def failure(self, why):
        self.call["failed"] = True

    def success(self):
        self.call.setdefault("failed", False)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.call.setdefault("failed", False)


class Client:
    def request(self, method, url, name=None, params=None, headers=None, data=None, json=None, timeout=None, **_):
        body = json
        if data is not None:
            text = data.decode() if isinstance(data, bytes) else data
            kind = (headers or {}).get("Content-Type", "")
            if isinstance(text, dict):
                body = text
            elif kind == "application/json":
                body = globals()["json"].loads(text)
            else:
                body = dict(parse_qsl(text))
        call = {
            "method": method,
            "url": url,
            "name": name,
            "params": {key: str(value) for key, value in dict(params or {}).items()},
            "headers": {k: v for k, v in (headers or {}).items() if k.lower() != "content-type"},
            "body": body,
            "timeout": timeout[1] if isinstance(timeout, tuple) else timeout,
        }
        calls.append(call)
        status, answer, more = answers[url]
        # Ill: what later steps need is there all the same.
        return Response(call, 500 if ill else status, {**answer, "state": "open"} if ill else answer, more)

    def get(self, url, **more):
        return self.request("GET", url, **more)

    def post(self, url, **more):
        return self.request("POST", url, **more)


class HttpUser:
    def __init__(self):
        self.client = Client()


class LoadTestShape:
    now = 0

    def get_run_time(self):
        return self.now


def task(weight):
    def mark(function):
        function.weight = weight
        return function

    return mark


class Hook:
    def __init__(self):
        self.listeners = []

    def add_listener(self, listener):
        self.listeners.append(listener)
        return listener


locust = types.ModuleType("locust")
locust.HttpUser, locust.LoadTestShape, locust.task = HttpUser, LoadTestShape, task
locust.between = lambda low, high: ["between", low, high]
locust.constant = lambda value: ["constant", value]
locust.constant_throughput = lambda value: ["throughput", value]
locust.events = types.SimpleNamespace(quitting=Hook(), test_start=Hook())
sys.modules["locust"] = locust
sys.modules["gevent"] = types.ModuleType("gevent")
time.sleep = sleeps.append
random.randint = lambda low, high: low

scope = {"__name__": "locustfile", "__file__": os.path.abspath(sys.argv[1])}
with open(sys.argv[1], encoding="utf-8") as file:
    exec(compile(file.read(), sys.argv[1], "exec"), scope)

users = [c for c in scope.values() if isinstance(c, type) and issubclass(c, HttpUser) and c is not HttpUser]
shapes = [c for c in scope.values() if isinstance(c, type) and issubclass(c, LoadTestShape) and c is not LoadTestShape]
user = users[0]()
user.on_start()
tasks = [value for value in vars(users[0]).values() if hasattr(value, "weight")]
for each in tasks:
    each(user)
shape = shapes[0]()
ticks = []
for now in [0, 5, 9.5, 10, 14, 20, 29, 30, 45, 59.5, 60, 61]:
    shape.now = now
    tick = shape.tick()
    ticks.append(None if tick is None else tick[0])


def exit_code(fail_ratio, p95, rps):
    entry = types.SimpleNamespace(fail_ratio=fail_ratio, total_rps=rps, get_response_time_percentile=lambda _: p95)
    stats = types.SimpleNamespace(total=entry, get=lambda name, method: entry)
    environment = types.SimpleNamespace(stats=stats, process_exit_code=None)
    stdout, sys.stdout = sys.stdout, sys.stderr
    for listener in locust.events.quitting.listeners:
        listener(environment=environment)
    sys.stdout = stdout
    return bool(environment.process_exit_code)


print(
    json.dumps(
        {
            "calls": calls,
            "sleeps": sleeps,
            "wait": users[0].wait_time,
            "host": users[0].host,
            "weights": [each.weight for each in tasks],
            "ticks": ticks,
            "failed": [
                exit_code(0, 100, 50),
                exit_code(0.2, 100, 50),
                exit_code(0, 600, 50),
                exit_code(0, 400, 50),
                exit_code(0, 100, 5),
            ],
        }
    )
)
