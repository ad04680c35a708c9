/** `scorchmark export`: conversion of files, threads, ranges, and what it says when that is not possible. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { arithmeticProfile, arithmeticTotals } from '../../profiles/arithmetic';
import { aggregate } from '../../profiles/call-tree';
import { importProfiles } from '../../profiles/formats';
import { exportProfile } from '../../profiles/formats/export';
import { sourceOfBytes } from '../../profiles/formats/source';
import { AppError } from '../errors';
import { packageRoot } from '../paths';
import { exportCommand, type ExportOptions } from './export';
import { importSessions } from './sessions';

const samples = path.join(packageRoot, 'profiles', 'formats', 'samples');
let scratch: string;
let home: string;
/** Two threads in one speedscope file. */
let shop: string;

beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), 'scorchmark-export-'));
  home = path.join(scratch, 'home');
  await mkdir(home);
  shop = path.join(scratch, 'shop.speedscope.json');
  const profiles = (['a', 'b'] as const).map((name) => ({ name, profile: arithmeticProfile(name) }));
  await writeFile(
    shop,
    exportProfile({ format: 'speedscope', name: 'shop', profiles, includeIdle: true }).bytes,
  );
});

afterAll(() => rm(scratch, { recursive: true, force: true, maxRetries: 5 }));

/** Exports into a file and reads it again. */
async function exported(given: string, options: Omit<ExportOptions, 'output'>) {
  const output = path.join(scratch, `out-${Math.random().toString(36).slice(2)}`);
  const said = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const noted = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    expect(await exportCommand(given, { dataFolder: home, ...options, output })).toBe(0);
    expect(said.mock.calls.map(([text]) => text)).toEqual([`${output}\n`]);
  } finally {
    said.mockRestore();
    noted.mockRestore();
  }
  const bytes = new Uint8Array(await readFile(output));
  return { bytes, read: () => importProfiles(sourceOfBytes('out', bytes)) };
}

async function refused(given: string, options: Omit<ExportOptions, 'output'>): Promise<AppError> {
  const outcome = await exportCommand(given, { dataFolder: home, ...options }).catch(
    (error: unknown) => error,
  );
  expect(outcome).toBeInstanceOf(AppError);
  return outcome as AppError;
}

const totalOf = (profile: Parameters<typeof aggregate>[0]) =>
  aggregate(profile, { includeIdle: true }).totalWeight;

describe('a file', () => {
  it('becomes one of another format, with the same sum', async () => {
    const { read } = await exported(shop, { format: 'pprof' });
    const { format, profiles } = read();
    expect(format).toBe('pprof');
    expect(totalOf(profiles[0]!.profile)).toBeCloseTo(arithmeticTotals.merged.all, 3);
  });

  it('can be exported in part: a thread, a range, without idle time, in samples', async () => {
    const one = await exported(shop, { format: 'cpuprofile', thread: ['b'], range: '105ms-205ms' });
    expect(totalOf(one.read().profiles[0]!.profile)).toBe(100_000);
    const busy = await exported(shop, { format: 'collapsed', idle: false });
    expect(totalOf(busy.read().profiles[0]!.profile)).toBe(arithmeticTotals.merged.busy);
    const counted = await exported(shop, { format: 'collapsed', samples: true });
    expect(totalOf(counted.read().profiles[0]!.profile)).toBe(arithmeticTotals.merged.samples);
  });

  it('with several threads becomes a zip where the format holds one', async () => {
    const { bytes } = await exported(shop, { format: 'cpuprofile' });
    expect(new TextDecoder().decode(bytes.subarray(0, 2))).toBe('PK');
  });

  it('with memory in it becomes a .heapprofile', async () => {
    const { read } = await exported(path.join(samples, 'go-heap.pb.gz'), {
      format: 'heapprofile',
      thread: ['p0'],
    });
    expect(read().format).toBe('heapprofile');
  });

  it('may be the folder of a tool', async () => {
    const { read } = await exported(path.join(samples, '6557.clinic-flame'), { format: 'speedscope' });
    expect(totalOf(read().profiles[0]!.profile)).toBeGreaterThan(0);
  });
});

describe('a session', () => {
  it('is exported by its name or as the last one', async () => {
    const said = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    try {
      await importSessions([path.join(samples, 'node-shop.cpuprofile')], { dataFolder: home });
    } finally {
      said.mockRestore();
    }
    const { read } = await exported('last', { format: 'speedscope' });
    expect(read().profiles[0]!.profile.samples.length).toBeGreaterThan(30);
  });
});

describe('what cannot be exported', () => {
  it('is named, with what to do', async () => {
    expect(await refused(shop, { format: 'svg' })).toMatchObject({
      code: 'BAD_INPUT',
      hint: 'Known formats: cpuprofile, heapprofile, speedscope, pprof, collapsed.',
    });
    expect(await refused(shop, { format: 'pprof', range: 'soon' })).toMatchObject({ code: 'BAD_INPUT' });
    expect(await refused(shop, { format: 'pprof', range: '3s-1s' })).toMatchObject({ code: 'BAD_INPUT' });
    expect((await refused(shop, { format: 'pprof', thread: ['c'] })).details).toBe('p0  a\np0-w1  b');
    expect((await refused(shop, { format: 'heapprofile' })).message).toBe(
      '"shop" has no allocation profile.',
    );
    expect((await refused('nowhere', { format: 'pprof' })).message).toBe(
      'There is neither a file nor a session "nowhere".',
    );
    const calls = path.join(samples, 'perl-shop.collapsed');
    expect((await refused(calls, { format: 'cpuprofile' })).message).toContain(
      'holds time, and this profile is in counts',
    );
    expect((await refused(calls, { format: 'pprof', range: '0-1s' })).message).toContain('needs times');
    const text = path.join(scratch, 'notes.txt');
    await writeFile(text, 'nothing here');
    expect((await refused(text, { format: 'pprof' })).code).toBe('PROFILE_UNKNOWN_FORMAT');
  });
});
