/** The end of `Socket, onData() node:_http_client:581` or of `"cache" in src/session.js`: its place. Pure. */
const placeAtEnd =
  /\s(?:(\S*\/)?((?:node:)?[^\s/:"]+)((?::\d+)+)|(\S*\/)?([^\s/:"]+\.[cm]?[jt]sx?)|(node:[\w./-]+))$/;

export interface PlacedText {
  what: string;
  folder: string;
  file: string;
  /** `:12`, `:12:3` or nothing. */
  line: string;
}

/** Parts of a description; `file` is empty when it ends with no place. */
export function placedText(text: string): PlacedText {
  const found = placeAtEnd.exec(` ${text}`);
  if (!found) return { what: text, folder: '', file: '', line: '' };
  const [whole, folder, file, line, folderAlone, fileAlone, builtIn] = found;
  return {
    what: text.slice(0, Math.max(0, text.length - whole.length + 1)).trimEnd(),
    folder: folder ?? folderAlone ?? '',
    file: file ?? fileAlone ?? builtIn ?? '',
    line: line ?? '',
  };
}
