/** What every k6 script brings along: values of users, checks, captures. */
export const k6Helpers = String.raw`const errors = new Rate('errors');
const errorsCounted = new Counter('errors_counted');
const timeouts = new Rate('timeouts');
const timeoutsCounted = new Counter('timeouts_counted');
const webSocketAnswers = new Trend('websocket_answer', true);

// Of this user.
const captured = Object.create(null);
let row = Object.create(null);
let isSetUp = false;
let counted = 0;

function nextRow() {
  row = Object.create(null);
  for (const name of Object.keys(variables)) {
    const { pick, rows } = variables[name];
    const at =
      pick === 'random'
        ? Math.floor(Math.random() * rows.length)
        : (pick === 'per-user' ? exec.vu.idInTest - 1 : exec.scenario.iterationInTest) % rows.length;
    row[name] = rows[at];
  }
}

function chooseFlow() {
  let at = Math.random() * flows.reduce((sum, flow) => sum + flow.weight, 0);
  for (const flow of flows) if ((at -= flow.weight) < 0) return flow;
  return flows[flows.length - 1];
}

function value(name, ...path) {
  let found = name in captured ? captured[name] : row[name];
  for (const key of path) found = found === undefined || found === null ? undefined : found[key];
  return found;
}

function text(found) {
  if (found === undefined || found === null) return '';
  return typeof found === 'object' ? JSON.stringify(found) : String(found);
}

function random(min, max) {
  return min + Math.random() * (max - min);
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const functions = {
  randomInt: (from, to) => (to === undefined ? functions.randomInt(0, from) : from + Math.floor(Math.random() * (to - from + 1))),
  randomString: (length = 8) => Array.from({ length }, () => letters[Math.floor(Math.random() * letters.length)]).join(''),
  randomItem: (...items) => items[Math.floor(Math.random() * items.length)],
  uuid: () =>
    'xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx'.replace(/[xy]/g, (c) => {
      const digit = Math.floor(Math.random() * 16);
      return (c === 'x' ? digit : (digit & 3) | 8).toString(16);
    }),
  sequence: () => exec.vu.idInTest * 1000000 + ++counted,
  timestamp: () => Date.now(),
  env: (name) => __ENV[name],
};

function absolute(url) {
  return /^(https?|wss?):\/\//i.test(url) ? url : baseUrl + (url.startsWith('/') ? url : '/' + url);
}

function withQuery(url, pairs) {
  return url + (url.includes('?') ? '&' : '?') + form(pairs);
}

function form(pairs) {
  return pairs.map(([name, value]) => encodeURIComponent(name) + '=' + encodeURIComponent(value)).join('&');
}

function multipart(fields) {
  const quoted = (name) => name.replace(/"/g, '%22').replace(/\r/g, '%0D').replace(/\n/g, '%0A');
  const parts = fields.map(
    ([name, value]) =>
      '--scorchmark-part\r\nContent-Disposition: form-data; name="' + quoted(name) + '"\r\n\r\n' + value + '\r\n',
  );
  return parts.join('') + '--scorchmark-part--\r\n';
}

function csv(content, delimiter) {
  const rows = [];
  let fields = [];
  let field = '';
  let quoted = false;
  const endRow = () => {
    fields.push(field);
    if (fields.length > 1 || fields[0] !== '') rows.push(fields);
    fields = [];
    field = '';
  };
  for (let at = 0; at < content.length; at++) {
    const char = content[at];
    if (quoted) {
      if (char !== '"') field += char;
      else if (content[at + 1] === '"') field += content[++at];
      else quoted = false;
    } else if (char === '"' && field === '') quoted = true;
    else if (char === delimiter) {
      fields.push(field);
      field = '';
    } else if (char === '\n') endRow();
    else if (char !== '\r') field += char;
  }
  if (field !== '' || fields.length > 0) endRow();
  const [names, ...values] = rows;
  return values.map((each) => Object.fromEntries(names.map((name, i) => [name.trim(), each[i] === undefined ? '' : each[i]])));
}

function tags(name, endpoint, phase) {
  const warmingUp = warmUpMs > 0 && Date.now() - exec.scenario.startTime < warmUpMs;
  return { name, endpoint, phase: phase || (warmingUp ? 'warmUp' : 'load') };
}

// Without a check of the status, 4xx and 5xx are errors.
function judge(response, checks, tag, checksStatus) {
  const held = Object.keys(checks).length === 0 || check(response, checks, tag);
  const failed = response.status === 0 || !held || (!checksStatus && response.status >= 400);
  errors.add(failed, tag);
  errorsCounted.add(failed ? 1 : 0, tag);
  const late = response.error_code === 1050;
  timeouts.add(late, tag);
  timeoutsCounted.add(late ? 1 : 0, tag);
}

function header(response, name) {
  const wanted = name.toLowerCase();
  for (const key of Object.keys(response.headers)) if (key.toLowerCase() === wanted) return response.headers[key];
  return undefined;
}

function cookie(response, name) {
  const found = response.cookies[name];
  return found && found.length > 0 ? found[0].value : undefined;
}

function matched(response, expression) {
  const found = new RegExp(expression).exec(String(response.body));
  return found ? (found[1] === undefined ? found[0] : found[1]) : undefined;
}

function jsonAt(response, path) {
  let found;
  try {
    found = JSON.parse(response.body);
  } catch (error) {
    return undefined;
  }
  for (const key of path) {
    if (found === undefined || found === null) return undefined;
    found = typeof key === 'number' && key < 0 ? found[found.length + key] : found[key];
  }
  return found;
}

// False when a value that later steps need is not there: the iteration ends.
function keep(name, found, required) {
  if (found !== undefined && found !== null) captured[name] = found;
  return !required || (found !== undefined && found !== null);
}

function webSocket(ws, url, params, messages, timeoutMs) {
  let at = -1;
  let sentAt = 0;
  let failed = false;
  const response = ws.connect(url.replace(/^http/i, 'ws'), params, (socket) => {
    const proceed = (waitMs) => (waitMs > 0 ? socket.setTimeout(next, waitMs) : next());
    const next = () => {
      at++;
      if (at >= messages.length) return socket.close();
      sentAt = Date.now();
      socket.send(messages[at].send);
      if (messages[at].expect === null) proceed(messages[at].waitMs);
    };
    socket.on('open', next);
    socket.on('message', (data) => {
      const message = messages[at];
      if (!message || message.expect === null || !String(data).includes(message.expect)) return;
      webSocketAnswers.add(Date.now() - sentAt, params.tags);
      proceed(message.waitMs);
    });
    socket.on('error', () => (failed = true));
    socket.setTimeout(() => {
      failed = failed || at < messages.length;
      socket.close();
    }, timeoutMs * messages.length + messages.reduce((sum, message) => sum + message.waitMs, 1));
  });
  const opened = check(response, { 'the WebSocket opens': (r) => r && r.status === 101 }, params.tags);
  errors.add(failed || !opened, params.tags);
  errorsCounted.add(failed || !opened ? 1 : 0, params.tags);
}
`;
