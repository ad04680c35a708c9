/** What is shown, as a file: a picture of the view, or the profile in the format of another tool. */
import { create } from 'zustand';
import type { Client } from '../../../../main/api';
import { toAppError } from '../../../../main/errors';
import type { ExportFormat, Scope } from '../../../explorer/types';
import { save } from '../../../state/files';
import type { RecordingModel } from '../../../state/recording';
import { reportError } from '../../../state/report-error';

/** The view on the screen, when it can be saved as a picture. */
export interface Picture {
  png: () => Promise<Blob>;
  svg: () => string;
}

export const usePicture = create<{ picture: Picture | null; show: (picture: Picture | null) => void }>(
  (set) => ({
    picture: null,
    show: (picture) => set({ picture }),
  }),
);

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

export async function exportPicture(
  client: Client,
  { picture, format, name }: { picture: Picture; format: 'png' | 'svg'; name: string },
): Promise<void> {
  try {
    const fileName = `${name.replace(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^-+|-+$/g, '') || 'flamegraph'}.${format}`;
    const content =
      format === 'svg' ? picture.svg() : new Uint8Array(await (await picture.png()).arrayBuffer());
    const type = format === 'svg' ? 'image/svg+xml' : 'image/png';
    await save(client, { name: fileName, content, type, title: 'Picture saved' });
  } catch (thrown) {
    reportError(toAppError(thrown, 'Saving the picture'));
  }
}
