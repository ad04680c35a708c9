import { describe, expect, it } from 'vitest';
import type { ConstructorChange } from '../heap/questions';
import { ProfileBuilder } from '../builder';
import type { Profile } from '../types';
import { suspectSites } from './allocation-sites';
import { rankConstructors } from './rank-constructors';

function grown(name: string, count: number, bytes: number, retained = bytes): ConstructorChange {
  return {
    key: 0,
    name,
    countA: 0,
    countB: count,
    newCount: count,
    deletedCount: 0,
    countChange: count,
    shallowA: 0,
    shallowB: bytes,
    newSize: bytes,
    deletedSize: 0,
    sizeChange: bytes,
    retainedB: retained,
  };
}

const names = (changes: ConstructorChange[]): string[] =>
  rankConstructors(changes).map(({ change }) => change.name);

describe('the constructors that grew', () => {
  it('stand before the strings, arrays and contexts they are made of', () => {
    const changes = [
      grown('(string)', 6000, 5e6),
      grown('(array)', 3000, 2e6),
      grown('system / Context', 3000, 2e5),
      grown('(closure)', 3000, 2e5),
      grown('Session', 3000, 2e5, 8e6),
    ];
    expect(names(changes).slice(0, 2)).toEqual(['Session', '(string)']);
  });

  it('give way to strings that nothing else explains', () => {
    expect(names([grown('(string)', 60_000, 50e6), grown('Socket', 2, 500, 20_000)])[0]).toBe('(string)');
  });

  it('are ranked by what the additional ones hold, and those that did not grow are left out', () => {
    const many = { ...grown('Buffer', 1000, 96_000, 30e6), countA: 0 };
    const stable = { ...grown('Page', 600, 1e5, 90e6), countA: 600, countChange: 0, sizeChange: 0 };
    expect(names([grown('Object', 1000, 2e5), many, stable])).toEqual(['Buffer', 'Object']);
  });
});

describe('the sites of what is alive', () => {
  /** root → handle (app) → [insert (package) → alloc (node)], [native]; and the workbench's own agent. */
  function profile(bytes: { alloc: number; native: number; agent: number }): Profile {
    const builder = new ProfileBuilder('bytes');
    const frame = (parent: number, name: string, url: string): number =>
      builder.addChild(parent, builder.addFrame(name, url, 1, 1));
    const handle = frame(0, 'handle', 'file:///srv/app.js');
    const insert = frame(handle, 'insert', 'file:///srv/node_modules/lru/index.js');
    builder.addWeighted(frame(insert, 'alloc', 'node:buffer'), bytes.alloc);
    builder.addWeighted(frame(handle, 'concat', ''), bytes.native);
    builder.addWeighted(frame(0, 'now', 'scorchmark:now'), bytes.agent);
    return builder.profile;
  }

  it('are the nearest functions of the program itself, and grow by what came after the warm-up', () => {
    const last = profile({ alloc: 900, native: 100, agent: 1e6 });
    const added = profile({ alloc: 500, native: 50, agent: 1e6 });
    expect(suspectSites('p1', last, added)).toEqual([
      expect.objectContaining({ name: 'handle', aliveBytes: 1000, growthBytes: 550, thread: 'p1' }),
    ]);
    expect(suspectSites('p1', last, undefined)[0]).toMatchObject({ name: 'handle', growthBytes: 1000 });
  });

  /** Each stack from the outside in, with what its innermost function allocated. */
  function stacks(all: Record<string, number>): Profile {
    const builder = new ProfileBuilder('bytes');
    const nodes = new Map<string, number>();
    for (const [stack, bytes] of Object.entries(all)) {
      let node = 0;
      let path = '';
      for (const name of stack.split(' > ')) {
        path += ` > ${name}`;
        const known = nodes.get(path);
        node = known ?? builder.addChild(node, builder.addFrame(name, `file:///srv/${name}.js`, 1, 1));
        nodes.set(path, node);
      }
      builder.addWeighted(node, bytes);
    }
    return builder.profile;
  }
  const ranked = (all: Record<string, number>): string[] =>
    suspectSites('p1', stacks(all), undefined).map(({ name, growthBytes }) => `${name} ${growthBytes}`);

  it('stand beside who called them, after it when they are only a part of what it makes', () => {
    const profile = stacks({
      'serve > handle > Context': 300,
      'serve > handle > Context > textOf': 1500,
      'serve > handle > report': 200,
    });
    expect(suspectSites('p1', profile, undefined)).toMatchObject([
      { name: 'Context', growthBytes: 1800, through: 'textOf' },
      { name: 'textOf', growthBytes: 1500, calledBy: 'Context' },
      { name: 'handle', growthBytes: 500 },
      { name: 'report', growthBytes: 200 },
    ]);
  });

  it('know their callers also when optimised code has swallowed them', () => {
    const profile = stacks({
      'serve > handle > Context > textOf': 100,
      'serve > textOf': 1500,
    });
    expect(suspectSites('p1', profile, undefined).slice(0, 2)).toMatchObject([
      { name: 'textOf', growthBytes: 1600, calledBy: 'Context' },
      { name: 'Context', growthBytes: 1600, through: 'textOf' },
    ]);
  });

  it('are never who only hands on from the event loop, however much passes through', () => {
    expect(ranked({ handle: 10, 'handle > keep': 5000 })).toEqual(['keep 5000', 'handle 10']);
  });

  it('have no caller when many call them', () => {
    expect(
      suspectSites('p1', stacks({ 'a > b > keep': 40, 'a > c > keep': 40, 'a > d > keep': 40 }), undefined),
    ).toMatchObject([{ name: 'keep', growthBytes: 120 }]);
  });

  it('count recursion once', () => {
    expect(ranked({ walk: 100, 'walk > walk': 100, 'walk > walk > walk': 100 })).toEqual(['walk 300']);
  });
});
