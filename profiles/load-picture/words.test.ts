import { describe, expect, test } from 'vitest';
import { whatWentWrong } from './failed';
import { failedShare } from '../verdict';
import { recoverySentence } from './fault-words';
import { kneeSentence, type KneeFacts } from './knee-words';
import { loadWords, plannedMs } from './load-words';

const thin = (text: string): string => text.replaceAll('\u202F', ' ');

describe('a model of load', () => {
  test('is told by its most, and how many stages it has', () => {
    const stage = { durationMs: 60_000, users: 20 };
    expect(loadWords({ model: 'closed', stages: [stage] })).toBe('closed model, 20 users');
    expect(loadWords({ model: 'closed', stages: [stage, { ...stage, users: 50 }] })).toBe(
      'closed model, up to 50 users in 2 stages',
    );
    expect(thin(loadWords({ model: 'open', stages: [{ durationMs: 1000, rate: 99.5 }] }))).toBe(
      'open model, 99.5 /s',
    );
    expect(plannedMs({ model: 'closed', stages: [stage, stage] })).toBe(120_000);
  });

  test('of a knee search lasts at most all of its steps', () => {
    const knee = { model: 'knee', startUsers: 1, maxUsers: 8, factor: 2, stepMs: 10_000 } as const;
    expect(plannedMs(knee)).toBe(40_000);
    expect(plannedMs({ ...knee, factor: 1.01 })).toBe(80_000);
    expect(loadWords(knee)).toBe('looks for the knee from 1 to at most 8 users');
  });
});

describe('the knee', () => {
  const facts: KneeFacts = {
    steps: [1, 2],
    kneeUsers: 12,
    capacityRps: 310,
    capacityUsers: 12,
    usersWithin15Percent: 1,
    endedBy: 'errors',
  };

  test('is told with capacity and what ended the search', () => {
    expect(thin(kneeSentence(facts))).toBe(
      'Capacity: 310 /s with 12 users. The knee is at 12 users: from there on more users bring more latency rather than more throughput. Up to 1 user P95 stayed within 15 % of the first step. It was ended because too many requests failed.',
    );
  });

  test('that was not seen is not told', () => {
    const sentence = kneeSentence({
      ...facts,
      kneeUsers: null,
      usersWithin15Percent: null,
      endedBy: 'max-users',
    });
    expect(sentence).toContain('The knee was not reached.');
    expect(sentence).not.toContain('15');
  });
});

describe('a recovery', () => {
  test('is told in its time, from the kill and from the end of the fault', () => {
    expect(thin(recoverySentence({ kind: 'kill', recoveryMs: 1240, downMs: 5240 }))).toBe(
      'From the kill until the first good answer it took 5.24 s. After the fault’s end it took 1.24 s until throughput, latency and errors were as before.',
    );
    expect(recoverySentence({ kind: 'latency', recoveryMs: 0 })).toContain('as soon as');
  });

  test('that was not seen is not called never, and a fault that could not be done has none', () => {
    expect(recoverySentence({ kind: 'pause', recoveryMs: null })).toContain('was not seen');
    expect(recoverySentence({ kind: 'memory', recoveryMs: null, problem: 'no' })).toBe('');
    const after = { startUs: 10e6, endUs: 22e6 };
    expect(thin(recoverySentence({ kind: 'pause', recoveryMs: null, after }))).toBe(
      'In the time of 12 s after its end it was not seen to be as before again.',
    );
  });

  test('of which nothing can be said says why, and what else was broken', () => {
    expect(
      recoverySentence({
        kind: 'cpu',
        recoveryMs: null,
        unjudged: 'It lasted until the end.',
        meanwhile: ['paused'],
      }),
    ).toBe('At the same time acted: “paused”. It lasted until the end.');
  });
});

describe('what went wrong', () => {
  const totals = { requests: 90, errors: 10, timeouts: 0, non2xx: 4 };

  test('is told by kind, most frequent first', () => {
    const known = { ...totals, errorKinds: { ECONNREFUSED: 2, 'closed by the server': 8, none: 0 } };
    expect(whatWentWrong(known).map(({ kind }) => kind)).toEqual(['closed by the server', 'ECONNREFUSED']);
    expect(failedShare({ ...known, badChecks: 6 })).toBe(0.2);
  });

  test('of earlier versions is told by what they knew', () => {
    expect(whatWentWrong(totals)).toEqual([
      { kind: 'errors', count: 10 },
      { kind: 'answers other than 2xx', count: 4 },
    ]);
    expect(failedShare(totals)).toBe(0.14);
  });
});
