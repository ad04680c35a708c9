import { describe, expect, it } from 'vitest';
import { arithmeticCwd, arithmeticProfile } from './arithmetic';
import { ProfileBuilder } from './builder';
import { aggregate } from './call-tree';
import { matchFrames, matchedShare, matchingNodes, projectFolder } from './search';
import { profileOf } from './testing';

const tree = aggregate(
  profileOf(
    ['main:app > renderCatalog:catalog > join:catalog', 0],
    ['main:app > query:db', 300],
    ['(program)', 500],
    ['', 1000],
  ),
);
const foundIn = (frames: typeof tree.frames, query: string, cwd?: string) => {
  const matches = matchFrames(frames, query, cwd === undefined ? {} : { cwd });
  return frames.name.filter((_, frame) => matches[frame] === 1);
};
const found = (query: string) => foundIn(tree.frames, query);

describe('searching functions', () => {
  it.each([
    ['RENDER', ['renderCatalog']],
    ['catalog', ['renderCatalog', 'join']],
    ['/^(main|query)$/', ['main', 'query']],
    ['/^JOIN$/', ['join']],
    ['(pro', ['(program)']],
    ['/(pro/', []],
    ['  ', []],
    ['nothing', []],
  ])('%s finds %j', (query, expected) => {
    expect(found(query)).toEqual(expected);
  });

  it('takes an invalid expression for text', () => {
    expect(found('/app/(')).toEqual([]);
    expect(found('/app/c')).toEqual(['renderCatalog', 'join']);
  });

  it('does not find everything by a folder that the whole project lies in', () => {
    expect(found('app')).toEqual(['main']);
    expect(found('file:')).toEqual([]);
    const { frames } = arithmeticProfile('a');
    expect(foundIn(frames, 'shop')).toEqual([]);
    expect(foundIn(frames, 'srv', arithmeticCwd)).toEqual([]);
    expect(foundIn(frames, 'src', arithmeticCwd)).toEqual(['main', 'handle', 'render', 'walk', 'visit']);
    expect(projectFolder(frames)).toBe('/srv/shop/src');
  });

  it('finds packages, files in them, Node’s modules, and whole paths', () => {
    const { frames } = arithmeticProfile('a');
    expect(foundIn(frames, '@db')).toEqual(['query']);
    expect(foundIn(frames, 'express')).toEqual(['next', 'layer']);
    expect(foundIn(frames, 'router.js')).toEqual(['next']);
    expect(foundIn(frames, 'node_modules')).toEqual(['next', 'layer', 'query']);
    expect(foundIn(frames, 'node:fs')).toEqual(['readFileSync']);
    expect(foundIn(frames, '/srv/shop/src/server.js')).toEqual(['main', 'handle']);
    expect(foundIn(frames, 'shop/src/cat')).toEqual(['render', 'walk', 'visit']);
    expect(foundIn(frames, '/catalog\\.js$/')).toEqual(['render', 'walk', 'visit']);
    expect(foundIn(frames, '/shop/')).toEqual([]);
    expect(foundIn(frames, '/shop\\/src/')).toEqual(['main', 'handle', 'render', 'walk', 'visit']);
  });

  it('finds files on Windows alike', () => {
    const builder = new ProfileBuilder('count');
    for (const url of ['C:\\work\\shop\\src\\a.js', 'file:///C:/work/shop/lib/b.js'])
      builder.addWeighted(builder.addChild(0, builder.addFrame('f', url, 1, 1)), 1);
    const { frames } = builder.profile;
    expect(projectFolder(frames)).toBe('C:/work/shop');
    expect(foundIn(frames, 'work').length).toBe(0);
    expect(foundIn(frames, 'src').length).toBe(1);
    expect(foundIn(frames, 'shop\\src').length).toBe(1);
  });

  it('tells the share of time under what was found, each stack once', () => {
    expect(matchedShare(tree, matchFrames(tree.frames, 'catalog'))).toBeCloseTo(0.3);
    expect(matchedShare(tree, matchFrames(tree.frames, 'main'))).toBeCloseTo(0.5);
    expect(matchedShare(tree, matchFrames(tree.frames, ''))).toBe(0);
  });
});

describe('the boxes of a search', () => {
  const a = aggregate(arithmeticProfile('a'));
  const boxes = (query: string, order?: 'weight' | 'position') =>
    [...matchingNodes(a, matchFrames(a.frames, query), order)].map(
      (node) => `${a.frames.name[a.nodes.frame[node]!]!} ${a.total[node]!}`,
    );

  it('come heaviest first', () => {
    expect(boxes('/^(walk|query)$/')).toEqual([
      'query 1024',
      'walk 512',
      'query 384',
      'walk 120',
      'walk 96',
      'walk 16',
    ]);
  });

  it('or as a left-heavy flamegraph shows them', () => {
    expect(boxes('/^(walk|query|render)$/', 'position')).toEqual([
      'query 1024',
      'render 512',
      'walk 512',
      'query 384',
      'render 124',
      'walk 120',
      'walk 96',
      'walk 16',
    ]);
  });
});
