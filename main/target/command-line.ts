/** A command as a person would type it, for headers and session lists. */
import type { LaunchSpec } from '../api';

const needsNoQuotes = /^[\w@%+=:,./\\~-]+$/;

function quoteForDisplay(argument: string): string {
  if (needsNoQuotes.test(argument)) return argument;
  return `'${argument.replaceAll("'", `'\\''`)}'`;
}

/** The command line that is shown: POSIX-quoted, or exactly what goes to the shell when `shell` is set. */
export function commandLineOf(spec: Pick<LaunchSpec, 'argv' | 'shell'>): string {
  return spec.shell ? spec.argv.join(' ') : spec.argv.map(quoteForDisplay).join(' ');
}
