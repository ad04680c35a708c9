/** Steps of a flow: requests, WebSockets and pauses, in the short or the full form. */
import { httpMethods } from '../../scenario';
import { expandThink } from './expand-think';
import type { Located } from './located';
import { described, type Built, type MapReader, type Reading } from './reading';

const methodKeys = httpMethods.map((method) => method.toLowerCase());
const stepHint = 'A step is for example “- get: /products”, “- post: /orders” or “- think: 1s..3s”.';

export function expandSteps(reading: Reading, at: Located): unknown[] {
  return reading.list(at, reading.items(at, 'steps'), (item) => expandStep(reading, item));
}

function expandStep(reading: Reading, at: Located): unknown {
  if (at.kind === 'scalar' && typeof at.value === 'string') return requestLine(reading, at, at.value);
  const map = reading.map(at, 'a step');
  if (!map) return undefined;
  const kind = map.take('kind');
  const told = kind?.kind === 'scalar' ? kind.value : undefined;
  if (told === 'think' || (!kind && map.has('think'))) return thinkStep(reading, map);
  if (told === 'websocket' || (!kind && map.has('websocket'))) return webSocketStep(reading, map);
  if (told === 'request' || (!kind && (map.has('url') || methodKeys.some((method) => map.has(method)))))
    return requestStep(reading, map);
  for (const key of [...methodKeys, 'think', 'websocket']) map.take(key);
  if (kind)
    return reading.problem(
      kind,
      `expected the kind request, websocket or think, not ${described(kind)}.`,
      stepHint,
    );
  const before = reading.problems.length;
  // Most often the one key that says what it is has a slip in it.
  for (const key of commonKeys) map.take(key);
  map.finish('a step');
  return reading.problems.length > before
    ? undefined
    : reading.problem(at, 'this step does not say what it does.', stepHint);
}

const commonKeys = [
  'name',
  'headers',
  'query',
  'json',
  'form',
  'multipart',
  'text',
  'file',
  'body',
  'contentType',
  'capture',
  'checks',
  'status',
  'timeout',
  'redirects',
  'messages',
];

/** `/products` or `POST /cart`. */
function requestLine(reading: Reading, at: Located, line: string): unknown {
  const [, method, url] = /^(?:([A-Za-z]+)\s+)?(\S.*)$/s.exec(line.trim()) ?? [];
  if (url === undefined || (method === undefined && !/^(\/|\?|https?:|\{\{)/i.test(url)))
    return reading.problem(at, `expected a step, not ${described(at)}.`, stepHint);
  return reading
    .built(at)
    .set('kind', 'request', at)
    .set('method', method?.toUpperCase(), at)
    .set('url', url, at).value;
}

function thinkStep(reading: Reading, map: MapReader): unknown {
  const time = map.takeOne('think', 'time');
  map.finish('a step that thinks');
  if (!time)
    return reading.problem(
      map.at,
      'this step does not say how long to think.',
      'Write think: 2s or think: 1s..3s.',
    );
  return reading.built(map.at).set('kind', 'think', map.at).set('time', expandThink(reading, time), time)
    .value;
}

function requestStep(reading: Reading, map: MapReader): unknown {
  const out = reading.built(map.at).set('kind', 'request', map.at);
  const keys = methodKeys.filter((key) => map.has(key));
  for (const key of methodKeys) map.take(key);
  const [key] = keys;
  if (keys[1] !== undefined)
    reading.problem(
      map.keyOf(keys[1]),
      `a step is one request: “${key}” and “${keys[1]}” are two.`,
      'Make two steps of it.',
    );
  if (key === undefined) {
    const method = map.take('method');
    if (method) out.set('method', reading.text(method)?.toUpperCase(), method);
    const url = map.take('url');
    if (url) out.set('url', reading.text(url), url);
  } else {
    const url = map.take(key)!;
    out.set('method', key.toUpperCase(), url).set('url', reading.text(url), url);
  }
  setText(reading, map, out, 'name');
  setTexts(reading, map, out, 'query');
  setTexts(reading, map, out, 'headers');
  setBody(reading, map, out);
  const capture = map.take('capture');
  if (capture) out.set('capture', expandCaptures(reading, capture), capture);
  setChecks(reading, map, out);
  setDuration(map, out, 'timeout');
  const redirects = map.take('redirects');
  if (redirects) out.set('redirects', reading.plain(redirects), redirects);
  map.finish('a request');
  return out.value;
}

function webSocketStep(reading: Reading, map: MapReader): unknown {
  const out = reading.built(map.at).set('kind', 'websocket', map.at);
  const url = map.takeOne('websocket', 'url');
  if (url) out.set('url', reading.text(url), url);
  setText(reading, map, out, 'name');
  setTexts(reading, map, out, 'headers');
  const messages = map.take('messages');
  if (messages)
    out.set(
      'messages',
      reading.list(messages, reading.items(messages, 'messages'), (item) => {
        if (item.kind === 'scalar') return reading.built(item).set('send', reading.text(item), item).value;
        const message = reading.map(item, 'a message');
        if (!message) return undefined;
        const built = reading.built(item);
        setText(reading, message, built, 'send');
        setText(reading, message, built, 'expect');
        const wait = message.takeOne('wait', 'thenWait');
        if (wait) built.set('thenWait', expandThink(reading, wait), wait);
        message.finish('a message');
        return built.value;
      }),
      messages,
    );
  setDuration(map, out, 'timeout');
  map.finish('a WebSocket step');
  return out.value;
}

function setText(reading: Reading, map: MapReader, out: Built, key: string): void {
  const at = map.take(key);
  if (at) out.set(key, reading.text(at), at);
}

function setTexts(reading: Reading, map: MapReader, out: Built, key: string): void {
  const at = map.take(key);
  if (at) out.set(key, reading.texts(at), at);
}

function setDuration(map: MapReader, out: Built, key: string): void {
  const duration = map.durationMs(key);
  if (duration) out.set(`${key}Ms`, duration.value, duration.at);
}

/** `json`, `form`, `multipart`, `text` or `file`, each with its content; or `body` with all of it. */
function setBody(reading: Reading, map: MapReader, out: Built): void {
  const keys = ['json', 'form', 'multipart', 'text', 'file', 'body'].filter((key) => {
    map.take(key);
    return map.has(key);
  });
  const contentType = map.take('contentType');
  const [key] = keys;
  if (keys[1] !== undefined)
    reading.problem(
      map.keyOf(keys[1]),
      `a request has one body: “${key}” and “${keys[1]}” are two.`,
      'Leave one of them out.',
    );
  if (contentType && key !== 'text' && key !== 'file' && key !== 'body')
    reading.problem(
      contentType,
      'contentType belongs to a body of text or of a file.',
      'Give a header content-type instead.',
    );
  if (key === undefined) return;
  const at = map.take(key)!;
  if (key === 'body') out.set('body', bodyOf(reading, at, contentType), at);
  else {
    const body = reading.built(at).set('type', key, at);
    setContent(reading, body, key, at);
    if (contentType) body.set('contentType', reading.text(contentType), contentType);
    out.set('body', body.value, at);
  }
}

function bodyOf(reading: Reading, at: Located, contentType: Located | undefined): unknown {
  if (at.kind === 'scalar') {
    const body = reading.built(at).set('type', 'text', at).set('text', reading.text(at), at);
    return (contentType ? body.set('contentType', reading.text(contentType), contentType) : body).value;
  }
  const map = reading.map(at, 'a body');
  if (!map) return undefined;
  if (contentType) reading.problem(contentType, 'contentType belongs into the body here.');
  const body = reading.built(at);
  const type = map.take('type');
  if (type) body.set('type', reading.text(type), type);
  const contentKeys: Record<string, string> = {
    json: 'value',
    form: 'fields',
    multipart: 'parts',
    text: 'text',
    file: 'file',
  };
  const told = type?.kind === 'scalar' ? String(type.value) : '';
  const key = contentKeys[told];
  if (key === undefined)
    return reading.problem(
      type ?? at,
      'expected a body of the type json, form, multipart, text or file.',
      'Short: json: { … }, form: { … }, text: “…” or file: name in the step itself.',
    );
  const content = map.take(key);
  if (content) setContent(reading, body, told, content);
  const inner = told === 'text' || told === 'file' ? map.take('contentType') : undefined;
  if (inner) body.set('contentType', reading.text(inner), inner);
  map.finish(`a body of the type ${told}`);
  return body.value;
}

function setContent(reading: Reading, body: Built, type: string, at: Located): void {
  if (type === 'json') body.set('value', reading.plain(at), at);
  else if (type === 'form') body.set('fields', reading.texts(at), at);
  else if (type === 'multipart') body.set('parts', expandParts(reading, at), at);
  else body.set(type, reading.text(at), at);
}

/** A list of parts, or a map: `{ title: hello, photo: { file: cat.png } }`. */
function expandParts(reading: Reading, at: Located): unknown {
  if (at.kind === 'map')
    return reading.list(
      at,
      [...at.entries.values()].map(({ value }) => value),
      (value) => {
        const name = [...at.entries].find(([, entry]) => entry.value === value)?.[0];
        if (value.kind !== 'map')
          return reading.built(value).set('name', name, value).set('value', reading.text(value), value).value;
        return partOf(reading, value, name);
      },
    );
  return reading.list(at, reading.items(at, 'parts'), (item) => partOf(reading, item, undefined));
}

function partOf(reading: Reading, at: Located, name: string | undefined): unknown {
  const map = reading.map(at, 'a part');
  if (!map) return undefined;
  const part = reading.built(at);
  if (name === undefined) setText(reading, map, part, 'name');
  else part.set('name', name, at);
  if (map.has('file'))
    for (const key of ['file', 'fileName', 'contentType']) setText(reading, map, part, key);
  else setText(reading, map, part, 'value');
  map.finish('a part');
  const whole = 'name' in part.value && ('value' in part.value || 'file' in part.value);
  return whole ? part.value : reading.problem(at, 'a part has a name, and a value or a file.');
}

/** A map `{ id: $.id, token: { header: x-token } }`, or the full form's list. */
function expandCaptures(reading: Reading, at: Located): unknown[] {
  const sources = ['json', 'header', 'cookie', 'regex'];
  const hint =
    'Write id: $.order.id, or id: { header: location }, { cookie: sid } or { regex: "id=(\\d+)" }.';
  if (at.kind === 'list')
    return reading.list(at, at.items, (item) => {
      const map = reading.map(item, 'a captured value');
      if (!map) return undefined;
      const out = reading.built(item);
      for (const key of ['name', 'from', 'select']) setText(reading, map, out, key);
      setPlain(reading, map, out, 'required');
      map.finish('a captured value');
      return out.value;
    });
  const map = reading.map(at, 'a map of names and where their values come from');
  if (!map) return [];
  const names = new Map(map.rest().map(([name, value]) => [value, name]));
  return reading.list(at, [...names.keys()], (value) => {
    const out = reading.built(value).set('name', names.get(value), value);
    if (value.kind === 'scalar') {
      const select = reading.text(value) ?? '';
      if (!select.startsWith('$'))
        return reading.problem(value, `“${select}” does not say where the value comes from.`, hint);
      return out.set('from', 'json', value).set('select', select, value).value;
    }
    const where = reading.map(value, 'where a value comes from');
    if (!where) return undefined;
    const from = sources.filter((source) => (where.take(source), where.has(source)));
    const [source] = from;
    if (source === undefined || from.length > 1)
      return reading.problem(value, 'a value comes from one of json, header, cookie and regex.', hint);
    const select = where.take(source)!;
    out.set('from', source, value).set('select', reading.text(select), select);
    setPlain(reading, where, out, 'required');
    where.finish('a captured value');
    return out.value;
  });
}

function setPlain(reading: Reading, map: MapReader, out: Built, key: string): void {
  const at = map.take(key);
  if (at) out.set(key, reading.plain(at), at);
}

function setChecks(reading: Reading, map: MapReader, out: Built): void {
  const checks = map.takeOne('checks', 'check');
  const status = map.takeOne('status', 'expect');
  if (!checks && !status) return;
  const all: unknown[] = [];
  const at = checks ?? status!;
  reading.cameFrom(all, at);
  const add = (check: unknown, from: Located) => {
    reading.keyCameFrom(all, String(all.length), from);
    all.push(check);
  };
  if (status) add(statusCheck(reading, status), status);
  if (checks?.kind === 'list')
    for (const item of checks.items) for (const check of expandCheck(reading, item)) add(check, item);
  else if (checks) for (const check of expandCheck(reading, checks)) add(check, checks);
  out.set('checks', all, at);
}

function statusCheck(reading: Reading, at: Located): unknown {
  const items = at.kind === 'list' ? at.items : [at];
  const codes = reading.list(at, items, (item) => reading.text(item)?.toLowerCase());
  return reading.built(at).set('on', 'status', at).set('in', codes, at).value;
}

const checkHint =
  'Checks are for example { status: 200 }, { latency: 500ms }, { contains: ok }, { json: $.ok, equals: true } or { header: etag }.';

/** One map may hold several checks: `{ status: 200, latency: 500ms }`. */
function expandCheck(reading: Reading, at: Located): unknown[] {
  const map = reading.map(at, 'a check');
  if (!map) return [];
  const checks: unknown[] = [];
  const on = map.take('on');
  const status = map.takeOne('status', 'in');
  if (status) checks.push(statusCheck(reading, status));
  const latency = map.takeOne('latency', 'below', 'belowMs');
  if (latency)
    checks.push(
      reading
        .built(at)
        .set('on', 'latency', latency)
        .set('belowMs', reading.durationMs(latency, map.has('belowMs')), latency).value,
    );
  const header = map.take('header');
  if (header) {
    const check = reading.built(at).set('on', 'header', header).set('header', reading.text(header), header);
    setText(reading, map, check, 'contains');
    checks.push(check.value);
  } else {
    const check = reading.built(at).set('on', 'body', at);
    setText(reading, map, check, 'contains');
    setText(reading, map, check, 'matches');
    const json = map.take('json');
    const equals = map.take('equals');
    if (json?.kind === 'map') check.set('json', fullJsonCheck(reading, json), json);
    else if (json) {
      const built = reading.built(json).set('select', reading.text(json), json);
      if (equals) built.set('equals', reading.plain(equals), equals);
      check.set('json', built.value, json);
    } else if (equals)
      reading.problem(equals, 'equals belongs to json: { json: $.ok, equals: true }.', checkHint);
    if (Object.keys(check.value).length > 1 || (on?.kind === 'scalar' && on.value === 'body'))
      checks.push(check.value);
  }
  map.finish('a check');
  if (checks.length === 0) reading.problem(at, 'this check checks nothing.', checkHint);
  if (on && !checks.some((check) => (check as { on: unknown }).on === (on.kind === 'scalar' && on.value)))
    reading.problem(on, `this is no check of the kind ${described(on)}.`, checkHint);
  return checks;
}

function fullJsonCheck(reading: Reading, at: Located): unknown {
  const map = reading.map(at, 'a check of JSON');
  if (!map) return undefined;
  const out = reading.built(at);
  setText(reading, map, out, 'select');
  setPlain(reading, map, out, 'equals');
  map.finish('a check of JSON');
  return out.value;
}
