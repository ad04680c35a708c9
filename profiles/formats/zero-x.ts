/** Folders of 0x (6 and older): `<pid>.0x/` with V8's log as JSON, `meta.json` and `flamegraph.html`. */
import { ProfileFormatError } from '../errors';
import type { ByteSource } from './source';
import type { FolderImporter, ImportedFile, ParseOptions } from './types';
import { parseV8Prof } from './v8-prof';
import { readV8Stacks } from './v8-stacks';
import { readFlamegraphPage } from './zero-x-page';

export const zeroX: FolderImporter = {
  id: '0x',
  title: '0x',
  detect: (folderName, paths) =>
    paths.some((path) => /(?:^|\/)(?:isolate-?[^/]*-v8\.log(?:\.json)?|stacks\.\d+\.out)$/.test(path)) ||
    ((folderName.endsWith('.0x') || paths.includes('meta.json')) &&
      paths.some((path) => /^(?:flamegraph\.html|ticks\.json)$/.test(path))),
  parse: parseFolder,
};

/** From the richest file that is there: V8's log has times, the ticks have single samples, the page has sums. */
const readers: readonly {
  file: RegExp;
  read: (source: ByteSource, options: ParseOptions) => ImportedFile;
}[] = [
  { file: /(?:^|\/)isolate[^/]*\.log\.json$/, read: parseV8Prof },
  { file: /(?:^|\/)ticks\.json$/, read: readTicks },
  { file: /\.html$/, read: readFlamegraphPage },
];

function readTicks(source: ByteSource, options: ParseOptions): ImportedFile {
  const wanted = { expected: 'the ticks of 0x', hint: 'Run 0x again and let it end by itself.' };
  const { profile, notes } = readV8Stacks(source, wanted, options);
  return { format: '0x', profiles: [{ name: source.name, profile }], notes };
}

function parseFolder(
  folderName: string,
  files: ReadonlyMap<string, ByteSource>,
  options: ParseOptions = {},
): ImportedFile {
  const paths = [...files.keys()].sort();
  const pid = /(?:^|\/)(\d{1,9})\.0x\/?$/.exec(folderName)?.[1];
  for (const { file, read } of readers) {
    const path = paths.find((candidate) => file.test(candidate));
    if (path === undefined) continue;
    const result = read(files.get(path)!, options);
    return {
      format: '0x',
      profiles: result.profiles.map(({ name, profile }) =>
        pid === undefined ? { name, profile } : { name: `Process ${pid}`, profile, pid: Number(pid) },
      ),
      notes: result.notes,
    };
  }
  throw new ProfileFormatError(
    'PROFILE_MALFORMED',
    `${folderName} has no V8 log as JSON and no flamegraph.html in it.`,
    { where: folderName, hint: hintFor(paths) },
  );
}

function hintFor(paths: readonly string[]): string {
  if (paths.some((path) => /(?:^|\/)stacks\.\d+\.out$/.test(path)))
    return 'It was recorded with --kernel-tracing and has only the text of "perf script". Fold stacks.….out with stackcollapse-perf.pl and open the result.';
  const log = paths.find((path) => path.endsWith('-v8.log'));
  return log === undefined
    ? 'Run 0x again and let it end by itself.'
    : `Run "node --prof-process --preprocess ${log} > profile.json" with the same version of Node, and open profile.json.`;
}
