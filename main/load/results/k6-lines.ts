/** k6's JSON lines (`--out json=file`): every measurement of every request, read line by line however big the file is. */
import { LatencyHistogram } from '../../../profiles/latency/histogram';
import { summaryOf } from '../../../profiles/latency/summary';
import type { LoadTotals } from '../../api';
import type { LoadEndpoint } from '../types';
import {
  addTo,
  badChecksOf,
  classOf,
  emptyTotals,
  malformed,
  numberOf,
  objectOf,
  resultOf,
  seriesOf,
  type ReadLoad,
} from './common';
import { forEachLine, type LineOptions } from './file-lines';
import { SecondsKeeper, type EndedRequest } from './seconds-keeper';

/** Endpoints beyond so many are counted together: URLs with ids in them make as many as there are requests. */
const mostEndpoints = 500;
/** So many bad lines are told by their number. */
const mostToldLines = 5;

const readMetrics: ReadonlySet<string> = new Set([
  'http_reqs',
  'http_req_duration',
  'checks',
  'iterations',
  'vus',
  'data_received',
  'data_sent',
]);

interface Counted {
  totals: LoadTotals;
  latency: LatencyHistogram;
}
interface Endpoint extends Counted, LoadEndpoint {
  number: number;
  /** By the checks' words. */
  failedChecks: Record<string, number>;
}
interface Second {
  requests: number;
  failed: number;
  users: number | undefined;
  latency: LatencyHistogram;
  /** Of a second that is over: its histogram as text. */
  packed?: string;
}
/** Hours of seconds would need hundreds of megabytes as histograms. */
const unpackedSeconds = 60;
const nothing = new LatencyHistogram();

function counted(): Counted {
  return { totals: { ...emptyTotals(), errorKinds: {}, statusClasses: {} }, latency: new LatencyHistogram() };
}

/** Rejects with PROFILE_MALFORMED naming the line, CANCELLED, or the system's error. */
export async function readK6Lines(file: string, fileName: string, options: LineOptions): Promise<ReadLoad> {
  const reader = new LineReader();
  try {
    await forEachLine(file, options, (line, number) => reader.take(line, number));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code?.startsWith('Z_')) throw malformed(fileName, 'k6', 'its packed data ends early or is damaged');
    throw error;
  }
  return reader.finish(fileName);
}

/** What a line measures, without reading all of it: most are of metrics that are not looked at. */
function metricOf(line: string): string | undefined {
  const found = /^\{"metric":"([^"\\]*)"/.exec(line) ?? /"metric":"([^"\\]*)"\}$/.exec(line.slice(-200));
  return found?.[1];
}

class LineReader {
  private readonly all = counted();
  private readonly endpoints = new Map<string, Endpoint>();
  private readonly endpointOfName = new Map<string, Endpoint | null>();
  /** By whole seconds since 1970. */
  private readonly seconds = new Map<number, Second>();
  private readonly unpacked: Second[] = [];
  private readonly keeper = new SecondsKeeper();
  private readonly checks: Record<string, { passed: number; failed: number }> = Object.create(null) as Record<
    string,
    { passed: number; failed: number }
  >;
  private iterations = 0;
  private users = 0;
  private badLines = 0;
  private readonly badLineNumbers: number[] = [];
  private lines = 0;
  private isSetUpLeftOut = false;
  private firstMs = Infinity;
  private lastMs = -Infinity;
  private countedFromMs = Infinity;
  private lastTime = '';
  private lastTimeMs = NaN;

  take(line: string, number: number): void {
    this.lines = number;
    const metric = metricOf(line);
    if (metric !== undefined && !readMetrics.has(metric) && line.endsWith('}')) return;
    let entry: Record<string, unknown>;
    try {
      const parsed: unknown = JSON.parse(line);
      if (typeof parsed !== 'object' || parsed === null) throw new TypeError('no object');
      entry = objectOf(parsed);
    } catch {
      this.bad(number);
      return;
    }
    if (entry['type'] !== 'Point') {
      if (entry['type'] !== 'Metric') this.bad(number);
      return;
    }
    const data = objectOf(entry['data']);
    const value = numberOf(data['value']);
    const atMs = this.timeOf(data['time']);
    if (value === undefined || !Number.isFinite(atMs)) this.bad(number);
    else this.point(entry['metric'], objectOf(data['tags']), value, atMs);
  }

  private bad(number: number): void {
    this.badLines++;
    if (this.badLineNumbers.length < mostToldLines) this.badLineNumbers.push(number);
  }

  private point(metric: unknown, tags: Record<string, unknown>, value: number, atMs: number): void {
    switch (metric) {
      case 'http_reqs':
        this.request(tags, value, atMs);
        return;
      case 'http_req_duration':
        this.duration(tags, value, atMs);
        return;
      case 'checks':
        this.check(tags, value, atMs);
        return;
      case 'iterations':
        this.iterations += value;
        return;
      case 'vus':
        this.second(atMs).users = value;
        this.users = Math.max(this.users, value);
        return;
      case 'data_received':
        this.all.totals.bytes += value;
        return;
      case 'data_sent':
        this.all.totals.bytesSent = (this.all.totals.bytesSent ?? 0) + value;
    }
  }

  /** Lines of one request have the same time: the text is read once. */
  private timeOf(time: unknown): number {
    if (typeof time !== 'string') return NaN;
    if (time !== this.lastTime) {
      this.lastTime = time;
      this.lastTimeMs = Date.parse(time);
    }
    return this.lastTimeMs;
  }

  private second(atMs: number): Second {
    const key = secondOf(atMs);
    let second = this.seconds.get(key);
    if (!second) {
      second = { requests: 0, failed: 0, users: undefined, latency: new LatencyHistogram() };
      this.seconds.set(key, second);
      this.unpacked.push(second);
      if (this.unpacked.length > 2 * unpackedSeconds)
        for (const old of this.unpacked.splice(0, unpackedSeconds)) {
          old.packed = old.latency.encode();
          old.latency = nothing;
        }
    } else if (second.packed !== undefined) {
      second.latency = LatencyHistogram.decode(second.packed);
      delete second.packed;
      this.unpacked.push(second);
    }
    return second;
  }

  private endpoint(tags: Record<string, unknown>): Endpoint {
    const method = textOf(tags['method']) ?? '';
    const given = textOf(tags['name']) ?? textOf(tags['url']) ?? '';
    let key = `${method} ${given}`;
    if (!this.endpoints.has(key) && this.endpoints.size >= mostEndpoints) key = 'other';
    let endpoint = this.endpoints.get(key);
    if (!endpoint) {
      const number = this.endpoints.size;
      endpoint =
        key === 'other'
          ? { ...counted(), number, failedChecks: {}, method: '', url: 'other' }
          : { ...counted(), number, failedChecks: {}, ...endpointNamed(method, given, textOf(tags['url'])) };
      this.endpoints.set(key, endpoint);
      this.endpointOfName.set(given, this.endpointOfName.has(given) ? null : endpoint);
    }
    return endpoint;
  }

  private request(tags: Record<string, unknown>, count: number, atMs: number): void {
    this.firstMs = Math.min(this.firstMs, atMs);
    this.lastMs = Math.max(this.lastMs, atMs);
    const phase = phaseOf(tags);
    if (phase === 'setUp') {
      this.isSetUpLeftOut = true;
      return;
    }
    const status = Number(tags['status'] ?? 0);
    const second = this.second(atMs);
    const code = textOf(tags['error_code']);
    const ended: EndedRequest = {
      status,
      errorKind: code === undefined ? 'no answer' : `k6 error ${code}`,
      isTimeout: code === '1050',
      // Redirects that were followed, and statuses that the script expects, are as they should be.
      isWrong:
        tags['expected_response'] === undefined ? status >= 400 : tags['expected_response'] === 'false',
    };
    if (status > 0) second.requests += count;
    if (status === 0 || tags['expected_response'] === 'false') second.failed += count;
    const endpoint = this.endpoint(tags);
    this.keeper.request(secondOf(atMs), endpoint.number, phase === 'warmUp', ended, count);
    if (phase === 'warmUp') return;
    for (const { totals } of [this.all, endpoint]) {
      if (status > 0) {
        totals.requests += count;
        addTo(totals.statusClasses, classOf(status), count);
        if (ended.isWrong) totals.non2xx += count;
      } else {
        addTo((totals.errorKinds ??= {}), ended.errorKind, count);
        if (ended.isTimeout) totals.timeouts += count;
        else totals.errors += count;
      }
    }
  }

  private duration(tags: Record<string, unknown>, ms: number, atMs: number): void {
    const us = Math.max(0, Math.round(ms * 1000));
    this.firstMs = Math.min(this.firstMs, atMs - ms);
    this.lastMs = Math.max(this.lastMs, atMs);
    const phase = phaseOf(tags);
    // Without an answer k6 writes a duration all the same.
    if (phase === 'setUp' || Number(tags['status'] ?? 0) === 0) return;
    const endpoint = this.endpoint(tags);
    this.second(atMs).latency.record(us);
    this.keeper.latency(secondOf(atMs), endpoint.number, phase === 'warmUp', us);
    if (phase === 'warmUp') return;
    this.countedFromMs = Math.min(this.countedFromMs, atMs - ms);
    this.all.latency.record(us);
    endpoint.latency.record(us);
  }

  private check(tags: Record<string, unknown>, value: number, atMs: number): void {
    const phase = phaseOf(tags);
    if (phase === 'setUp') return;
    // Only checks that were given tags say which request they were made on.
    const endpoint = this.endpointOfName.get(textOf(tags['name']) ?? '');
    const words = textOf(tags['check']) ?? '';
    if (endpoint && value !== 1)
      this.keeper.badCheck(secondOf(atMs), endpoint.number, phase === 'warmUp', words);
    if (phase === 'warmUp') return;
    const check = (this.checks[words] ??= { passed: 0, failed: 0 });
    if (value === 1) check.passed++;
    else check.failed++;
    if (endpoint && value !== 1) addTo(endpoint.failedChecks, words, 1);
  }

  finish(fileName: string): ReadLoad {
    if (!Number.isFinite(this.firstMs))
      throw malformed(
        fileName,
        'k6',
        this.badLines > 0 ? `has no requests, and ${this.toldBadLines()}` : 'has no requests',
      );
    const { firstMs, keeper } = this;
    const durationMs = Math.max(1, this.lastMs - firstMs);
    const isWarmUpLeftOut = this.countedFromMs > firstMs && Number.isFinite(this.countedFromMs);
    const countedMs = isWarmUpLeftOut ? Math.max(1, this.lastMs - this.countedFromMs) : durationMs;
    const close = ({ totals, latency }: Counted): LoadTotals => ({
      ...totals,
      latency: summaryOf(latency),
      meanRate: (totals.requests / countedMs) * 1000,
    });
    const checks = { ...this.checks };
    let badChecks = 0;
    for (const { totals, failedChecks } of this.endpoints.values()) {
      const failed = Object.values(failedChecks);
      if (failed.length > 0) badChecks += totals.badChecks = badChecksOf(failed, totals);
    }
    // Not all checks say which request they were made on.
    const all = Object.values(checks).map(({ failed }) => failed);
    badChecks = Math.max(badChecks, badChecksOf(all, this.all.totals));
    const endpoints = [...this.endpoints.values()].map(({ method, url, name }): LoadEndpoint => ({
      method,
      url,
      ...(name !== undefined && { name }),
    }));
    return {
      result: resultOf('k6', {
        durationMs,
        users: this.users,
        iterations: this.iterations,
        ...(isWarmUpLeftOut && { countedFromUs: Math.round((this.countedFromMs - firstMs) * 1000) }),
        totals: { ...close(this.all), ...(Object.keys(checks).length > 0 && { checks, badChecks }) },
        perRequest: [...this.endpoints.values()].map((each, at) => ({
          ...endpoints[at]!,
          totals: close(each),
        })),
        notes: this.notes(),
      }),
      series: this.series(),
      ...(!keeper.isTooMuch && {
        keepSeconds: (to: string) => keeper.writeTo(to, endpoints, firstMs),
      }),
    };
  }

  private notes(): string[] {
    return [
      'Latencies are from when a request was sent (service time), as k6 measures them.',
      'k6 tells the received bytes of the whole run only, not of an endpoint or a stretch.',
      ...(this.isSetUpLeftOut ? ['The set-up’s requests (tagged phase:setUp) are left out.'] : []),
      ...(this.keeper.isTooMuch
        ? ['There are too many seconds and endpoints for a heat map: only the totals and the lines are kept.']
        : []),
      ...(this.badLines > 0 ? [`In the file, ${this.toldBadLines()}; the rest is read.`] : []),
    ];
  }

  private toldBadLines(): string {
    const told = this.badLineNumbers.join(', ');
    if (this.badLines === 1)
      return `line ${told} is no measurement of k6${this.badLineNumbers[0] === this.lines ? ' (the last one: was k6 ended while it wrote?)' : ''}`;
    return `${this.badLines} lines are no measurements of k6 (${this.badLines > mostToldLines ? 'the first are lines' : 'lines'} ${told})`;
  }

  private series(): ReadLoad['series'] {
    const columns = {
      requestRate: [] as [number, number][],
      errorRate: [] as [number, number][],
      latencyP50: [] as [number, number][],
      latencyP95: [] as [number, number][],
      latencyP99: [] as [number, number][],
      loadUsers: [] as [number, number][],
    };
    for (const [key, second] of [...this.seconds].sort(([a], [b]) => a - b)) {
      const tUs = Math.max(0, Math.round(((key + 1) * 1000 - this.firstMs) * 1000));
      columns.requestRate.push([tUs, second.requests]);
      columns.errorRate.push([tUs, second.failed]);
      if (second.users !== undefined) columns.loadUsers.push([tUs, second.users]);
      const latency = summaryOf(
        second.packed === undefined ? second.latency : LatencyHistogram.decode(second.packed),
      );
      if (latency) {
        columns.latencyP50.push([tUs, latency.p50Ms]);
        columns.latencyP95.push([tUs, latency.p95Ms]);
        columns.latencyP99.push([tUs, latency.p99Ms]);
      }
    }
    return seriesOf(columns);
  }
}

function secondOf(atMs: number): number {
  return Math.floor(atMs / 1000);
}

/** Requests that our own scripts say are not counted; another script's `phase` means something else. */
function phaseOf(tags: Record<string, unknown>): 'setUp' | 'warmUp' | undefined {
  const { phase, endpoint } = tags;
  if (phase !== 'setUp' && phase !== 'warmUp') return undefined;
  return typeof endpoint === 'string' && /^e\d+$/.test(endpoint) ? phase : undefined;
}

/** k6's `name` is the URL unless the script gives one; our scripts give `GET /products`, or the step's name. */
function endpointNamed(method: string, given: string, url: string | undefined): LoadEndpoint {
  if (given === url) return { method, url: given };
  if (method !== '' && given.startsWith(`${method} `)) return { method, url: given.slice(method.length + 1) };
  return { method, url: given, name: given };
}

/** Tags are texts. */
function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
