/** `scorchmark leaks`: is it leaking, what, and who holds it; also said at the end of a recording that looked for leaks. */
import { exactNumber, formatBytes } from '../../profiles/format';
import type { LeakOutcome, LeakVerdict } from '../../profiles/leaks/types';
import type { ProcessInfo } from '../api';
import type { Engine } from '../engine';
import { printable } from './printable';
import { exitCodes, table } from './terminal';
import { findSession, withEngine, type DataFolderOption } from './with-engine';

const outcomes: Record<LeakOutcome, string> = {
  leaking: 'Leaking.',
  'not-leaking': 'Not leaking.',
  'not-enough-data': 'Not enough data.',
};

/** Suspects of each kind that are told without `--json`. */
const shown = 10;

export function leaksCommand(named: string, options: DataFolderOption & { json?: boolean }): Promise<number> {
  return withEngine({ ...options, readOnly: true }, async (engine) => {
    const { id } = await findSession(engine, named);
    const { processes } = await engine.call('sessions.get', { id });
    const verdict = await judged(engine, id);
    process.stdout.write(`${options.json ? JSON.stringify(verdict) : verdictText(verdict, processes)}\n`);
    return exitCodes.ok;
  });
}

/** Opens two of the session's snapshots, if there are two. Rejects as `leaks.judge`. */
export function judged(engine: Engine, id: string): Promise<LeakVerdict> {
  return engine.call('leaks.judge', { id, deep: true });
}

export function verdictText(
  { outcome, sentence, subjects, constructors, sites, advice }: LeakVerdict,
  processes: readonly ProcessInfo[],
): string {
  const titles = new Map(processes.flatMap(({ threads }) => threads.map(({ key, title }) => [key, title])));
  const parts = [`${outcomes[outcome]} ${printable(sentence)}`];
  // The sentence is about the subject that says most, and counts the others.
  for (const subject of subjects)
    if (subject.outcome === outcome && !sentence.includes(subject.sentence))
      parts.push(printable(`${titles.get(subject.thread) ?? subject.thread}: ${subject.sentence}`));
  if (constructors.length > 0)
    parts.push(
      table(
        [
          ['CONSTRUCTOR', 'CHANGE', 'THEY HOLD', 'HELD BY'],
          ...constructors
            .slice(0, shown)
            .map(({ name, countChange, heldChange, heldBy }) => [
              name.length > 60 ? `${name.slice(0, 59)}…` : name,
              `${countChange > 0 ? '+' : ''}${exactNumber(countChange)}`,
              formatBytes(heldChange),
              heldBy,
            ]),
        ],
        [1, 2],
      ),
    );
  if (sites.length > 0)
    parts.push(
      table(
        [
          ['ALLOCATED IN', 'ALIVE', 'OF IT SINCE THE WARM-UP', 'WHERE'],
          ...sites
            .slice(0, shown)
            .map(({ name, aliveBytes, growthBytes, url, line, through, calledBy }) => [
              `${name}${through === undefined ? '' : ` through ${through}`}${calledBy === undefined ? '' : ` for ${calledBy}`}`,
              formatBytes(aliveBytes),
              formatBytes(growthBytes),
              url === '' ? '' : `${url}:${line}`,
            ]),
        ],
        [1, 2],
      ),
    );
  if (advice.length > 0) parts.push(advice.map((line) => printable(line)).join('\n'));
  return parts.join('\n\n');
}
