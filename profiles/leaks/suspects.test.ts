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
});
