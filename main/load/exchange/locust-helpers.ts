/** What every Locust file brings along. */
export const locustHelpers = String.raw`letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
missing = object()
counters = {}
contents = {}


def next_number(name):
    counters[name] = counters.get(name, -1) + 1
    return counters[name]


def random_string(length):
    return "".join(random.choice(letters) for _ in range(length))


def text(found):
    if found is None:
        return ""
    if isinstance(found, bool):
        return "true" if found else "false"
    return json.dumps(found) if isinstance(found, (dict, list)) else str(found)


def absolute(url):
    if re.match(r"https?://", url, re.IGNORECASE) or url.startswith("/"):
        return url
    return "/" + url


def form(pairs):
    return "&".join(quote_plus(name) + "=" + quote_plus(value) for name, value in pairs)


def file_bytes(name):
    if name not in contents:
        with open(os.path.join(here, name), "rb") as file:
            contents[name] = file.read()
    return contents[name]


def csv_rows(name, delimiter):
    with open(os.path.join(here, name), newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file, delimiter=delimiter, skipinitialspace=False))


def json_rows(name):
    return json.loads(file_bytes(name))


def json_at(response, path):
    try:
        found = response.json()
    except ValueError:
        return missing
    for key in path:
        try:
            found = found[key]
        except (KeyError, IndexError, TypeError):
            return missing
    return found


def matched(response, expression):
    found = re.search(expression, response.text)
    if found is None:
        return missing
    return found.group(1) if found.groups() else found.group(0)


class Shape(LoadTestShape):
    def tick(self):
        now = self.get_run_time()
        for stage in stages:
            if now < stage["end"]:
                share = (now - stage["start"]) / (stage["end"] - stage["start"])
                users = round(stage["from"] + (stage["to"] - stage["from"]) * share)
                return (users, max(1, users))
        return None


@events.test_start.add_listener
def forget_warm_up(environment, **_):
    def forget():
        gevent.sleep(warm_up_seconds)
        environment.stats.reset_all()

    if warm_up_seconds > 0:
        gevent.spawn(forget)

`;
