/** What a source map names, without making sense of its mappings. */

interface MapHead {
  sources?: unknown;
  sourcesContent?: unknown;
  sourceRoot?: unknown;
  sections?: unknown;
}

/** The originals named by a map's text, in order; empty when it is not a map. */
export function sourcesNamedBy(map: string): string[] {
  return headsOf(map).flatMap(({ names }) => names);
}

/** The originals that the map names without carrying their text. */
export function sourcesWithoutContent(map: string): { name: string; sourceRoot: string }[] {
  return headsOf(map).flatMap(({ names, contents, sourceRoot }) =>
    names
      .map((name, index) => ({ name, sourceRoot, has: typeof contents[index] === 'string' }))
      .filter(({ name, has }) => name !== '' && !has)
      .map(({ name }) => ({ name, sourceRoot })),
  );
}

/** A plain map is one head, an indexed one has one for each section. */
function headsOf(map: string): { names: string[]; contents: unknown[]; sourceRoot: string }[] {
  let json: MapHead | null;
  try {
    json = JSON.parse(map.startsWith(')]}') ? map.slice(map.indexOf('\n') + 1) : map) as MapHead | null;
  } catch {
    return [];
  }
  const sections = Array.isArray(json?.sections)
    ? (json.sections as { map?: MapHead }[]).map((section) => section?.map)
    : [json];
  return sections.map((head) => ({
    names: Array.isArray(head?.sources)
      ? head.sources.map((each) => (typeof each === 'string' ? each : ''))
      : [],
    contents: Array.isArray(head?.sourcesContent) ? (head.sourcesContent as unknown[]) : [],
    sourceRoot: typeof head?.sourceRoot === 'string' ? head.sourceRoot : '',
  }));
}
