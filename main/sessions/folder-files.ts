/** The files of a folder that a tool wrote, by their paths inside it. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../errors';

/** Tools write a handful of files; a folder with more was chosen by mistake. */
const mostFiles = 500;
const deepest = 4;

/**
 * Path inside the folder (with `/`) → where it lies. Links and hidden files are passed over. Rejects with BAD_INPUT when
 * there are too many, or the system's error.
 */
export async function filesOfFolder(folder: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  let count = 0;
  const open = [{ inside: '', depth: 0 }];
  for (let next = open.shift(); next; next = open.shift()) {
    const entries = await readdir(path.join(folder, next.inside), { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const inside = next.inside === '' ? entry.name : `${next.inside}/${entry.name}`;
      if (entry.name.startsWith('.')) continue;
      if (entry.isDirectory() && next.depth < deepest && entry.name !== 'node_modules')
        open.push({ inside, depth: next.depth + 1 });
      if (!entry.isFile()) continue;
      if (++count > mostFiles)
        throw new AppError(
          'BAD_INPUT',
          `${folder} holds more than ${mostFiles} files, so no profiler wrote it.`,
          {
            hint: 'Give the folder that clinic flame or 0x made (for example 4711.clinic-flame, or 4711.0x).',
          },
        );
      files[inside] = path.join(folder, ...inside.split('/'));
    }
  }
  return files;
}
