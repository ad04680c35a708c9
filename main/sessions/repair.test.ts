import { appendFile, copyFile, readFile, readdir, rm, truncate, writeFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { parseCpuProfile } from '../../profiles/formats/cpuprofile';
import type { SessionStore } from './store';
import { parseOutputLog } from './output-log';
import { parseSession } from './session-file';
import {
  beginRun,
  cleanUp,
  everything,
  FakeTarget,
  openAt,
  temporaryFolder,
  type LiveRun,
} from './testing/samples';
import { startWorkbench } from './testing/workbench-process';

afterEach(cleanUp);

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** The whole lines of the journal: exactly what must be found again. */
async function cpuRecords(file: string): Promise<number> {
  const lines = (await readFile(file, 'utf8').catch(() => '')).split('\n').slice(0, -1);
  return lines.filter((line) => line.includes('"k":"cpu"')).length;
}

describe('a workbench killed while recording', () => {
  it('has its session recovered with all it had written, many times in a row', async () => {
    const folder = await temporaryFolder();
    for (let round = 1; round <= 4; round++) {
      const workbench = await startWorkbench(folder, 'record');
      // Every start is the owner at once, although the one before it could not let go of the folder.
      expect(workbench.role).toBe('owner');
      const sessionFolder = path.join(folder, 'sessions', workbench.id);
      const journal = path.join(sessionFolder, 'journal.ndjson');
      await expect.poll(() => cpuRecords(journal)).toBeGreaterThan(3 * round);
      await expect
        .poll(() => readdir(sessionFolder))
        .toEqual(expect.arrayContaining(['allocations-7.heapprofile', 'output.log']));
      // The file is there before its first line.
      const log = path.join(sessionFolder, 'output.log');
      await expect.poll(async () => (await stat(log)).size).toBeGreaterThan(0);
      await workbench.kill();
      const written = await cpuRecords(journal);

      const store = await openAt(folder);
      expect(store.role).toBe('owner');
      expect(store.notices).toEqual([expect.stringMatching(/^The session "Recorded by \d+" was recovered/)]);
      const detail = await store.get(workbench.id);
      expect(detail).toMatchObject({
        status: 'recovered',
        durationMs: written * 10 + 1,
        summary: { cpuSamples: written * 10 },
        nodeVersion: 'v22.1.0',
        listening: [{ port: 3000 }],
      });
      expect(detail.files.map(({ kind }) => kind)).toEqual(['allocations', 'cpu', 'output', 'timeline']);
      const cpu = parseCpuProfile(await store.readFile(workbench.id, 'cpu-7.cpuprofile'));
      expect(cpu.samples.length).toBe(written * 10);
      const output = parseOutputLog(text(await store.readFile(workbench.id, 'output.log')));
      expect(output.length).toBeGreaterThan(0);
      expect(await readdir(sessionFolder)).not.toContain('journal.ndjson');
      expect((await store.list(everything)).total).toBe(round);
      await store.close();
    }
  });

  it('is repaired by a workbench that was there all the time, when it lists', async () => {
    const folder = await temporaryFolder();
    const store = await openAt(folder);
    const guest = await startWorkbench(folder, 'record');
    expect(guest.role).toBe('guest');
    const journal = path.join(folder, 'sessions', guest.id, 'journal.ndjson');
    await expect.poll(() => cpuRecords(journal)).toBeGreaterThan(0);
    // A recording that goes on is left alone.
    expect((await store.list(everything)).sessions[0]).toMatchObject({ id: guest.id, status: 'recording' });
    await guest.kill();
    expect((await store.list(everything)).sessions[0]).toMatchObject({ id: guest.id, status: 'recovered' });
  });
});

/** As a kill leaves it: the journal in place, the recorder gone. */
async function abandon(store: SessionStore, run: LiveRun): Promise<{ folder: string; journal: string }> {
  const folder = await store.folderOf(run.start.id);
  const journal = path.join(folder, 'journal.ndjson');
  const saved = path.join(folder, '..', 'journal-copy');
  const sessionFile = path.join(folder, 'session.json');
  const asRecording = parseSession(await readFile(sessionFile, 'utf8'), 'x');
  const expected = run.recording.cpu.get('p7')!.profile.samples.length / 10;
  await expect.poll(() => cpuRecords(journal)).toBe(expected);
  await copyFile(journal, saved);
  await run.recorder.finish(run.recording, { durationMs: 1, status: 'complete' });
  await store.close();
  await copyFile(saved, journal);
  await writeFile(
    sessionFile,
    JSON.stringify({ ...asRecording, recorder: { ...asRecording.recorder, started: 'another process' } }),
  );
  return { folder, journal };
}

async function abandonedRun(
  batches: number,
): Promise<{ root: string; folder: string; journal: string; id: string }> {
  const root = await temporaryFolder();
  const store = await openAt(root);
  const run = await beginRun(store);
  const target = new FakeTarget();
  run.record(target.first());
  for (let i = 0; i < batches; i++) run.record(target.next());
  const { folder, journal } = await abandon(store, run);
  for (const name of ['cpu-7.cpuprofile', 'timeline.json']) await rm(path.join(folder, name));
  return { root, folder, journal, id: run.start.id };
}

describe('a damaged journal', () => {
  it('with a torn last line loses only that line', async () => {
    const { root, journal, id } = await abandonedRun(3);
    const whole = await readFile(journal);
    await truncate(journal, whole.lastIndexOf('"k":"points"') + 5);
    const store = await openAt(root);
    const detail = await store.get(id);
    expect(detail).toMatchObject({ status: 'recovered', summary: { cpuSamples: 30 } });
    expect(detail.warnings.map(({ message }) => message).join('\n')).toMatch(/1 of 8 parts/);
  });

  it('with garbage in the middle keeps what is readable and says how much is missing', async () => {
    const { root, journal, id } = await abandonedRun(3);
    const lines = (await readFile(journal, 'utf8')).split('\n');
    const garbage = ['\u0000\u0000{{{', '{"k":"cpu","thread":"../x","delta":{}}', '{"k":"unknown"}', '[]'];
    await writeFile(journal, [...lines.slice(0, 4), ...garbage, ...lines.slice(4)].join('\n'));
    const store = await openAt(root);
    const detail = await store.get(id);
    expect(detail.summary.cpuSamples).toBe(30);
    expect(detail.warnings.map(({ message }) => message).join('\n')).toMatch(/4 of 12 parts/);
  });

  it('that is missing altogether still gives an (empty) session', async () => {
    const { root, journal, id } = await abandonedRun(1);
    await truncate(journal, 0);
    expect(await (await openAt(root)).get(id)).toMatchObject({ status: 'recovered', durationMs: 0 });
  });
});

describe('repairing', () => {
  it('is done again when it was killed itself: after any of its steps', async () => {
    const { root, folder, journal, id } = await abandonedRun(2);
    const before = await readFile(path.join(folder, 'session.json'));
    const journalBytes = await readFile(journal);
    await (await openAt(root)).close();
    const repaired = parseSession(await readFile(path.join(folder, 'session.json'), 'utf8'), 'x');
    // Killed after the files, before session.json.
    await writeFile(path.join(folder, 'session.json'), before);
    await writeFile(journal, journalBytes);
    await appendFile(path.join(folder, 'timeline.json.1234567'), 'half a tempor');
    await (await openAt(root)).close();
    expect(parseSession(await readFile(path.join(folder, 'session.json'), 'utf8'), 'x')).toEqual(repaired);
    expect(await readdir(folder)).not.toContain('timeline.json.1234567');
    // Killed after session.json, before the journal was removed and the index written.
    await writeFile(journal, journalBytes);
    await writeFile(path.join(root, 'index.json'), '');
    const store = await openAt(root);
    expect(await store.get(id)).toMatchObject({ status: 'recovered', summary: { cpuSamples: 20 } });
    expect(await readdir(folder)).not.toContain('journal.ndjson');
  });
});
