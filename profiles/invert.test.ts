import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProfileBuilder } from './builder';
import { aggregate } from './call-tree';
import type { CallTree } from './call-tree';
import { frameKey, functionTable } from './functions';
import { invertTree, sandwich } from './invert';
import { bottomUpRows } from './tree-rows';

const anyTree = fc
  .array(
    fc.tuple(
      fc.array(fc.nat(4), { minLength: 1, maxLength: 9 }),
      fc.nat(100).map((weight) => weight + 1),
    ),
    { maxLength: 30 },
  )
  .map((stacks) => {
    const builder = new ProfileBuilder('bytes');
    for (const [path, weight] of stacks) {
      let node = 0;
      for (const each of path) node = builder.addChild(node, builder.addFrame(`f${each}`, '/x.js', 1, 1));
      builder.addWeighted(node, weight);
    }
    return aggregate(builder.profile);
  });

/** Stacks from the outside in, with their weight. */
function stacksOf({ frames, nodes, self }: CallTree): Map<string, number> {
  const stacks = new Map<string, number>();
  for (let end = 0; end < nodes.length; end++) {
    if (self[end] === 0) continue;
    const path: string[] = [];
    for (let node = end; node > 0; node = nodes.parent[node]!) path.push(frames.name[nodes.frame[node]!]!);
    stacks.set(path.reverse().join(), self[end]!);
  }
  return stacks;
}
const samplesIn = ({ sampleCount }: CallTree) => sampleCount.reduce((sum, count) => sum + count, 0);

describe('any tree', () => {
  it('inverted has every stack the other way round, and nothing else', () => {
    fc.assert(
      fc.property(anyTree, (tree) => {
        const inverted = invertTree(tree, { minShare: 0 });
        const turned = new Map(
          [...stacksOf(tree)].map(([path, weight]) => [path.split(',').reverse().join(), weight]),
        );
        expect(stacksOf(inverted)).toEqual(turned);
        expect(inverted.totalWeight).toBe(tree.totalWeight);
        expect(samplesIn(inverted)).toBe(samplesIn(tree));
        for (let node = 1; node < inverted.nodes.length; node++)
          expect(inverted.nodes.parent[node]).toBeLessThan(node);
      }),
      { numRuns: 300 },
    );
  });

  it('loses no weight where it is folded', () => {
    fc.assert(
      fc.property(anyTree, fc.double({ min: 0, max: 1, noNaN: true }), (tree, minShare) => {
        const inverted = invertTree(tree, { minShare });
        expect(inverted.totalWeight).toBe(tree.totalWeight);
        expect(samplesIn(inverted)).toBe(samplesIn(tree));
      }),
      { numRuns: 200 },
    );
  });

  it('has both sides of each function weigh what the function weighs, and bottom-up tables agree', () => {
    fc.assert(
      fc.property(anyTree, (tree) => {
        const roots = new Map(
          bottomUpRows(tree)
            .roots()
            .map((row) => [row.frame, row]),
        );
        for (const { frame, self, total, sampleCount } of functionTable(tree)) {
          const { callers, callees } = sandwich(tree, frameKey(tree.frames, frame));
          expect([callers.totalWeight, callees.totalWeight]).toEqual([total, total]);
          expect(samplesIn(callers)).toBe(samplesIn(callees));
          for (const side of [callers, callees]) {
            expect(side.nodes.frame[1]).toBe(frame);
            expect(side.total[1]).toBe(total);
          }
          if (self > 0) expect(roots.get(frame)).toMatchObject({ self, total, sampleCount });
        }
      }),
      { numRuns: 200 },
    );
  });
});
