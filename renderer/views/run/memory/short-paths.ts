/** What the engine says with whole paths, as a person in the recording's folder would write it. */
export function shortPaths(text: string, cwd: string): string {
  if (cwd.length < 2) return text;
  return text.replaceAll(`file://${cwd}/`, '').replaceAll(`${cwd}/`, '').replaceAll(`${cwd}\\`, '');
}
