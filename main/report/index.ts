/** A session as one self-contained HTML file. */
import { readFile } from 'node:fs/promises';
import type { LoadedSession } from '../analysis/load-session';
import { sessionVerdict } from '../analysis/verdict';
import { AppError } from '../errors';
import { reportClientFile, reportStyleFile } from '../paths';
import { renderReport } from './html';

/** @throws AppError NOT_FOUND when the workbench was not built completely */
export async function createReport(session: LoadedSession): Promise<{ fileName: string; html: string }> {
  const { detail, timeline, cpu, allocations, load } = session;
  const html = renderReport({
    detail,
    timeline,
    cpu,
    allocations,
    loadResult: load,
    verdict: sessionVerdict({
      cpu,
      series: timeline.series,
      marks: timeline.marks,
      loadResult: load,
      cwd: detail.cwd,
    }),
    clientJs: await asset(reportClientFile),
    clientCss: await asset(reportStyleFile, ''),
  });
  return { fileName: `${fileNameOf(detail.name)}-${detail.createdAt.slice(0, 10)}.html`, html };
}

async function asset(file: string, whenMissing?: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (whenMissing !== undefined) return whenMissing;
    throw new AppError('NOT_FOUND', `The report's script is missing: ${file}`, {
      hint: 'Run `npm run build`.',
      cause: error,
    });
  }
}

/** The session's name as a file name on any system. */
function fileNameOf(name: string): string {
  return name.replace(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^[-.]+|-+$/g, '').slice(0, 80) || 'session';
}
