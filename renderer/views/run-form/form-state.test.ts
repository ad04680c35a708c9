import { describe, expect, it } from 'vitest';
import { runSpecSchema } from '../../../main/api';
import { emptyForm, fromSpec, plannedLoad, toSpec, type FormState } from './form-state';

const form = (change: Partial<FormState>): FormState => ({
  ...emptyForm(),
  command: 'node server.js',
  ...change,
});

describe('the run form', () => {
  it('makes a spec of a command alone', () => {
    expect(toSpec(form({})).spec).toMatchObject({
      target: { kind: 'launch', argv: ['node', 'server.js'], shell: false },
      capture: { cpuIntervalUs: 1000, allocationIntervalBytes: 131_072 },
    });
  });

  it('asks for a command in words', () => {
    expect(toSpec(form({ command: '' })).errors?.['command']).toMatch(/Give a command/);
  });

  it('hands the line to the shell as it stands when asked to', () => {
    const { spec } = toSpec(form({ command: 'npm run build && node x', shell: true }));
    expect(spec?.target).toMatchObject({ argv: ['npm run build && node x'], shell: true });
  });

  it('refuses an unclosed quote only when it splits the line itself', () => {
    expect(toSpec(form({ command: 'node "x' })).errors?.['command']).toMatch(/quote/);
    expect(toSpec(form({ command: 'echo "x', shell: true })).errors).toBeNull();
  });

  it('puts assignments in front of the command into the environment', () => {
    const { spec } = toSpec(form({ command: 'PORT=1 node x', env: [{ name: 'A', value: 'b' }] }));
    expect(spec?.target).toMatchObject({ env: { A: 'b', PORT: '1' }, argv: ['node', 'x'] });
  });

  it('names the field of each mistake', () => {
    const { errors } = toSpec(
      form({
        preset: 'smoke',
        users: '0',
        durationSeconds: '-1',
        cpuIntervalUs: '10',
        requests: [{ method: 'GET', url: '', headers: 'no colon', body: '' }],
        env: [{ name: '', value: 'x' }],
      }),
    );
    expect(Object.keys(errors ?? {}).sort()).toEqual([
      'cpuIntervalUs',
      'durationSeconds',
      'env',
      'requests.0.headers',
      'requests.0.url',
      'users',
    ]);
  });

  it('needs a process to attach to', () => {
    expect(toSpec(form({ mode: 'attach', pid: '' })).errors?.['pid']).toBeDefined();
    expect(toSpec(form({ mode: 'attach', pid: '12' })).spec?.target).toEqual({ kind: 'attach', pid: 12 });
  });

  it('comes back from the spec it made', () => {
    const spec = runSpecSchema.parse({
      target: {
        kind: 'launch',
        argv: ['node', 'a b.js', ''],
        cwd: '/x',
        env: { A: '1' },
        nodeFlags: ['--x=1'],
      },
      name: 'n',
      tags: ['t'],
      load: {
        preset: 'light',
        users: 3,
        durationMs: 1500,
        requests: [{ url: '/a', method: 'POST', headers: { 'X-A': 'b:c' }, body: '{}' }],
      },
    });
    expect(toSpec(fromSpec(spec)).spec).toEqual(spec);
  });

  it('plans with the preset’s numbers where none are given', () => {
    const presets = [{ name: 'smoke' as const, users: 5, durationMs: 120_000, description: '' }];
    expect(plannedLoad(form({ preset: 'smoke', users: '7' }), presets)).toEqual({
      what: '7 users',
      durationMs: 120_000,
    });
    expect(plannedLoad(form({}), presets)).toBeNull();
    expect(plannedLoad(form({ preset: 'scenario' }), presets)).toEqual({
      what: 'closed model, 10 users',
      durationMs: 30_000,
    });
  });

  it('a scenario goes into the spec in full, and comes back', () => {
    const started = form({ preset: 'scenario', scenarioFolder: '/srv/load' });
    started.scenario.flows[0]!.steps[0]!.url = '/products';
    const { spec } = toSpec(started);
    expect(spec?.load).toMatchObject({
      scenarioFolder: '/srv/load',
      scenario: { version: 1, flows: [{ steps: [{ url: '/products', method: 'GET' }] }] },
    });
    const back = fromSpec(runSpecSchema.parse(spec));
    expect(back.preset).toBe('scenario');
    expect(toSpec(back).spec).toEqual(spec);
  });

  it('a scenario with a wrong field, or a text that cannot be read, does not start', () => {
    const wrong = form({ preset: 'scenario' });
    wrong.scenario.load.stages[0]!.duration = 'soon';
    expect(toSpec(wrong).errors).toHaveProperty(['scenario.load.stages.0.durationMs']);
    const unread = form({ preset: 'scenario', scenarioText: { text: 'flows', problem: 'Line 1: what?' } });
    expect(toSpec(unread).errors).toEqual({ 'scenario.text': 'Line 1: what?' });
  });

  it('what is asked about memory goes into the spec and comes back', () => {
    const form = {
      ...emptyForm(),
      command: 'node a.js',
      allocationKind: 'all' as const,
      snapshotAfterWarmUp: true,
      snapshotAtEnd: true,
      snapshotHeapAboveMb: '500',
      snapshotMost: '3',
      forceGc: true,
      forceGcEverySeconds: '2.5',
      warmUpSeconds: '10',
      leakThresholds: { ...emptyForm().leakThresholds, growthBytes: '20' },
    };
    const spec = runSpecSchema.parse(toSpec(form).spec);
    expect(spec.capture.allocationKind).toBe('all');
    expect(spec.capture.snapshots).toEqual({
      atStart: false,
      afterWarmUp: true,
      atEnd: true,
      nearHeapLimit: false,
      heapAboveBytes: 500e6,
      most: 3,
    });
    expect(spec.leaks).toMatchObject({ forceGc: true, forceGcEveryMs: 2500, warmUpMs: 10_000 });
    expect(spec.leaks.thresholds.growthBytes).toBe(20e6);
    expect(fromSpec(spec)).toEqual(form);
  });

  it('a number about memory that makes no sense is refused at its field', () => {
    const refused = (change: object): string[] =>
      Object.keys(toSpec({ ...emptyForm(), command: 'node a.js', ...change }).errors ?? {});
    expect(refused({ snapshotMost: '0' })).toEqual(['snapshotMost']);
    expect(refused({ snapshotHeapAboveMb: 'lots' })).toEqual(['snapshotHeapAboveMb']);
    expect(refused({ forceGc: true, forceGcEverySeconds: '' })).toEqual(['forceGcEverySeconds']);
    expect(refused({ forceGc: false, forceGcEverySeconds: '' })).toEqual([]);
    expect(refused({ warmUpSeconds: '-1' })).toEqual(['warmUpSeconds']);
    expect(refused({ leakThresholds: { ...emptyForm().leakThresholds, bytesPerHour: '' } })).toEqual([
      'leakThresholds.bytesPerHour',
    ]);
    const { errors } = toSpec({
      ...emptyForm(),
      command: 'node a.js',
      snapshotHeapAboveMb: 'lots',
      warmUpSeconds: '-1',
    });
    expect(errors).toEqual({
      snapshotHeapAboveMb: 'A number is needed here.',
      warmUpSeconds: 'It cannot be negative.',
    });
  });
});
