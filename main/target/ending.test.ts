import { describe, expect, it } from 'vitest';
import { explainEnd, type SeenEnd } from './ending';

const longRun: SeenEnd = {
  code: 0,
  signal: null,
  stoppedByUs: false,
  announced: true,
  recorded: true,
  ranMs: 60_000,
  commandLine: 'node app.js',
  lastOutput: [],
  portInUse: undefined,
  tooOldVersion: undefined,
  refusals: [],
};
const outOfMemory = [
  '<--- Last few GCs --->',
  'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
];

describe('the end of a program', () => {
  it('needs no explanation when it was an ordinary one, with whatever exit code', () => {
    expect(explainEnd(longRun)).toBeUndefined();
    expect(explainEnd({ ...longRun, code: 3 })).toBeUndefined();
  });

  it('is explained when the heap was full, however long it ran, also below a shell or npm', () => {
    const killed = { ...longRun, code: null, signal: 'SIGABRT', lastOutput: outOfMemory };
    expect(explainEnd(killed)?.message).toMatch(/ran out of memory after 60\.0 s/);
    expect(explainEnd({ ...killed, code: 134, signal: null })?.message).toMatch(/ran out of memory/);
  });

  it('is not blamed on memory because the program printed something like it', () => {
    expect(explainEnd({ ...longRun, code: 1, lastOutput: outOfMemory })).toBeUndefined();
  });

  it('says that the permission model kept us out, also when the agent could not say so', () => {
    const unseen = { ...longRun, announced: false, recorded: false };
    const withFlag = { ...unseen, commandLine: 'node --permission --allow-fs-read=* app.js' };
    expect(explainEnd(withFlag)?.code).toBe('INSPECTOR_REFUSED');
    expect(explainEnd(unseen)?.code).toBe('NOT_NODE');
  });
});
