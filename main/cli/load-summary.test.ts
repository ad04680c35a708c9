import { describe, expect, it } from 'vitest';
import type { LoadResult } from '../api';
import { loadSummary } from './load-summary';

const latency = { minMs: 1, meanMs: 4, p50Ms: 3, p90Ms: 8, p95Ms: 9, p99Ms: 20, maxMs: 30 };
const totals = {
  requests: 98,
  errors: 1,
  timeouts: 1,
  non2xx: 3,
  errorKinds: { ECONNRESET: 1, 'connect timeout': 1, 'status 5xx': 3 },
  bytes: 98_000,
  meanRate: 9.8,
  latency,
  statusClasses: { '2xx': 95, '5xx': 3 },
};
const result: LoadResult = {
  preset: 'custom',
  users: 2,
  plannedDurationMs: 10_000,
  startedUs: 0,
  endedUs: 10_000_000,
  cancelled: false,
  totals,
  perRequest: [],
  thresholds: [{ expression: 'errors < 1%', ok: false, value: 0.05 }],
};

describe('the summary of a load', () => {
  it('has the lines that people know', () => {
    const text = loadSummary(result).replaceAll('\u202f', ' ');
    expect(text).toMatch(/total requests\s+100/);
    expect(text).toMatch(/successful\s+95/);
    expect(text).toMatch(/failed\s+5 {2}\(5 %\)/);
    expect(text).toMatch(/min 1 ms {2}avg 4 ms {2}median 3 ms {2}max 30 ms/);
    expect(text).toMatch(/p90 8 ms {2}p95 9 ms {2}p99 20 ms/);
    expect(text).toMatch(/throughput\s+9.8 \/s {2}9.8 kB\/s/);
    expect(text).toMatch(/per user\s+4.9 \/s/);
    expect(text).toMatch(/errors\s+ECONNRESET 1 {2}connect timeout 1 {2}status 5xx 3/);
    expect(text).toMatch(/✗ threshold\s+errors < 1% {2}\(measured 5 %\)/);
  });

  it('writes what thresholds measured in their units, checks that were never made with a dash, and notes', () => {
    const text = loadSummary({
      ...result,
      totals: { ...totals, checks: { 'status 201': { passed: 0, failed: 0 } } },
      thresholds: [
        { expression: 'p95 < 500ms', ok: true, value: 17.35 },
        { expression: 'errors < 10%', ok: false, value: 1, abortedAtUs: 3e6 },
      ],
      notes: ['2 requests had no answer.'],
    }).replaceAll('\u202f', ' ');
    expect(text).toMatch(/✓ threshold\s+p95 < 500ms {2}\(measured 17.4 ms\)/);
    expect(text).toMatch(/✗ threshold\s+errors < 10% {2}\(measured 100 %\), ended the load/);
    expect(text).toMatch(/– check\s+status 201 {2}0 held, 0 did not/);
    expect(text).toMatch(/note\s+2 requests had no answer/);
  });

  it('writes a dash where another tool’s file does not tell', () => {
    const told = { meanMs: 4, p50Ms: 3, p99Ms: 20, maxMs: 30 };
    const text = loadSummary({ ...result, totals: { ...totals, latency: told } });
    expect(text).toMatch(/min – {2}avg/);
    expect(text).toMatch(/p90 – {2}p95 – {2}p99/);
    expect(text).not.toMatch(/NaN|undefined/);
  });

  it('says what a fault did', () => {
    const phase = {
      startUs: 0,
      endUs: 1,
      requests: 1,
      rps: 1,
      p50Ms: 1,
      p95Ms: 9,
      errorRatio: 0,
      errorKinds: {},
    };
    const fault = {
      text: 'CPU contention',
      kind: 'cpu',
      byHand: false,
      startedUs: 0,
      endedUs: 1,
      before: phase,
      during: { ...phase, p95Ms: null },
      after: phase,
      recoveryMs: 0,
    };
    const text = loadSummary({ ...result, faults: [fault] }).replaceAll('\u202f', ' ');
    expect(text).toMatch(
      /fault CPU contention\s+p95, errors and rate before 9 ms 0 % 1 \/s, during – 0 % 1 \/s, after 9 ms 0 % 1 \/s/,
    );
    expect(text).toContain('as soon as the fault had ended');
  });
});
