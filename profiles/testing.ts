/** Profiles written as text, for tests. */
import { ProfileBuilder } from './builder';
import type { Profile } from './types';

/**
 * A CPU profile from stacks and their times in µs: `['main:a > work:a', 100]`. `name:file` is a function of
 * `/app/file.js`; `(idle)` and the like have no file; a stack '' ends the profile.
 */
export function profileOf(...stacks: [stack: string, timeUs: number][]): Profile {
  const builder = new ProfileBuilder('microseconds');
  for (const [stack, timeUs] of stacks) {
    if (stack === '') builder.finish(timeUs);
    else builder.addSample(addStack(builder, stack), timeUs);
  }
  return builder.profile;
}

/** The node of a stack written as in `profileOf`; `name:file:line` gives the line, and a file with a slash is a whole URL. */
export function addStack(builder: ProfileBuilder, stack: string): number {
  let node = 0;
  for (const part of stack.split(' > ')) {
    const [, name = '', file = '', line = '1'] = /^([^:]+)(?::(.*?))?(?::(\d+))?$/.exec(part) ?? [];
    const url =
      file === '' ? '' : file.includes('/') || file.startsWith('node:') ? file : `file:///app/${file}.js`;
    node = builder.addChild(
      node,
      builder.addFrame(name, url, url === '' ? 0 : Number(line), url === '' ? 0 : 1),
    );
  }
  return node;
}
