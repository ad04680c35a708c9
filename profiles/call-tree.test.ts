import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProfileBuilder } from './builder';
import { aggregate, emptyCallTree, mergeCallTrees, treeAsText } from './call-tree';
import { profileOf } from './testing';

describe('a call tree', () => {
  const profile = profileOf(
    ['main:a', 0],
    ['main:a > work:a', 100],
    ['(idle)', 300],
    ['main:a', 600],
    ['', 1000], // end
  );

  it('has self and total time, idle time aside', () => {
    const tree = aggregate(profile);
    expect(treeAsText(tree)).toBe('(root) 0/700\n  main 500/700\n    work 200/200');
    expect(tree.idleWeight).toBe(300);
    expect([...tree.sampleCount]).toEqual([0, 2, 1, 0]);
  });

  it('has idle time when asked for', () => {
    expect(aggregate(profile, { includeIdle: true }).totalWeight).toBe(1000);
  });

  it.each([
    [{ startUs: 50, endUs: 150 }, '(root) 0/100\n  main 50/100\n    work 50/50', 0],
    [{ startUs: 200, endUs: 700 }, '(root) 0/200\n  main 100/200\n    work 100/100', 300],
    [{ startUs: 2000, endUs: 3000 }, '(root) 0/0', 0],
    [{ startUs: -100, endUs: 5000 }, '(root) 0/700\n  main 500/700\n    work 200/200', 300],
  ])('clips samples to the range %o', (range, text, idleWeight) => {
    const tree = aggregate(profile, { range });
    expect(treeAsText(tree)).toBe(text);
    expect(tree.idleWeight).toBe(idleWeight);
  });

  it('splits into ranges without losing or doubling time', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(50), { minLength: 1, maxLength: 40 }),
        fc.array(fc.nat(2000), { maxLength: 6 }),
        (gaps, cuts) => {
          const builder = new ProfileBuilder('microseconds');
          let timeUs = 0;
          gaps.forEach((gapUs, i) => {
            builder.addSample(builder.addChild(0, builder.addFrame(`f${i % 3}`, '/x.js', 1, 1)), timeUs);
            timeUs += gapUs;
          });
          builder.finish(timeUs);
          const edges = [0, ...cuts.filter((cut) => cut <= timeUs).sort((a, b) => a - b), timeUs + 1];
          let sum = 0;
          for (let i = 1; i < edges.length; i++)
            sum += aggregate(builder.profile, {
              range: { startUs: edges[i - 1]!, endUs: edges[i]! },
            }).totalWeight;
          expect(sum).toBeCloseTo(aggregate(builder.profile).totalWeight, 6);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('stays as it was while its profile grows', () => {
    const builder = new ProfileBuilder('microseconds');
    builder.addSample(builder.addChild(0, builder.addFrame('main', '/a.js', 1, 1)), 0);
    builder.addSample(0, 10);
    const tree = aggregate(builder.profile);
    for (let i = 0; i < 1000; i++)
      builder.addSample(builder.addChild(0, builder.addFrame(`f${i}`, '/a.js', 1, 1)), 20 + i);
    expect(tree.nodes.length).toBe(2);
    expect(tree.frames.length).toBe(2);
    expect(treeAsText(tree)).toBe('(root) 0/10\n  main 10/10');
  });

  it('leaves out the profiler’s own code and what it calls in Node, but not the application’s code below it', () => {
    const agent = '/opt/scorchmark/main/agent/agent.cjs';
    const builder = new ProfileBuilder('microseconds');
    const own = builder.addChild(0, builder.addFrame('report', agent, 1, 1));
    const inNode = builder.addChild(own, builder.addFrame('write', 'node:net', 1, 1));
    const below = builder.addChild(own, builder.addFrame('handler', 'file:///app/a.js', 1, 1));
    builder.addSample(own, 0);
    builder.addSample(inNode, 10);
    builder.addSample(below, 30);
    builder.finish(70);
    expect(aggregate(builder.profile).totalWeight).toBe(40);
    expect(aggregate(builder.profile, { includeProfiler: true }).totalWeight).toBe(70);
  });
});

describe('merged call trees', () => {
  it('take equal paths of equal functions together, whatever their numbers', () => {
    const a = aggregate(profileOf(['main:a > work:a', 0], ['main:a', 100], ['', 150]));
    const b = aggregate(profileOf(['other:b', 0], ['main:a > work:a', 10], ['(idle)', 40], ['', 90]));
    const merged = mergeCallTrees([a, b]);
    expect(treeAsText(merged)).toBe('(root) 0/190\n  main 50/180\n    work 130/130\n  other 10/10');
    expect(merged.idleWeight).toBe(50);
    expect(merged.totalWeight).toBe(190);
  });

  it('are empty without trees', () => {
    expect(mergeCallTrees([])).toEqual(emptyCallTree('microseconds'));
  });

  it('keep to one unit', () => {
    expect(() => mergeCallTrees([emptyCallTree('bytes'), emptyCallTree('microseconds')])).toThrow(
      'microseconds',
    );
  });
});
