/** Steps in the short form. */
import { durationText } from '../../../profiles/load/duration';
import type { Body, CaptureValue, Check, RequestStep, Step, ThinkTime, WebSocketStep } from '../../scenario';
import { compact, filled, filledList, unless, type Short } from './shorten';

/** `2s`, `1s..3s`; undefined when there is none. */
export function shortThink({ minMs, maxMs }: ThinkTime): string | undefined {
  return minMs === 0 && maxMs === 0 ? undefined : thinkText({ minMs, maxMs });
}

function thinkText({ minMs, maxMs }: ThinkTime): string {
  return minMs === maxMs ? durationText(minMs) : `${durationText(minMs)}..${durationText(maxMs)}`;
}

export function shortStep(step: Step): Short {
  if (step.kind === 'think') return { think: thinkText(step.time) };
  return step.kind === 'websocket' ? shortWebSocket(step) : shortRequest(step);
}

function shortWebSocket({ name, url, headers, messages, timeoutMs }: WebSocketStep): Short {
  return compact({
    websocket: url,
    name,
    headers: filled(headers),
    messages: messages.map(({ send, expect, thenWait }) =>
      expect === undefined && thenWait === undefined
        ? send
        : compact({ send, expect, wait: thenWait && thinkText(thenWait) }),
    ),
    timeout: timeoutMs === undefined ? undefined : durationText(timeoutMs),
  });
}

function shortRequest(step: RequestStep): Short {
  const [check, ...moreChecks] = step.checks;
  const status = check?.on === 'status' && moreChecks.length === 0 ? check.in : undefined;
  return compact({
    [step.method.toLowerCase()]: step.url,
    name: step.name,
    query: filled(step.query),
    headers: filled(step.headers),
    ...(step.body && shortBody(step.body)),
    capture: shortCaptures(step.capture),
    ...(status ? { status: shortStatus(status) } : { checks: filledList(step.checks.map(shortCheck)) }),
    timeout: step.timeoutMs === undefined ? undefined : durationText(step.timeoutMs),
    redirects: unless(0, step.redirects),
  });
}

function shortBody(body: Body): Short {
  switch (body.type) {
    case 'json':
      return { json: body.value };
    case 'form':
      return { form: body.fields };
    case 'multipart':
      return { multipart: body.parts };
    case 'text':
      return compact({ text: body.text, contentType: body.contentType });
    case 'file':
      return compact({ file: body.file, contentType: body.contentType });
  }
}

/** By name where that keeps them all and in their order. */
function shortCaptures(captures: CaptureValue[]): unknown {
  if (captures.length === 0) return undefined;
  const names = captures.map(({ name }) => name);
  const isMap =
    new Set(names).size === names.length && !names.some((name) => /^\d+$/.test(name) || name === '__proto__');
  if (!isMap) return captures.map(({ required, ...rest }) => (required ? rest : { ...rest, required }));
  return Object.fromEntries(
    captures.map(({ name, from, select, required }) => [
      name,
      from === 'json' && required && select.startsWith('$')
        ? select
        : compact({ [from]: select, required: unless(true, required) }),
    ]),
  );
}

/** `200` as a number, as one writes it; classes as texts. */
function shortStatus(codes: string[]): unknown {
  const written = codes.map((code) => (/^\d+$/.test(code) ? Number(code) : code));
  return written.length === 1 ? written[0] : written;
}

function shortCheck(check: Check): Short {
  switch (check.on) {
    case 'status':
      return { status: shortStatus(check.in) };
    case 'latency':
      return { latency: durationText(check.belowMs) };
    case 'header':
      return compact({ header: check.header, contains: check.contains });
    case 'body': {
      const { contains, matches, json } = check;
      const short = compact({
        contains,
        matches,
        ...(json && { json: json.select, ...('equals' in json && { equals: json.equals }) }),
      });
      return Object.keys(short).length === 0 ? { on: 'body' } : short;
    }
  }
}
