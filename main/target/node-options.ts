/** `NODE_OPTIONS`: its quoting, and which flags may stand in it. */

/**
 * One argument as Node parses it from NODE_OPTIONS: split at spaces, double quotes group, a backslash escapes
 * only inside double quotes (`ParseNodeOptionsEnvVar` in Node's src/node_options.cc).
 */
export function quoteNodeOption(argument: string): string {
  if (!/[\s"]/.test(argument)) return argument;
  return `"${argument.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

/** The person's own NODE_OPTIONS with ours behind them. */
export function appendNodeOptions(existing: string | undefined, added: string[]): string {
  const quoted = added.map(quoteNodeOption).join(' ');
  return existing?.trim() ? `${existing.trim()} ${quoted}` : quoted;
}

/** `--max-old-space-size=512` → `--max-old-space-size`; V8 flags may be written with underscores. */
function flagName(flag: string): string {
  return flag.replace(/=.*$/s, '').replaceAll('_', '-');
}

/** The flags that Node accepts in NODE_OPTIONS, and those it accepts only on its command line. */
export function splitNodeFlags(
  flags: string[],
  allowed: { has(flag: string): boolean } = process.allowedNodeEnvironmentFlags,
): { inEnvironment: string[]; onCommandLine: string[] } {
  const inEnvironment: string[] = [];
  const onCommandLine: string[] = [];
  let previous: string[] | undefined;
  for (const flag of flags) {
    // A bare word belongs to the flag before it: `--require ./setup.js`.
    if (!flag.startsWith('-') && previous) {
      previous.push(flag);
      continue;
    }
    previous = flag.startsWith('-') && allowed.has(flagName(flag)) ? inEnvironment : onCommandLine;
    previous.push(flag);
  }
  return { inEnvironment, onCommandLine };
}
