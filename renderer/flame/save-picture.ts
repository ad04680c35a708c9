/** Saves what a flame view shows as a picture file, where the person wants it. */
import type { Client } from '../../main/api';
import { toAppError } from '../../main/errors';
import { save } from '../state/files';
import { reportError } from '../state/report-error';
import { flamePng } from './export-png';
import type { FlameScene } from './export-scene';
import { flameSvg } from './export-svg';

export interface PictureOptions {
  kind: 'png' | 'svg';
  /** Everything instead of what is in sight. */
  whole: boolean;
  title: string;
}

export async function savePicture(client: Client, scene: FlameScene, options: PictureOptions): Promise<void> {
  const { kind, whole, title } = options;
  const name = `${title.replace(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^-+|-+$/g, '') || 'flame'}.${kind}`;
  try {
    if (kind === 'svg') {
      const content = flameSvg(scene, { title, whole });
      await save(client, { name, content, type: 'image/svg+xml', title: 'Picture saved' });
      return;
    }
    // Pictures are looked at on sharper screens than this one may be.
    const blob = await flamePng(scene, { title, whole, scale: Math.max(2, scene.ratio) });
    const content = new Uint8Array(await blob.arrayBuffer());
    await save(client, { name, content, type: 'image/png', title: 'Picture saved' });
  } catch (thrown) {
    reportError(toAppError(thrown, `Saving ${name}`));
  }
}
