import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { mkdir, open, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { AppendFile, type AppendHandle } from './append-file';
import {
  afterTest,
  beginRun,
  cleanUp,
  FakeTarget,
  heapProfile,
  openAt,
  temporaryFolder,
} from './testing/samples';

afterEach(cleanUp);

/** A file on a disk that fills up after some bytes, until `free` is called. */
function fillingDisk(freeBytes: number) {
  let left = freeBytes;
  const openFile = async (file: string): Promise<AppendHandle> => {
    const real = await open(file, 'a');
    const write = async (buffer: Buffer, offset: number, length: number) => {
      if (left === 0)
        throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
      const part = Math.min(left, length);
      left -= part;
      return real.write(buffer, offset, part, null);
    };
    return { write: write as unknown as AppendHandle['write'], close: () => real.close() };
  };
  return { openFile, free: () => (left = Infinity) };
}

describe('recording onto a disk that fills up', () => {
  it('tells it once, goes on, and loses nothing when there is room again', async () => {
    const folder = await temporaryFolder();
    const { openFile, free } = fillingDisk(1500);
    const file = path.join(folder, 'journal');
    const onTrouble = vi.fn();
    const append = new AppendFile({ file, openFile, onTrouble, batchMs: 1, retryMs: 1 });
    let expected = '';
    for (let i = 0; i < 100; i++) {
      const line = `${i} ${'x'.repeat(30)} ✓\n`;
      expected += line;
      append.append(line);
    }
    await expect.poll(() => onTrouble.mock.calls.length).toBeGreaterThan(0);
    append.append('last\n');
    await append.flush();
    expect(append.complete).toBe(false);
    free();
    await append.close();
    expect(onTrouble).toHaveBeenCalledOnce();
    expect(append.complete).toBe(true);
    expect(await readFile(file, 'utf8')).toBe(`${expected}last\n`);
  });

  it('gives up beyond what may wait in memory, and keeps what is written', async () => {
    const folder = await temporaryFolder();
    const { openFile } = fillingDisk(10);
    const file = path.join(folder, 'journal');
    const append = new AppendFile({ file, openFile, onTrouble: () => undefined, maxWaitingBytes: 100 });
    for (let i = 0; i < 20; i++) append.append('0123456789\n');
    await append.close();
    expect(append.lost).toBe(true);
    expect((await readFile(file, 'utf8').catch(() => '')).length).toBeLessThanOrEqual(10);
  });

  it('never throws while recording, says DISK_FULL once, and the session is whole when the end finds room', async () => {
    const { openFile } = fillingDisk(400);
    const store = await openAt(await temporaryFolder(), { openFile });
    const run = await beginRun(store);
    const target = new FakeTarget();
    run.record(target.first());
    for (let i = 0; i < 50; i++) run.record(target.next());
    await expect.poll(() => run.troubles).toMatchObject([{ code: 'DISK_FULL' }]);
    run.record(target.next());
    const meta = await run.recorder.finish(run.recording, { durationMs: 9, status: 'complete' });
    expect(meta).toMatchObject({ status: 'complete', summary: { cpuSamples: 510 } });
    expect(run.troubles).toHaveLength(1);
    const { warnings } = await store.get(meta.id);
    expect(warnings).toMatchObject([{ message: expect.stringContaining('output') as string }]);
  });

  const mayMount = process.platform === 'linux' && process.getuid?.() === 0 && canMount();
  // Needs root and a kernel that lets it mount a tmpfs; the tests above cover the same with a file that refuses.
  it.skipIf(!mayMount)(
    'a real one: what was written stays, and is completed at the next start with room',
    async () => {
      const mount = await temporaryFolder();
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=512k', 'tmpfs', mount]);
      afterTest(() => Promise.resolve(execFileSync('umount', [mount])));
      const folder = path.join(mount, 'home');
      await mkdir(folder);
      const store = await openAt(folder);
      const run = await beginRun(store);
      const target = new FakeTarget();
      run.record(target.first());
      for (let i = 0; i < 10; i++) run.record(target.next());
      run.record([{ k: 'allocations', thread: 'p7', profile: heapProfile }]);
      const sessionFolder = await store.folderOf(run.start.id);
      await expect.poll(() => readdir(sessionFolder)).toHaveLength(4);
      const ballast = path.join(mount, 'ballast');
      await writeFile(ballast, Buffer.alloc(512 * 1024)).catch(() => undefined);
      const troublesAfterOneMore = (): unknown[] => {
        run.record(target.next());
        return run.troubles;
      };
      await expect.poll(troublesAfterOneMore).not.toEqual([]);
      const meta = await run.recorder.finish(run.recording, { durationMs: 9, status: 'complete' });
      expect(meta).toMatchObject({ status: 'failed' });
      expect(run.troubles).toMatchObject([{ code: 'DISK_FULL' }]);
      expect(await readdir(sessionFolder)).toContain('journal.ndjson');
      await store.close();

      await rm(ballast);
      // Another process: this one counts as the live recorder as long as it runs.
      const file = path.join(sessionFolder, 'session.json');
      const onDisk = JSON.parse(await readFile(file, 'utf8')) as { recorder?: object };
      if (onDisk.recorder)
        await writeFile(
          file,
          JSON.stringify({ ...onDisk, recorder: { ...onDisk.recorder, started: 'before' } }),
        );
      const again = await openAt(folder);
      const detail = await again.get(meta.id);
      expect(detail.status).toBe('recovered');
      expect(detail.summary.cpuSamples).toBeGreaterThanOrEqual(100);
      expect(detail.files.map(({ kind }) => kind)).toEqual(['allocations', 'cpu', 'output', 'timeline']);
    },
  );
});

function canMount(): boolean {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'scorchmark-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', folder], { stdio: 'ignore' });
    execFileSync('umount', [folder]);
    return true;
  } catch {
    return false;
  } finally {
    rmdirSync(folder);
  }
}
