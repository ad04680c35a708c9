/** The end of `Socket, onData() node:_http_client:581` or of `"cache" in src/session.js`: its place. Pure. */
const placeAtEnd = /\s(\S+:\d+|\S+\.[cm]?[jt]sx?|node:\S+)$/;

export interface PlacedText {
  what: string;
  folder: string;
  /** File and line: what must be read even where there is little room. */
  file: string;
}

/** Parts of a description; `file` is empty when it ends with no place. */
export function whereOf(text: string): PlacedText {
  const place = placeAtEnd.exec(` ${text}`)?.[1];
  if (place === undefined) return { what: text, folder: '', file: '' };
  const slash = place.lastIndexOf('/') + 1;
  return {
    what: text.slice(0, text.length - place.length).trimEnd(),
    folder: place.slice(0, slash),
    file: place.slice(slash),
  };
}
