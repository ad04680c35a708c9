/** What is kept of the scripts that ran: the lines of a session's `sources.ndjson`. */

/** A script as the target ran it. */
export interface ScriptRecord {
  k: 'script';
  /** As in the profiles' frames. */
  url: string;
  /** V8's hash of the text: the same URL can have several texts in one run (a restarted process, a changed file). */
  hash: string;
  text: string;
  /** What the script names as its source map; absent when it names none, and when the map is inside the text. */
  sourceMapUrl?: string;
  /** V8 found the source map inside the text, in the last comment with a `data:` URL. */
  inlineMap?: true;
  /** The text was copied from the disk while recording; whether it is what ran, V8 has not said (yet). */
  copied?: true;
  /** The map's own text, where it lay outside the script. */
  map?: string;
  /** Texts of originals that the map names without carrying them, read from the target's disk; by the map's own names. */
  originals?: Record<string, string>;
  /** Where `webpack://` paths start: the folder under which the named files were found while recording. */
  root?: string;
}

/** Which version of an npm package ran. */
export interface PackageRecord {
  k: 'package';
  /** The package's folder, a path of the target's machine. */
  folder: string;
  name: string;
  version: string;
}

/** V8 says that the text that was copied from the disk is what ran. */
export interface VerifiedRecord {
  k: 'verified';
  url: string;
  /** Of what ran, by V8. */
  hash: string;
}

export type SourceRecord = ScriptRecord | VerifiedRecord | PackageRecord;

/** Text of one script that is kept at most, in characters. */
export const maxScriptCharacters = 5_000_000;
/** A source map is longer than its script; with the originals' texts inside, much longer. */
export const maxMapCharacters = 30_000_000;
/** Everything kept of one run together, in characters. */
export const maxAllCharacters = 200_000_000;
