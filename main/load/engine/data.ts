/** Rows of values for variables, from CSV, JSON or the scenario itself; read once, before the load begins. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Variable } from '../../api';
import { AppError } from '../../errors';
import { parseCsv } from '../csv';

export interface DataSource {
  readonly name: string;
  /** What rows may be asked for, when all of them are maps. */
  readonly columns: ReadonlySet<string> | null;
  /** The row of the next iteration of a user. @param user counted from 0 */
  next(user: number): unknown;
}

/** @param folder that files are relative to @throws AppError BAD_INPUT naming a file that cannot be read or has no rows */
export async function openData(name: string, variable: Variable, folder: string): Promise<DataSource> {
  const rows = await rowsOf(variable, folder);
  if (rows.length === 0)
    throw new AppError('BAD_INPUT', `The variable “${name}” has no rows.`, {
      hint: variable.from === 'list' ? 'Give it at least one value.' : `Look into ${variable.file}.`,
    });
  const { pick } = variable;
  let at = 0;
  return {
    name,
    columns: columnsOf(rows),
    next: (user) => {
      if (pick === 'per-user') return rows[user % rows.length];
      if (pick === 'random') return rows[Math.floor(Math.random() * rows.length)];
      const row = rows[at];
      at = (at + 1) % rows.length;
      return row;
    },
  };
}

function columnsOf(rows: readonly unknown[]): ReadonlySet<string> | null {
  const columns = new Set<string>();
  for (const row of rows) {
    if (typeof row !== 'object' || row === null || Array.isArray(row)) return null;
    for (const name in row) columns.add(name);
  }
  return columns;
}

async function rowsOf(variable: Variable, folder: string): Promise<readonly unknown[]> {
  if (variable.from === 'list') return variable.values;
  const text = (await readScenarioFile(variable.file, folder)).toString('utf8').replace(/^\uFEFF/, '');
  if (variable.from === 'csv') return parseCsv(text, variable.delimiter);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new AppError('BAD_INPUT', `${variable.file} is not JSON.`, { hint: (error as Error).message });
  }
  if (!Array.isArray(parsed))
    throw new AppError('BAD_INPUT', `${variable.file} has no rows.`, { hint: 'It must be a JSON array.' });
  return parsed as unknown[];
}

/** @throws AppError BAD_INPUT naming the file */
export async function readScenarioFile(file: string, folder: string): Promise<Buffer> {
  const place = path.resolve(folder, file);
  return readFile(place).catch((error: NodeJS.ErrnoException) => {
    throw new AppError(
      'BAD_INPUT',
      `The scenario's file ${file} cannot be read (${error.code ?? error.message}).`,
      {
        hint: `It was looked for at ${place}.`,
      },
    );
  });
}
