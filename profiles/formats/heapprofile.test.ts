import { Session } from 'node:inspector/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aggregate, treeAsText } from '../call-tree';
import { ProfileFormatError } from '../errors';
import { functionTable } from '../functions';
import type { V8HeapProfile, V8HeapProfileNode } from '../types';
import { parseHeapProfile } from './heapprofile';

const node = (
  functionName: string,
  selfSize: number,
  children: V8HeapProfileNode[] = [],
): V8HeapProfileNode => ({
  callFrame: {
    functionName,
    scriptId: '1',
    url: functionName === '(root)' ? '' : 'file:///app/a.js',
    lineNumber: 0,
    columnNumber: 0,
  },
  selfSize,
  children,
});
const valid: V8HeapProfile = {
  head: node('(root)', 0, [node('main', 100, [node('load', 300), node('save', 0)]), node('load', 50)]),
};

function allocateForTest(): number[][] {
  return Array.from({ length: 200 }, (_, i) => new Array<number>(5000).fill(i));
}

describe('reading a .heapprofile', () => {
  it('gives live bytes per call path', () => {
    const tree = aggregate(parseHeapProfile(JSON.stringify(valid)));
    expect(tree.unit).toBe('bytes');
    expect(treeAsText(tree)).toBe('(root) 0/450\n  main 100/400\n    load 300/300\n  load 50/50');
    expect(functionTable(tree)[0]).toMatchObject({ name: 'load', self: 350 });
  });

  it('takes stacks of thousands of calls', () => {
    // Written by hand, since JSON.stringify itself is recursive.
    const open =
      '{"callFrame":{"functionName":"f","scriptId":"1","url":"/a.js","lineNumber":1,"columnNumber":1},"selfSize":1,"children":[';
    const depth = 20_000;
    const tree = aggregate(parseHeapProfile(`{"head":${open.repeat(depth)}${']}'.repeat(depth)}}`));
    expect(tree.totalWeight).toBe(depth);
    expect(Math.max(...tree.nodes.depth)).toBe(depth);
  });

  it('reads what V8 gives', async () => {
    const session = new Session();
    session.connect();
    await session.post('HeapProfiler.startSampling', { samplingInterval: 1024 });
    const kept = allocateForTest();
    const { profile } = await session.post('HeapProfiler.stopSampling');
    session.disconnect();
    expect(kept).toHaveLength(200);
    const tree = aggregate(parseHeapProfile(JSON.stringify(profile)));
    const row = functionTable(tree).find(({ name }) => name === 'allocateForTest');
    // 200 × 5000 numbers of at least 4 bytes; the profile is an estimate.
    expect(row?.total).toBeGreaterThan(2_000_000);
  });

  it.each([
    [{}, 'head', 'found nothing'],
    [{ head: { selfSize: 1 } }, 'head.callFrame', 'found nothing'],
    [
      { head: { ...node('a', 0), children: [node('b', 0), { ...node('c', -5) }] } },
      'head.children[1].selfSize',
      'found -5',
    ],
    [{ head: { ...node('a', 0), children: {} } }, 'head.children', 'found an object'],
  ])('says where and what is wrong in %j', (raw, place, problem) => {
    const read = () => parseHeapProfile(JSON.stringify(raw), { fileName: 'x.heapprofile' });
    expect(read).toThrow(ProfileFormatError);
    expect(read).toThrow(`at ${place},`);
    expect(read).toThrow(problem);
  });

  it('never crashes on damaged files', () => {
    const text = JSON.stringify(valid);
    fc.assert(
      fc.property(fc.nat(text.length), fc.string({ maxLength: 6 }), fc.nat(8), (at, junk, cut) => {
        try {
          parseHeapProfile(text.slice(0, at) + junk + text.slice(at + cut));
        } catch (error) {
          if (!(error instanceof ProfileFormatError)) throw error;
        }
      }),
      { numRuns: 2000 },
    );
  });
});
