/** The scripts of one session: recorded texts first, the disk for what was not recorded. */
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { PackageVersion, ResolvedPositions, SourceInfo, SourceOrigin, SourcePlace } from '../api';
import { findBundlerRoot } from '../capture/original-urls';
import { inlineSourceMap, namedSourceMap, sourceMapPath } from '../capture/source-map-comment';
import { maxMapCharacters, type ScriptRecord } from '../capture/source-record';
import { sourcesNamedBy } from '../capture/map-sources';
import { AppError } from '../errors';
import { classifyFile, journalFileName, sourcesFileName } from '../sessions/layout';
import { fileOf, looksLikeSource, maxFileBytes, readSourceFile } from './disk';
import { MapCache, type Mapping } from './map-cache';
import { NamedUrls } from './named-urls';
import { RecordedSources } from './recorded-sources';
import { ScriptMap } from './script-map';

const profileKinds = new Set(['cpu', 'allocations', 'profile']);

export interface SessionSourcesOptions {
  folder: string;
  /** Where the target ran; relative paths of foreign profiles start there. */
  cwd: () => Promise<string>;
}

export class SessionSources {
  private readonly recorded: RecordedSources;
  private readonly named: NamedUrls;
  private readonly maps = new MapCache();
  /** Original URL → the script whose map names it. */
  private readonly scriptOf = new Map<string, string>();
  /** Scripts (URL and hash) whose originals are in `scriptOf`. */
  private readonly listed = new Map<string, string[]>();
  /** URLs that the profiles name, as far as it has been asked. */
  private readonly known = new Set<string>();

  constructor(private readonly options: SessionSourcesOptions) {
    this.recorded = new RecordedSources(path.join(options.folder, sourcesFileName));
    this.named = new NamedUrls(options.folder, (name) => {
      const kind = classifyFile(name)?.kind;
      return name === journalFileName || (kind !== undefined && profileKinds.has(kind));
    });
  }

  cwd(): Promise<string> {
    return this.options.cwd();
  }

  async list(): Promise<SourceInfo[]> {
    await this.recorded.refresh();
    const infos: SourceInfo[] = [];
    for (const { url, sizeBytes } of this.recorded.scripts.values()) {
      const { problem } = await this.mappingOf(url);
      const originals = [...new Set(await this.originalsOf(url))];
      infos.push({ url, sizeBytes, originals, ...(problem !== undefined && { mapProblem: problem }) });
    }
    return infos;
  }

  async packages(): Promise<PackageVersion[]> {
    await this.recorded.refresh();
    return this.recorded.packages.map(({ folder, name, version }) => ({ folder, name, version }));
  }

  async read(
    url: string,
    { original: wantsOriginal = false } = {},
  ): Promise<{ text: string; origin: SourceOrigin; mapProblem?: string }> {
    const text = await this.readText(url, wantsOriginal);
    if (text.origin === 'source-map') return text;
    const { problem } = await this.mappingOf(url);
    return problem === undefined ? text : { ...text, mapProblem: problem };
  }

  private async readText(
    url: string,
    wantsOriginal: boolean,
  ): Promise<{ text: string; origin: SourceOrigin }> {
    await this.recorded.refresh();
    if (wantsOriginal) {
      const text = await this.readOriginal(url);
      if (text !== undefined) return { text, origin: 'source-map' };
    }
    const record = await this.recorded.read(url);
    if (record)
      return { text: record.text, origin: this.recorded.scripts.get(url)?.isCopy ? 'copied' : 'recorded' };
    const original = wantsOriginal ? undefined : await this.readOriginal(url);
    if (original !== undefined) return { text: original, origin: 'source-map' };
    if (!(await this.names(url)))
      throw new AppError('NOT_FOUND', `The session does not name "${url}".`, {
        hint: 'Only sources that a session’s profiles or source maps name can be read.',
      });
    const file = fileOf(url, await this.cwd());
    if (file === undefined)
      throw new AppError('NOT_FOUND', `The text of "${url}" was not recorded, and it is not a file.`, {
        hint: 'Scripts are kept while recording; those of Node itself and of code made at run time exist nowhere else.',
      });
    return { text: await readSourceFile(file), origin: 'disk' };
  }

  /** The session's profiles, recorded scripts or source maps name this URL. */
  async names(url: string): Promise<boolean> {
    await this.recorded.refresh();
    if (this.recorded.scripts.has(url) || this.known.has(url) || this.scriptOf.has(url)) return true;
    if ((await this.namedByProfiles([url])).has(url)) return true;
    await this.findOriginals();
    return this.scriptOf.has(url);
  }

  /** See `sources.resolve` of the contract. */
  async resolve(urls: readonly string[], positions: readonly number[]): Promise<ResolvedPositions> {
    await this.recorded.refresh();
    const count = Math.floor(positions.length / 3);
    const answer: ResolvedPositions = {
      urls: [],
      url: new Array<number>(count).fill(-1),
      line: new Array<number>(count).fill(0),
      column: new Array<number>(count).fill(0),
      name: new Array<string>(count).fill(''),
    };
    const allowed = await this.namedByProfiles(urls.filter((url) => !this.recorded.scripts.has(url)));
    const problems = new Set<string>();
    const indexOf = new Map<string, number>();
    const byUrl = groupByUrl(positions, count, urls.length);
    for (const [index, url] of urls.entries()) {
      const asked = byUrl[index];
      if (!asked || (!this.recorded.scripts.has(url) && !allowed.has(url))) continue;
      const { map, problem } = await this.mappingOf(url);
      // What packages ship is not in the person's hands, and nobody promised that a foreign profile's files are here.
      if (problem !== undefined && this.recorded.scripts.has(url) && !url.includes('node_modules'))
        problems.add(problem);
      if (!map) continue;
      this.keepOriginals(url, map);
      for (const i of asked) {
        const place = map.place(positions[i * 3 + 1]!, positions[i * 3 + 2]!);
        if (!place) continue;
        const original = map.originals[place.source] ?? '';
        let at = indexOf.get(original);
        if (at === undefined) indexOf.set(original, (at = answer.urls.push(original) - 1));
        answer.url[i] = at;
        answer.line[i] = place.line;
        answer.column[i] = place.column;
        answer.name[i] = place.name;
      }
    }
    return problems.size > 0 ? { ...answer, problems: [...problems] } : answer;
  }

  /** Where the code of an original's place ended up; null when no known map tells. */
  async generated({ url, line, column }: SourcePlace): Promise<SourcePlace | null> {
    await this.recorded.refresh();
    if (!this.scriptOf.has(url)) await this.findOriginals();
    const script = this.scriptOf.get(url);
    const { map } = script === undefined ? {} : await this.mappingOf(script);
    const place = map?.generatedPlace(url, line, column);
    return script !== undefined && place ? { url: script, ...place } : null;
  }

  private async namedByProfiles(urls: readonly string[]): Promise<Set<string>> {
    const asked = urls.filter((url) => !this.known.has(url) && url !== '');
    if (asked.length > 0) for (const url of await this.named.filter(asked)) this.known.add(url);
    return new Set(urls.filter((url) => this.known.has(url)));
  }

  /** The script's source map; both parts undefined when it names none. */
  private async mappingOf(url: string): Promise<Mapping> {
    const entry = this.recorded.scripts.get(url);
    if (entry)
      return this.maps.get(url, entry.hash, async () => {
        const record = await this.recorded.read(url);
        return record ? mapOfRecord(record) : undefined;
      });
    const file = fileOf(url, '');
    const info = file === undefined ? undefined : await stat(file).catch(() => undefined);
    if (file === undefined || !info?.isFile() || info.size > maxFileBytes || !looksLikeSource(file))
      return {};
    return this.maps.get(url, `${info.size} ${info.mtimeMs}`, () => mapFromDisk(url, file));
  }

  private async originalsOf(url: string): Promise<readonly string[]> {
    const key = `${url} ${this.recorded.scripts.get(url)?.hash ?? ''}`;
    const listed = this.listed.get(key);
    if (listed) return listed;
    const { map } = await this.mappingOf(url);
    if (map) this.keepOriginals(url, map);
    const originals = [...(map?.originals ?? [])];
    this.listed.set(key, originals);
    return originals;
  }

  private keepOriginals(url: string, map: ScriptMap): void {
    for (const original of map.originals) if (!this.scriptOf.has(original)) this.scriptOf.set(original, url);
  }

  /** Looks into the maps of all recorded scripts. */
  private async findOriginals(): Promise<void> {
    for (const url of this.recorded.scripts.keys()) await this.originalsOf(url);
  }

  /** The text of an original as its map carries it. */
  private async readOriginal(url: string): Promise<string | undefined> {
    if (!this.scriptOf.has(url)) await this.findOriginals();
    const script = this.scriptOf.get(url);
    const { map } = script === undefined ? {} : await this.mappingOf(script);
    return map?.contentOf(map.originals.indexOf(url));
  }
}

function groupByUrl(positions: readonly number[], count: number, urlCount: number): (number[] | undefined)[] {
  const groups: (number[] | undefined)[] = new Array<number[] | undefined>(urlCount);
  for (let i = 0; i < count; i++) {
    const url = positions[i * 3]!;
    if (url < 0 || url >= urlCount) continue;
    (groups[url] ??= []).push(i);
  }
  return groups;
}

/** Throws with a sentence when the map cannot be used; undefined when there is none. */
function mapOfRecord(record: ScriptRecord): ScriptMap | undefined {
  const { url: scriptUrl, text, sourceMapUrl = '', originals, root } = record;
  if (record.map !== undefined)
    return new ScriptMap({ scriptUrl, text, map: record.map, sourceMapUrl, originals, root });
  if (sourceMapUrl !== '') return missingMap(scriptUrl, sourceMapUrl);
  // Texts that only speak of source maps (compilers) have such comments in their strings: V8 knows better.
  const map = record.inlineMap ? inlineSourceMap(namedSourceMap(text)) : undefined;
  return map === undefined
    ? undefined
    : new ScriptMap({ scriptUrl, text, map, sourceMapUrl: '', originals, root });
}

/** Packages are often published without the maps that their scripts name: nobody can do anything about that. */
function missingMap(scriptUrl: string, sourceMapUrl: string): undefined {
  if (scriptUrl.includes('node_modules')) return undefined;
  throw new Error(
    /^https?:/i.test(sourceMapUrl)
      ? `${sourceMapUrl} is not a file, and nothing is fetched from the network`
      : `${sourceMapUrl} was not there`,
  );
}

async function mapFromDisk(scriptUrl: string, file: string): Promise<ScriptMap | undefined> {
  // A script that cannot be read has no map to speak of; reading its text says why.
  const text = await readSourceFile(file).catch(() => '');
  const named = namedSourceMap(text);
  let map = inlineSourceMap(named);
  const mapFile = map === undefined ? sourceMapPath(scriptUrl, named) : undefined;
  if (mapFile !== undefined) {
    const info = await stat(mapFile).catch(() => undefined);
    if (!info?.isFile()) return missingMap(scriptUrl, named);
    if (info.size > maxMapCharacters) throw new Error(`it is too large (${Math.round(info.size / 1e6)} MB)`);
    map = await readFile(mapFile, 'utf8');
  }
  if (map === undefined) return undefined;
  const root = await findBundlerRoot(scriptUrl, sourcesNamedBy(map));
  return new ScriptMap({ scriptUrl, text, map, sourceMapUrl: mapFile === undefined ? '' : named, root });
}
