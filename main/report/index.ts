/** Reports of saved sessions. */
import { readFile } from 'node:fs/promises';
import { AppError } from '../errors';
import { reportClientFile, reportStyleFile } from '../paths';
import type { LoadInRange } from '../api';
import type { LoadedSession } from '../analysis/load-session';
import { aggregate, mergeCallTrees } from '../../profiles/call-tree';
import { reduceTimeline } from '../../profiles/series';
import { verdict } from '../../profiles/verdict';
import { renderReport } from './html';

export { renderReport, type ReportInput } from './html';

/**
 * A session as one self-contained HTML file.
 * @param loadSeconds what the seconds of its load tell, where they were kept
 * @throws AppError INTERNAL when the report's script is not built
 */
export async function createReport(
  session: LoadedSession,
  loadSeconds: LoadInRange | null = null,
): Promise<{ fileName: string; html: string }> {
  const { detail, timeline, cpu, allocations, load } = session;
  const [clientJs, clientCss] = await Promise.all([built(reportClientFile), built(reportStyleFile)]);
  const sentences = verdict({
    cpu: cpu.size > 0 ? mergeCallTrees([...cpu.values()].map((profile) => aggregate(profile))) : null,
    series: timeline.series,
    marks: timeline.marks,
    load,
    cwd: detail.cwd,
  });
  return {
    fileName: reportFileName(detail.name, detail.createdAt),
    html: renderReport({
      detail,
      // A picture of so many pixels; the sentences above are made from everything.
      timeline: reduceTimeline({ collections: [], ...timeline }, { points: reportPoints }),
      cpu,
      allocations,
      loadResult: load,
      loadSeconds,
      verdict: sentences,
      clientJs,
      clientCss,
    }),
  };
}

/** Of each series in the document. */
const reportPoints = 4000;

/** `shop-api-2026-02-03.html`: letters, digits, dots and dashes only, so that every file system takes it. */
export function reportFileName(name: string, createdAt: string): string {
  const safe = name
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9.]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
    .slice(0, 80);
  const day = /^\d{4}-\d{2}-\d{2}/.exec(createdAt)?.[0];
  return `${[safe === '' ? 'session' : safe, day].filter((part) => part !== undefined).join('-')}.html`;
}

async function built(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new AppError('INTERNAL', `The report cannot be made: ${file} is missing.`, {
      hint: 'Build Scorchmark once with: npm run build',
      cause: error,
    });
  }
}
