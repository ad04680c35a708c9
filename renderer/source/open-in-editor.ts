/** Opening a place of the source in the person's editor. */
import type { Client, SourcePlace } from '../../main/api';
import { toAppError } from '../../main/errors';
import { usePreferences } from '../state/preferences';
import { reportError } from '../state/report-error';

/** As `sources.openInEditor` knows them. */
export const editorNames = ['code', 'webstorm', 'subl'] as const;
export const editorTitles: Record<(typeof editorNames)[number], string> = {
  code: 'VS Code',
  webstorm: 'WebStorm',
  subl: 'Sublime Text',
};

export function editorTitle(editor: string): string {
  return Object.hasOwn(editorTitles, editor)
    ? editorTitles[editor as keyof typeof editorTitles]
    : (editor.split(/[\s"']+/).find((word) => word !== '') ?? 'editor').replace(/^.*[\\/]/, '');
}

/** Failures are shown with what to do about them. */
export async function openInEditor(client: Client, id: string, place: SourcePlace): Promise<void> {
  try {
    await client.call('sources.openInEditor', { id, ...place, editor: usePreferences.getState().editor });
  } catch (thrown) {
    reportError(toAppError(thrown));
  }
}

/** A file that an editor could open: not Node's own code, not a bundler's invention. */
export function isOpenable(url: string): boolean {
  return url !== '' && !/^(?:node|wasm|webpack|rspack|https?|data|blob|evalmachine|internal)[:/.]/.test(url);
}
