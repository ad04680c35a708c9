/** k6's JSON lines (`--out json=file`): every measurement of every request, read line by line however big the file is. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { LatencyHistogram } from '../../../profiles/latency/histogram';
import { summaryOf } from '../../../profiles/latency/summary';
import type { LoadTotals } from '../../api';
import { AppError } from '../../errors';
import {
  addTo,
  classOf,
  emptyTotals,
  malformed,
  numberOf,
  objectOf,
  resultOf,
  seriesOf,
  type ReadLoad,
} from './common';

/** Endpoints beyond so many are counted together: URLs with ids in them make as many as there are requests. */
const mostEndpoints = 500;

interface Counted {
  totals: LoadTotals;
  latency: LatencyHistogram;
}
interface Second {
  requests: number;
  failed: number;
  users: number | undefined;
  latency: LatencyHistogram;
}

function counted(): Counted {
  return { totals: { ...emptyTotals(), errorKinds: {}, statusClasses: {} }, latency: new LatencyHistogram() };
}

/** @throws AppError PROFILE_MALFORMED, CANCELLED */
export async function readK6Lines(
  file: string,
  fileName: string,
  { isGzipped = false, signal }: { isGzipped?: boolean; signal?: AbortSignal | undefined } = {},
): Promise<ReadLoad> {
  const raw = createReadStream(file);
  const input = isGzipped ? raw.pipe(createGunzip()) : raw;
  raw.on('error', (error) => input.destroy(error));
  const reader = new LineReader();
  try {
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      if (signal?.aborted) throw new AppError('CANCELLED', 'Cancelled.');
      if (line.length > 0) reader.take(line);
    }
  } finally {
    raw.destroy();
  }
  return reader.finish(fileName);
}

class LineReader {
  private readonly all = counted();
  private readonly endpoints = new Map<string, Counted & { method: string; url: string }>();
  /** By whole seconds since 1970. */
  private readonly seconds = new Map<number, Second>();
  private readonly checks: Record<string, { passed: number; failed: number }> = Object.create(null) as Record<
    string,
    { passed: number; failed: number }
  >;
  private iterations = 0;
  private users = 0;
  private badLines = 0;
  private firstMs = Infinity;
  private lastMs = -Infinity;
  private lastTime = '';
  private lastTimeMs = NaN;

  take(line: string): void {
    let entry: Record<string, unknown>;
    try {
      entry = objectOf(JSON.parse(line));
    } catch {
      this.badLines++;
      return;
    }
    if (entry['type'] !== 'Point') return;
    const data = objectOf(entry['data']);
    const value = numberOf(data['value']);
    const atMs = this.timeOf(data['time']);
    if (value === undefined || !Number.isFinite(atMs)) {
      this.badLines++;
      return;
    }
    const tags = objectOf(data['tags']);
    switch (entry['metric']) {
      case 'http_reqs':
        this.request(tags, value, atMs);
        return;
      case 'http_req_duration':
        this.duration(tags, value, atMs);
        return;
      case 'checks': {
        const check = (this.checks[textOf(tags['check']) ?? ''] ??= { passed: 0, failed: 0 });
        if (value === 1) check.passed++;
        else check.failed++;
        return;
      }
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
    const key = Math.floor(atMs / 1000);
    let second = this.seconds.get(key);
    if (!second)
      this.seconds.set(
        key,
        (second = { requests: 0, failed: 0, users: undefined, latency: new LatencyHistogram() }),
      );
    return second;
  }

  private endpoint(tags: Record<string, unknown>): Counted {
    const method = textOf(tags['method']) ?? '';
    const url = textOf(tags['name']) ?? textOf(tags['url']) ?? '';
    let key = `${method} ${url}`;
    if (!this.endpoints.has(key) && this.endpoints.size >= mostEndpoints) key = 'other';
    let endpoint = this.endpoints.get(key);
    if (!endpoint)
      this.endpoints.set(
        key,
        (endpoint = { ...counted(), ...(key === 'other' ? { method: '', url: 'other' } : { method, url }) }),
      );
    return endpoint;
  }

  private request(tags: Record<string, unknown>, count: number, atMs: number): void {
    this.firstMs = Math.min(this.firstMs, atMs);
    this.lastMs = Math.max(this.lastMs, atMs);
    const status = Number(tags['status'] ?? 0);
    const second = this.second(atMs);
    const kind =
      textOf(tags['error_code']) === undefined ? 'no answer' : `k6 error ${textOf(tags['error_code'])}`;
    const isTimeout = textOf(tags['error_code']) === '1050';
    if (status > 0) second.requests += count;
    if (status === 0 || tags['expected_response'] === 'false') second.failed += count;
    for (const { totals } of [this.all, this.endpoint(tags)]) {
      if (status > 0) {
        totals.requests += count;
        addTo(totals.statusClasses, classOf(status), count);
        if (status < 200 || status > 299) totals.non2xx += count;
      } else {
        addTo((totals.errorKinds ??= {}), kind, count);
        if (isTimeout) totals.timeouts += count;
        else totals.errors += count;
      }
    }
  }

  private duration(tags: Record<string, unknown>, ms: number, atMs: number): void {
    const us = Math.max(0, Math.round(ms * 1000));
    this.firstMs = Math.min(this.firstMs, atMs - ms);
    this.lastMs = Math.max(this.lastMs, atMs);
    // Without an answer k6 writes a duration all the same.
    if (Number(tags['status'] ?? 0) === 0) return;
    this.all.latency.record(us);
    this.endpoint(tags).latency.record(us);
    this.second(atMs).latency.record(us);
  }

  finish(fileName: string): ReadLoad {
    if (!Number.isFinite(this.firstMs)) throw malformed(fileName, 'k6', 'has no requests');
    const durationMs = Math.max(1, this.lastMs - this.firstMs);
    const close = ({ totals, latency }: Counted): LoadTotals => ({
      ...totals,
      latency: summaryOf(latency),
      meanRate: (totals.requests / durationMs) * 1000,
    });
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
      const latency = summaryOf(second.latency);
      if (latency) {
        columns.latencyP50.push([tUs, latency.p50Ms]);
        columns.latencyP95.push([tUs, latency.p95Ms]);
        columns.latencyP99.push([tUs, latency.p99Ms]);
      }
    }
    const checks = { ...this.checks };
    const badChecks = Object.values(checks).reduce((sum, { failed }) => sum + failed, 0);
    return {
      result: resultOf('k6', {
        durationMs,
        users: this.users,
        iterations: this.iterations,
        totals: { ...close(this.all), ...(Object.keys(checks).length > 0 && { checks, badChecks }) },
        perRequest: [...this.endpoints.values()].map((each) => ({
          method: each.method,
          url: each.url,
          totals: close(each),
        })),
        notes: [
          'Latencies are from when a request was sent (service time), as k6 measures them.',
          ...(this.badLines > 0 ? [`${this.badLines} lines could not be read and are left out.`] : []),
        ],
      }),
      series: seriesOf(columns),
    };
  }
}

/** Tags are texts. */
function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
