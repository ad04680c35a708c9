/** What is shown, as a file of another tool. */
import type { Client } from '../../../../main/api';
import { toAppError } from '../../../../main/errors';
import type { ExportFormat, Scope } from '../../../explorer/types';
import { save } from '../../../state/files';
import type { RecordingModel } from '../../../state/recording';
import { reportError } from '../../../state/report-error';

export const exportTitles: Record<ExportFormat, { title: string; hint: string; type: string }> = {
  cpuprofile: { title: '.cpuprofile', hint: 'Chrome DevTools, VS Code', type: 'application/json' },
  heapprofile: { title: '.heapprofile', hint: 'Chrome DevTools, VS Code', type: 'application/json' },
  speedscope: { title: 'speedscope', hint: 'speedscope.app', type: 'application/json' },
  pprof: { title: 'pprof', hint: 'go tool pprof, Polar Signals', type: 'application/octet-stream' },
  collapsed: { title: 'Collapsed stacks', hint: 'flamegraph.pl, inferno', type: 'text/plain' },
};

/** Formats that can hold a kind of profile. */
export function formatsFor(source: Scope['source']): ExportFormat[] {
  return source === 'cpu'
    ? ['cpuprofile', 'speedscope', 'pprof', 'collapsed']
    : ['heapprofile', 'speedscope', 'pprof', 'collapsed'];
}

/** Saves what is selected, after all transforms. */
export async function exportProfile(
  client: Client,
  { model, scope, format }: { model: RecordingModel; scope: Scope; format: ExportFormat },
): Promise<void> {
  try {
    const file = await model.explorer.ask('export', { scope, format, name: model.state.name });
    const { type, title } = exportTitles[format];
    await save(client, { name: file.fileName, content: file.bytes, type, title: `Saved as ${title}` });
  } catch (thrown) {
    reportError(toAppError(thrown, 'Exporting the profile'));
  }
}
