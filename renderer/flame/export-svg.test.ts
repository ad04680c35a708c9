import { expect, test } from 'vitest';
import { aggregate } from '../../profiles/call-tree';
import { layoutChart } from '../../profiles/flame-chart';
import { layoutFlame } from '../../profiles/flame-layout';
import { profileOf } from '../../profiles/testing';
import { ChartPicture } from './chart-picture';
import type { FlameScene } from './export-scene';
import { flameSvg } from './export-svg';
import { LeftHeavyPicture } from './left-heavy-picture';
import type { Picture } from './picture';

const sceneOf = (picture: Picture, changed: Partial<FlameScene> = {}): FlameScene => ({
  picture,
  view: { from: 0, to: picture.width },
  scroll: 0,
  width: 1000,
  height: 90,
  ratio: 2,
  growUp: false,
  mode: 'category',
  scheme: 'light',
  found: null,
  ...changed,
});
const rects = (svg: string) => svg.match(/<g><title>/g)?.length ?? 0;

test('an SVG says what it shows, draws each box at its place and names it in a tooltip', () => {
  const tree = aggregate(profileOf(['main:a > <anonymous>:a', 0], ['main:a', 300], ['', 400]));
  const svg = flameSvg(sceneOf(new LeftHeavyPicture(layoutFlame(tree))), { title: 'a "title" & more' });
  expect(svg).toContain('a &quot;title&quot; &amp; more');
  expect(svg).toContain('Flame graph of 400');
  expect(svg).toContain('>&lt;anonymous&gt;</text>');
  expect(svg).toMatch(/<rect x="0" y="36" width="749" height="17" fill="#[0-9a-f]{6}"\/>/);
  expect(rects(svg)).toBe(3);
});

test('it shows what is in sight, or on request everything', () => {
  const picture = new ChartPicture(
    layoutChart([{ key: 'p', title: 'p', profile: profileOf(['one:a', 0], ['two:a', 500], ['', 1000]) }]),
  );
  const zoomed = sceneOf(picture, { view: { from: 600, to: 900 }, growUp: true });
  const part = flameSvg(zoomed, { title: 't' });
  expect(part).not.toContain('>one<');
  expect(part).toContain('30');
  expect(rects(part)).toBe(1);
  expect(rects(flameSvg(zoomed, { title: 't', whole: true }))).toBe(2);
});

test('boxes too narrow to see are left out, and it says how many', () => {
  const stacks: [string, number][] = [['wide:a', 0]];
  for (let i = 0; i < 60; i++) stacks.push([`thin${i}:a`, 1_000_000 + i]);
  stacks.push(['', 1_000_060]);
  const picture = new ChartPicture(layoutChart([{ key: 'p', title: 'p', profile: profileOf(...stacks) }]));
  const svg = flameSvg(sceneOf(picture), { title: 't' });
  expect(rects(svg)).toBe(1);
  expect(svg).toContain('60 boxes too narrow to see are left out');
});

test('a picture of any number of boxes stays small enough to open', () => {
  const stacks: [string, number][] = [];
  for (let i = 0; i < 120_000; i++) stacks.push([i % 2 ? 'a:x' : 'b:x', i]);
  const picture = new ChartPicture(layoutChart([{ key: 'p', title: 'p', profile: profileOf(...stacks) }]));
  const svg = flameSvg(sceneOf(picture, { width: 20_000 }), { title: 't' });
  expect(rects(svg)).toBeLessThanOrEqual(50_001);
  expect(svg).toContain('are left out');
});
