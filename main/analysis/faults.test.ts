import { describe, expect, it } from 'vitest';
import { faultSchema, type LoadSecond } from '../api';
import { LatencyHistogram } from '../../profiles/latency/histogram';
import { FineWindows, UsersLog, type FineWindow, type HappenedFault, type LoadAmount } from '../load/faults';
import { faultReports } from './faults';

/** A load as it would be counted: one request each `gapMs`, answered after what `answerMs` says; null: an error. */
function loaded(
  totalMs: number,
  gapMs: number | ((tMs: number) => number),
  answerMs: (tMs: number) => number | null,
) {
  const fine = new FineWindows();
  const seconds: LoadSecond[] = [];
  const answers: { endMs: number; latencyMs: number | null }[] = [];
  for (let tMs = 0; tMs < totalMs; tMs += typeof gapMs === 'number' ? gapMs : gapMs(tMs)) {
    const latencyMs = answerMs(tMs);
    answers.push({ endMs: tMs + (latencyMs ?? 0), latencyMs });
  }
  answers.sort((a, b) => a.endMs - b.endMs);
  const windows: FineWindow[] = [];
  for (const { endMs, latencyMs } of answers) {
    if (latencyMs === null) fine.failed(endMs * 1000);
    else fine.answered(endMs * 1000, latencyMs * 1000, true);
    windows.push(...fine.take(endMs * 1000));
  }
  windows.push(...fine.take(1e12));
  for (let second = 0; second * 1000 < totalMs; second++) {
    const own = answers.filter(({ endMs }) => Math.floor(endMs / 1000) === second);
    if (own.length === 0) continue;
    const response = new LatencyHistogram();
    const good = own.filter(({ latencyMs }) => latencyMs !== null);
    for (const { latencyMs } of good) response.record(latencyMs! * 1000);
    const errors = own.length - good.length;
    seconds.push({
      tUs: second * 1e6,
      durationUs: 1e6,
      endpoint: 0,
      answered: good.length,
      errors,
      timeouts: 0,
      non2xx: 0,
      badChecks: 0,
      bytes: 0,
      ...(errors > 0 && { errorKinds: { ECONNREFUSED: errors } }),
      response: response.encode(),
      service: response.encode(),
    });
  }
  return { seconds, windows, startedUs: 0, endedUs: totalMs * 1000 };
}

const happened = (fault: object, startMs: number, endMs: number, id = 'f1'): HappenedFault => ({
  id,
  fault: faultSchema.parse(fault),
  text: id,
  byHand: false,
  startedUs: startMs * 1000,
  endedUs: endMs * 1000,
});

describe('what a fault did', () => {
  it('is told by the numbers before, during and after it', () => {
    const evidence = loaded(30_000, 10, (tMs) => (tMs >= 10_000 && tMs < 15_000 ? 205 : 5));
    const [report] = faultReports({
      ...evidence,
      faults: [happened({ kind: 'latency', delayMs: 200 }, 10_000, 15_000)],
    });
    expect(report).toMatchObject({
      kind: 'latency',
      before: { startUs: 0, endUs: 10e6, rps: 100, errorRatio: 0 },
      during: { startUs: 10e6, endUs: 15e6 },
      after: { startUs: 15e6, endUs: 30e6 },
    });
    expect(report!.before.p50Ms).toBeCloseTo(5, 1);
    expect(report!.during.p50Ms).toBeCloseTo(205, 0);
    expect(report!.after.p50Ms).toBeCloseTo(5, 1);
    expect(report!.downMs).toBeUndefined();
  });

  it('is over when throughput, latency and errors are as before again, not earlier', () => {
    // Killed at 10 s, started again at 11 s, listening at 14.25 s, slow until 16.1 s.
    const evidence = loaded(40_000, 5, (tMs) => {
      if (tMs >= 10_000 && tMs < 14_250) return null;
      return tMs >= 14_250 && tMs < 16_100 ? 60 : 5 + (tMs % 3);
    });
    const [report] = faultReports({ ...evidence, faults: [happened({ kind: 'kill' }, 10_000, 11_000)] });
    expect(report!.downMs).toBeCloseTo(4310, -1);
    expect(Math.abs(report!.recoveryMs! - 5100)).toBeLessThan(150);
    expect(report!.during.errorRatio).toBeGreaterThan(0.99);
    expect(report!.during.errorKinds).toEqual({ ECONNREFUSED: 200 });
  });

  it('is over at the first good answer when it is well from there on', () => {
    const evidence = loaded(40_000, 5, (tMs) => (tMs >= 10_000 && tMs < 13_437 ? null : 5));
    const [report] = faultReports({ ...evidence, faults: [happened({ kind: 'kill' }, 10_000, 11_000)] });
    expect(report!.recoveryMs).toBeCloseTo(2445, -1);
    expect(report!.downMs).toBeCloseTo(3445, -1);
  });

  it('is over at once when the fault’s end was the end of it', () => {
    const evidence = loaded(30_000, 10, (tMs) => (tMs >= 10_000 && tMs < 15_000 ? 50 : 5));
    const [report] = faultReports({
      ...evidence,
      faults: [happened({ kind: 'latency', delayMs: 45 }, 10_000, 15_000)],
    });
    expect(report!.recoveryMs).toBeLessThanOrEqual(100);
  });

  it('was not seen to end when it never was as before again', () => {
    const evidence = loaded(30_000, 10, (tMs) => (tMs < 10_000 ? 5 : 40));
    const [report] = faultReports({ ...evidence, faults: [happened({ kind: 'pause' }, 10_000, 11_000)] });
    expect(report!.recoveryMs).toBeNull();
  });

  it('is judged with few requests too, by longer windows', () => {
    const evidence = loaded(120_000, 100, (tMs) => (tMs >= 60_000 && tMs < 70_000 ? null : 20));
    const [report] = faultReports({ ...evidence, faults: [happened({ kind: 'kill' }, 60_000, 62_000)] });
    expect(Math.abs(report!.recoveryMs! - 8000)).toBeLessThan(1000);
  });

  it('is not mixed up with its neighbours', () => {
    const evidence = loaded(40_000, 10, (tMs) => (tMs >= 10_000 && tMs < 12_000 ? null : 5));
    const [, second] = faultReports({
      ...evidence,
      faults: [happened({ kind: 'pause' }, 10_000, 12_000), happened({ kind: 'cpu' }, 20_000, 25_000, 'f2')],
    });
    expect(second!.before).toMatchObject({ startUs: 12e6, endUs: 20e6, errorRatio: 0 });
  });

  it('is over when answers take less than a ms more than before, and not while they take more', () => {
    const report = (laterMs: number) =>
      faultReports({
        ...loaded(30_000, 10, (tMs) => (tMs < 10_000 ? 1 : tMs < 15_000 ? 205 : 1 + laterMs)),
        faults: [happened({ kind: 'latency', delayMs: 200 }, 10_000, 15_000)],
      })[0]!;
    expect(report(0.8).recoveryMs).toBeLessThanOrEqual(400);
    expect(report(1.5).recoveryMs).toBeNull();
  });

  it('is told with its problem and without a recovery when it never acted', () => {
    const evidence = loaded(20_000, 10, () => 5);
    const [report] = faultReports({
      ...evidence,
      faults: [{ ...happened({ kind: 'memory', limitBytes: 1e6 }, 10_000, 10_000), problem: 'Not here.' }],
    });
    expect(report).toMatchObject({ problem: 'Not here.', recoveryMs: null, during: { requests: 0 } });
  });

  it('has no numbers before it when it began with the load, and says so', () => {
    const evidence = loaded(20_000, 10, (tMs) => (tMs < 5000 ? 50 : 5));
    const [report] = faultReports({ ...evidence, faults: [happened({ kind: 'cpu' }, 20, 5000)] });
    expect(report!.before).toMatchObject({ absent: 'it began with the load', rps: null, errorRatio: null });
    expect(report!.after.rps).toBeCloseTo(100, 0);
    expect(report!.recoveryMs).toBeNull();
    expect(report!.unjudged).toBe(
      'What is usual is not known, so neither is whether it was as before: it began with the load.',
    );
  });

  it('has no numbers before it when only the warm-up was there', () => {
    const evidence = loaded(20_000, 10, () => 5);
    const [report] = faultReports({
      ...evidence,
      countedFromUs: 4e6,
      faults: [happened({ kind: 'cpu' }, 2000, 3000)],
    });
    expect(report!.before.absent).toBe('it began within the warm-up');
  });

  it('has nothing after it when it lasted until the end of the load', () => {
    const evidence = loaded(20_000, 10, (tMs) => (tMs < 10_000 ? 5 : 50));
    const [report] = faultReports({ ...evidence, faults: [happened({ kind: 'cpu' }, 10_000, 20_004)] });
    expect(report!.after.absent).toBe('it lasted until the end of the load');
    expect(report!.unjudged).toContain('It lasted until the end of the load');
  });

  it('is judged by as little as three windows, and with less it is said that it was too little', () => {
    const judged = (afterMs: number) =>
      faultReports({
        ...loaded(12_000 + afterMs, 10, (tMs) => (tMs >= 10_000 && tMs < 12_000 ? 50 : 5)),
        faults: [happened({ kind: 'latency', delayMs: 45 }, 10_000, 12_000)],
      })[0]!;
    expect(judged(450).recoveryMs).toBeLessThanOrEqual(100);
    expect(judged(250)).toMatchObject({
      recoveryMs: null,
      unjudged: expect.stringMatching(
        /too little after it, 250.ms, and at this rate 300.ms is needed/,
      ) as string,
    });
  });

  it('is not judged by too little before it', () => {
    const evidence = loaded(20_000, 10, () => 5);
    const [report] = faultReports({ ...evidence, faults: [happened({ kind: 'cpu' }, 400, 5000)] });
    expect(report!.unjudged).toMatch(/too little before it, 400.ms, and at this rate 700.ms is needed/);
  });

  it('leaves out of the time before it what preparing it took', () => {
    const evidence = loaded(20_000, 10, (tMs) => (tMs >= 8000 && tMs < 12_000 ? 50 : 5));
    const fault = { ...happened({ kind: 'cpu' }, 10_000, 12_000), preparedFromUs: 8e6 };
    const [report] = faultReports({ ...evidence, faults: [fault] });
    expect(report!.before).toMatchObject({ startUs: 0, endUs: 8e6 });
    expect(report!.before.p95Ms).toBeCloseTo(5, 1);
    expect(report!.recoveryMs).toBeLessThanOrEqual(100);
  });

  it('is not judged by what was broken already', () => {
    const evidence = loaded(20_000, 10, (tMs) => (tMs < 10_000 ? null : 5));
    const [report] = faultReports({ ...evidence, faults: [happened({ kind: 'pause' }, 8000, 9000)] });
    expect(report!.unjudged).toContain('Nothing was well before it');
  });

  it('overlaps with others: both say so, and neither has numbers of what is not its own', () => {
    const evidence = loaded(30_000, 10, () => 5);
    const [first, second] = faultReports({
      ...evidence,
      faults: [happened({ kind: 'pause' }, 10_000, 15_000), happened({ kind: 'cpu' }, 12_000, 18_000, 'f2')],
    });
    expect(first).toMatchObject({ meanwhile: ['f2'], after: { absent: '“f2” went on' } });
    expect(first!.unjudged).toContain('“f2” went on');
    expect(second).toMatchObject({ meanwhile: ['f1'], before: { absent: '“f1” acted until into it' } });
    expect(second!.after.requests).toBeGreaterThan(0);
  });

  it('begins after what the one before it had left', () => {
    const evidence = loaded(40_000, 10, (tMs) => (tMs >= 10_000 && tMs < 15_000 ? null : 5));
    const [first, second] = faultReports({
      ...evidence,
      faults: [happened({ kind: 'kill' }, 10_000, 11_000), happened({ kind: 'cpu' }, 20_000, 22_000, 'f2')],
    });
    expect(first!.recoveryMs).toBeCloseTo(4005, -1);
    expect(second!.before).toMatchObject({ errorRatio: 0 });
    expect(second!.before.startUs).toBeGreaterThanOrEqual(15e6);
  });

  it('has nothing to compare with while the one before it goes on to hurt', () => {
    const evidence = loaded(40_000, 10, (tMs) => (tMs >= 10_000 ? 40 : 5));
    const [, second] = faultReports({
      ...evidence,
      faults: [happened({ kind: 'pause' }, 10_000, 11_000), happened({ kind: 'cpu' }, 20_000, 22_000, 'f2')],
    });
    expect(second!.unjudged).toBe(
      'There is nothing to compare with: “f1” before it had not been recovered from.',
    );
  });

  it('has no time to recover when the target was gone', () => {
    const evidence = loaded(20_000, 10, (tMs) => (tMs < 10_000 ? 5 : null));
    const [report] = faultReports({
      ...evidence,
      faults: [{ ...happened({ kind: 'kill' }, 10_000, 11_000), goneUs: 11.5e6 }],
    });
    expect(report!.unjudged).toContain('The target was gone');
    expect(report!.downMs).toBeUndefined();
  });

  it('is judged by what it was before the target ended for other reasons', () => {
    const evidence = loaded(20_000, 10, (tMs) =>
      tMs >= 10_000 && tMs < 12_000 ? null : tMs > 18_000 ? null : 5,
    );
    const [report] = faultReports({
      ...evidence,
      faults: [{ ...happened({ kind: 'kill' }, 10_000, 11_000), goneUs: 18e6 }],
    });
    expect(report!.recoveryMs).toBeCloseTo(1005, -1);
    expect(report!.downMs).toBeCloseTo(2005, -1);
  });

  it('that could not be done was never down', () => {
    const evidence = loaded(20_000, 10, () => 5);
    const [report] = faultReports({
      ...evidence,
      faults: [{ ...happened({ kind: 'kill' }, 10_000, 10_000), problem: 'Not here.' }],
    });
    expect(report!.downMs).toBeUndefined();
    expect(report!.unjudged).toBeUndefined();
  });

  it('counts a stretch without a single answer as one without throughput', () => {
    const evidence = loaded(30_000, 10, (tMs) => (tMs >= 10_000 && tMs < 15_000 ? 15_000 - tMs + 5 : 5));
    const [report] = faultReports({ ...evidence, faults: [happened({ kind: 'pause' }, 10_000, 15_000)] });
    expect(report!.during).toMatchObject({ requests: 0, rps: 0, p50Ms: null });
  });
});

/** So many users at each whole second. */
function users(totalMs: number, at: (tMs: number) => number): LoadAmount {
  const log = new UsersLog();
  for (let tMs = 0; tMs <= totalMs; tMs += 1000)
    log.see([{ metric: 'loadUsers', scope: 'load', tUs: tMs * 1000, value: at(tMs) }]);
  return log.amount();
}

describe('a load that is more or less meanwhile', () => {
  const faults = [happened({ kind: 'pause' }, 20_000, 22_000)];
  const reportOf = (evidence: ReturnType<typeof loaded>, amount: LoadAmount) =>
    faultReports({ ...evidence, faults, amount })[0]!;
  const rising = users(60_000, (tMs) => 1 + Math.floor(tMs / 3000));

  it('makes answers slower by itself: nothing is said of the recovery, but what the load was', () => {
    const evidence = loaded(60_000, 10, (tMs) =>
      tMs >= 20_000 && tMs < 22_000 ? null : 5 * (1 + Math.floor(tMs / 3000)),
    );
    const { recoveryMs, unjudged } = reportOf(evidence, rising);
    expect(recoveryMs).toBeNull();
    expect(unjudged).toBe(
      'Whether all was as before again cannot be told: the load was 1 to 7 users before it and 8 to 21 users after it, which changes the numbers by itself.',
    );
    // The same answers to as many users all the time are the fault's.
    expect(
      reportOf(
        evidence,
        users(60_000, () => 7),
      ).unjudged,
    ).toBeUndefined();
  });

  it('has recovered when all is as well with more users', () => {
    const evidence = loaded(60_000, 10, (tMs) => (tMs >= 20_000 && tMs < 25_000 ? null : 5));
    const { recoveryMs, unjudged } = reportOf(evidence, rising);
    expect(recoveryMs).toBeCloseTo(3005, -1);
    expect(unjudged).toBeUndefined();
  });

  it('has not recovered when more users get fewer good answers than fewer got before', () => {
    const evidence = loaded(60_000, 10, (tMs) => (tMs >= 20_000 && tMs % 100 > 20 ? null : 5));
    expect(reportOf(evidence, rising)).toMatchObject({ recoveryMs: null });
    expect(reportOf(evidence, rising).unjudged).toBeUndefined();
  });

  it('makes fewer requests by itself when there are fewer users, but no slower answers and no errors', () => {
    const fewer = users(60_000, (tMs) => (tMs < 22_000 ? 20 : 5));
    const gapMs = (tMs: number): number => (tMs < 22_000 ? 5 : 20);
    const answer = (slowMs: number) => (tMs: number) =>
      tMs >= 20_000 && tMs < 22_000 ? null : tMs < 20_000 ? 10 : slowMs;
    expect(reportOf(loaded(60_000, gapMs, answer(10)), fewer).unjudged).toContain(
      'the load was 20 users before it and 5 users after it',
    );
    expect(reportOf(loaded(60_000, gapMs, answer(40)), fewer).unjudged).toBeUndefined();
  });

  it('is judged by what comes when it is as much as before again', () => {
    const spike = users(60_000, (tMs) => (tMs >= 22_000 && tMs < 35_000 ? 50 : 5));
    const slowFor = (endMs: number) =>
      loaded(60_000, 10, (tMs) =>
        tMs >= 20_000 && tMs < 22_000 ? null : tMs >= 22_000 && tMs < endMs ? 40 : 5,
      );
    expect(reportOf(slowFor(35_000), spike).recoveryMs).toBeCloseTo(13_100, -1);
    expect(reportOf(slowFor(60_000), spike)).toMatchObject({ recoveryMs: null });
    expect(reportOf(slowFor(60_000), spike).unjudged).toBeUndefined();
  });
});
