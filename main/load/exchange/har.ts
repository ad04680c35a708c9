/** A HAR file (what a browser recorded) as a scenario: one user who does the same again, with the same pauses. */
import { z } from 'zod';
import { AppError } from '../../errors';
import { httpMethods, type ScenarioInput } from '../../scenario';
import { bodyOfText } from './curl';
import { filesNote, multipartOfText } from './multipart-text';

const pairs = z.array(z.object({ name: z.string(), value: z.string() })).catch([]);
const harSchema = z.object({
  log: z.object({
    entries: z.array(
      z.object({
        startedDateTime: z.string().optional(),
        time: z.number().catch(0),
        _resourceType: z.string().optional(),
        request: z.object({
          method: z.string(),
          url: z.string(),
          headers: pairs,
          postData: z
            .object({
              mimeType: z.string().catch(''),
              text: z.string().optional(),
              params: z
                .array(
                  z.object({
                    name: z.string(),
                    value: z.string().optional(),
                    fileName: z.string().optional(),
                  }),
                )
                .optional(),
            })
            .optional(),
        }),
        response: z.object({ status: z.number().catch(0) }).optional(),
      }),
    ),
  }),
});
type Entry = z.infer<typeof harSchema>['log']['entries'][number];
type StepInput = ScenarioInput['flows'][number]['steps'][number];

/** The browser's own, or of the message as it goes over the wire. */
const dropped =
  /^(:.*|host|connection|content-length|cookie|accept-encoding|accept-language|user-agent|referer|origin|cache-control|pragma|upgrade-insecure-requests|priority|dnt|te|if-none-match|if-modified-since|sec-.*)$/i;
const isStatic = /\.(css|js|mjs|map|png|jpe?g|gif|svg|ico|webp|avif|woff2?|ttf|otf|eot|mp4|webm|mp3)(\?|$)/i;
/** Shorter pauses are the browser's, not the person's. */
const shortestThinkMs = 500;

/** @throws AppError BAD_INPUT when it is no HAR file, or holds no requests over HTTP */
export function readHar(document: unknown): { scenario: ScenarioInput; notes: string[] } {
  const parsed = harSchema.safeParse(document);
  if (!parsed.success)
    throw new AppError('BAD_INPUT', `This is no HAR file: ${whatIsWrong(parsed.error)}.`, {
      hint: 'In the browser’s developer tools: Network, then “Save all as HAR”.',
    });
  const notes: string[] = [];
  const all = parsed.data.log.entries;
  const requests = all.filter(
    ({ request }) =>
      /^https?:/i.test(request.url) &&
      (httpMethods as readonly string[]).includes(request.method.toUpperCase()),
  );
  if (requests.length < all.length)
    notes.push(`${all.length - requests.length} entries are no requests over HTTP and are left out.`);
  const first = requests[0];
  if (!first)
    throw new AppError('BAD_INPUT', 'The HAR file holds no requests.', {
      hint: 'Record with the Network tab open, then save all as HAR.',
    });
  const origin = mostFrequent(requests.map(({ request }) => originOf(request.url)));
  const own = requests.filter(({ request }) => originOf(request.url) === origin);
  if (own.length < requests.length)
    notes.push(
      `${requests.length - own.length} requests to other hosts than ${origin} are left out: nobody asked them for load.`,
    );
  const kept = own.filter(
    (entry) => !isStatic.test(entry.request.url) || own.every(({ request }) => isStatic.test(request.url)),
  );
  if (kept.length < own.length)
    notes.push(
      `${own.length - kept.length} static files (images, scripts, styles) are left out; a browser has them in its cache.`,
    );
  if (own.some(({ request }) => request.headers.some(({ name }) => name.toLowerCase() === 'cookie')))
    notes.push('Recorded cookies are left out: each user gets its own. A log-in belongs into the set-up.');
  if (own.some(({ request }) => request.headers.some(({ name }) => name.toLowerCase() === 'authorization')))
    notes.push('The recorded authorization header is sent as it was; it may have expired.');
  const steps: StepInput[] = [];
  let endedMs: number | undefined;
  for (const entry of kept) {
    const beganMs = Date.parse(entry.startedDateTime ?? '');
    const pauseMs = Math.round((beganMs - (endedMs ?? NaN)) / 100) * 100;
    if (pauseMs >= shortestThinkMs)
      steps.push({
        kind: 'think',
        time: { minMs: Math.min(pauseMs, 60_000), maxMs: Math.min(pauseMs, 60_000) },
      });
    endedMs = beganMs + entry.time;
    steps.push(stepOf(entry, origin, notes));
  }
  return {
    scenario: {
      version: 1,
      name: 'From HAR',
      baseUrl: origin,
      load: { model: 'closed', stages: [{ durationMs: 30_000, users: 10 }] },
      flows: [{ name: 'recorded', steps }],
    },
    notes: [...new Set(notes)],
  };
}

function stepOf({ request, response }: Entry, origin: string, notes: string[]): StepInput {
  const headers = Object.fromEntries(
    request.headers.filter(({ name }) => !dropped.test(name)).map(({ name, value }) => [name, value]),
  );
  const contentType =
    Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-type')?.[1] ??
    request.postData?.mimeType;
  const { postData } = request;
  const status = response?.status ?? 0;
  let body: Extract<StepInput, { kind: 'request' }>['body'];
  const dropType = (): void => {
    for (const name of Object.keys(headers)) if (name.toLowerCase() === 'content-type') delete headers[name];
  };
  const text = postData?.text === '' ? undefined : postData?.text;
  const params = postData?.params?.length ? postData.params : undefined;
  if (contentType?.startsWith('multipart/')) {
    body = text === undefined ? undefined : multipartOfText(text, contentType);
    if (!body && params)
      body = {
        type: 'multipart',
        parts: params.map(({ name, value, fileName }) =>
          fileName === undefined ? { name, value: value ?? '' } : { name, file: fileName },
        ),
      };
    if (body?.type === 'multipart' && body.parts.some((part) => 'file' in part)) notes.push(filesNote);
    // With a boundary of its own.
    if (body || text === undefined) dropType();
    if (!body && text !== undefined) body = { type: 'text', text };
    if (!body)
      notes.push(
        `The body of ${request.method} ${request.url} (a form with files) is not in the HAR file: write it as multipart:, with the files beside the scenario.`,
      );
  } else if (text !== undefined) body = formOfText(text, contentType) ?? bodyOfText(text, contentType);
  else if (params)
    body = {
      type: 'form',
      fields: Object.fromEntries(params.map(({ name, value }) => [name, value ?? ''])),
    };
  const path = request.url.slice(origin.length).replace(/#.*$/s, '');
  return {
    kind: 'request',
    method: request.method.toUpperCase() as (typeof httpMethods)[number],
    url: path.startsWith('/') ? path : `/${path}`,
    headers,
    ...(body && { body }),
    // What was recorded is what is expected: a 404 that was there is no error.
    checks:
      status >= 100 && status < 600 && status !== 304
        ? [{ on: 'status', in: [status < 400 ? `${Math.floor(status / 100)}xx` : String(status)] }]
        : [],
  };
}

/** Undefined when it is none, or has a name twice. */
function formOfText(
  text: string,
  contentType: string | undefined,
): { type: 'form'; fields: Record<string, string> } | undefined {
  if (!/^application\/x-www-form-urlencoded\b/i.test(contentType ?? '')) return undefined;
  const pairs = [...new URLSearchParams(text)];
  const fields = Object.fromEntries(pairs);
  const isSame =
    Object.keys(fields).length === pairs.length && !/[^\x20-\x7e]/.test(text) && text.includes('=');
  return isSame ? { type: 'form', fields } : undefined;
}

function whatIsWrong({ issues: [issue] }: z.ZodError): string {
  const place = (issue?.path ?? [])
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('');
  if (!place.startsWith('.log.entries[')) return 'it has no log of requests';
  return `${place.slice(1)} is no recorded request (${issue?.message ?? ''})`;
}

function originOf(url: string): string {
  return /^https?:\/\/[^/?#]+/i.exec(url)?.[0] ?? '';
}

function mostFrequent(values: string[]): string {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  let best = values[0] ?? '';
  for (const [value, count] of counts) if (count > (counts.get(best) ?? 0)) best = value;
  return best;
}
