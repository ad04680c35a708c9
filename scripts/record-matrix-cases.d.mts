export interface MatrixCase {
  name: string;
  argv: string[];
  /** Packages that must support the Node version as well. */
  packages?: string[];
}

export interface MatrixOutcome {
  status: 'ok' | 'failed' | 'unsupported';
  problems: string[];
  notes: string[];
  /** What the command line printed on stderr. */
  output: string;
}

export const cases: MatrixCase[];

export function runCase(
  one: MatrixCase,
  options: { cliFile: string; nodeBinary: string; nodeVersion: string; home: string },
): Promise<MatrixOutcome>;
