import { describe, expect, it } from 'vitest';
import { detectFormat } from './detect';

const frame = '"callFrame":{"functionName":"(root)"}';

describe('the format of a file', () => {
  it.each([
    ['x.json', `{"nodes":[{"id":1,${frame}`, 'cpuprofile'],
    ['x', `\uFEFF{ "startTime": 1, "samples": [1`, 'cpuprofile'],
    ['x.cpuprofile', `{"head":{${frame},"selfSize":0`, 'heapprofile'],
    ['x.cpuprofile', '{"snapshot":{"meta":{}},"nodes":[1,2', null],
    ['x.cpuprofile', `{"traceEvents":[{"nodes":[{${frame}`, null],
    ['x.json', '{"$schema":"https://www.speedscope.app/file-format-schema.json"', null],
    ['x.cpuprofile', '', 'cpuprofile'],
    ['x.HEAPPROFILE', 'garbage', 'heapprofile'],
    ['x.txt', 'garbage', null],
    ['x.json', '{"name":"package"}', null],
    ['x.json', '[]', null],
  ])('%s beginning with %s is %s', (fileName, head, format) => {
    expect(detectFormat(fileName, head)).toBe(format);
    expect(detectFormat(fileName, new TextEncoder().encode(head))).toBe(format);
  });
});
