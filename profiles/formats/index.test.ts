import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ProfileFormatError } from '../errors';
import { importProfileFolder, importProfiles, importableExtensions } from './index';
import { sourceOfBytes } from './source';

const encoder = new TextEncoder();
const sourceOf = (name: string, content: string | Uint8Array) =>
  sourceOfBytes(name, typeof content === 'string' ? encoder.encode(content) : content);

const root = '{"id":1,"callFrame":{"functionName":"(root)","url":"","lineNumber":-1,"columnNumber":-1}}';
const cpu = `{"nodes":[${root}],"startTime":0,"endTime":10,"samples":[1],"timeDeltas":[0]}`;

function problemOf(name: string, content: string | Uint8Array): ProfileFormatError {
  try {
    importProfiles(sourceOf(name, content));
  } catch (error) {
    if (error instanceof ProfileFormatError) return error;
    throw error;
  }
  throw new Error('it was read without complaint');
}

describe('opening a profile of any format', () => {
  it('tells the format by the content, whatever the name', () => {
    expect(importProfiles(sourceOf('x.bin', cpu))).toMatchObject({
      format: 'cpuprofile',
      profiles: [{ profile: { unit: 'microseconds', endUs: 10 } }],
    });
    expect(importProfiles(sourceOf('x.bin', ` \n\uFEFF${cpu.slice(0)}`.trimStart())).format).toBe(
      'cpuprofile',
    );
  });

  it('unpacks gzip, also twice, and calls the file what it was before', () => {
    const twice = gzipSync(gzipSync(cpu));
    const name = importProfiles(sourceOf('a.cpuprofile.gz', gzipSync(cpu))).profiles[0]!.name;
    expect(name).toBe('a.cpuprofile');
    expect(importProfiles(sourceOf('a.cpuprofile.gz.gz', twice)).profiles[0]!.name).toBe('a.cpuprofile');
  });

  it('finds telling keys that come late', () => {
    const late = `{"samples":[${'1,'.repeat(50_000)}1],"timeDeltas":[${'1,'.repeat(50_000)}1],"startTime":0,"endTime":100001,"nodes":[${root}]}`;
    expect(importProfiles(sourceOf('x', late)).profiles[0]!.profile.samples.length).toBe(50_001);
  });

  it.each<[string, string | Uint8Array, string]>([
    ['shop.heapsnapshot', '{"snapshot":{"meta":{}},"nodes":[1,2]}', 'a heap snapshot'],
    ['all.zip', 'PK\u0003\u0004rest', 'a zip'],
    ['shot.png', new Uint8Array([0x89, 0x50, 0x4e, 0x47, 13, 10]), 'a PNG'],
    ['x.cpuprofile', '', 'an empty file'],
    ['x.cpuprofile', ' \n\t '.repeat(100_000), 'nothing but blanks'],
    ['x.cpuprofile', gzipSync(' '.repeat(20 * 1024 ** 2)), 'nothing but blanks in its first 16 MB'],
    ['x.json', new Uint8Array(100_000), 'nothing but zero bytes'],
    ['package.json', '{"name":"a","version":"1.0.0"}', 'JSON with "name", "version" at its top'],
    ['isolate.log', 'v8-version,11,3,244\nshared-library', 'the raw log of node --prof'],
    ['page.html', '<!DOCTYPE html><title>x</title>', 'a web page'],
    ['x', '{}', 'an empty JSON object'],
    ['x', '[1,2]', 'a JSON list of something else'],
    ['x', new Uint8Array([1, 2, 3, 4]), 'binary data (beginning with 01 02 03 04)'],
  ])('says what %s is that is no profile, and what can be opened', (name, content, what) => {
    const problem = problemOf(name, content);
    expect(problem).toMatchObject({ code: 'PROFILE_UNKNOWN_FORMAT', where: name.replace(/\.gz$/, '') });
    expect(problem.message).toContain(`it is ${what}.`);
    expect(problem.hint).toContain('V8 CPU profile (.cpuprofile)');
  });

  it('leaves a damaged file of a known name to its parser', () => {
    expect(problemOf('x.cpuprofile', '{"startTime":1').code).toBe('PROFILE_MALFORMED');
    expect(problemOf('x.cpuprofile', 'garbage').code).toBe('PROFILE_MALFORMED');
  });

  it('says what a folder contains that no profiler wrote', () => {
    const files = new Map([['a/b.txt', sourceOf('b.txt', 'x')]]);
    expect(() => importProfileFolder('stuff', files)).toThrow('it contains a/b.txt.');
    expect(() => importProfileFolder('stuff', new Map())).toThrow('it is empty.');
  });

  it('says that a file is too big when there is no memory for it', () => {
    const source = sourceOf('big.cpuprofile', cpu);
    const importing = () =>
      importProfiles(source, {
        onProgress: () => {
          throw new RangeError('Array buffer allocation failed');
        },
      });
    expect(importing).toThrow(ProfileFormatError);
    expect(importing).toThrow('big.cpuprofile is too big');
  });

  it('names extensions for file dialogs', () => {
    expect(importableExtensions).toEqual(expect.arrayContaining(['.cpuprofile', '.heapprofile', '.gz']));
  });
});
