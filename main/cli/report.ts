/** `scorchmark report` */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { exitCodes } from './terminal';
import { findSession, withEngine, type DataFolderOption } from './with-engine';

export function report(named: string, options: DataFolderOption & { output?: string }): Promise<number> {
  return withEngine({ ...options, readOnly: true }, async (engine) => {
    const { id } = await findSession(engine, named);
    const { fileName, html } = await engine.call('report.html', { id });
    const file = path.resolve(options.output ?? fileName);
    await writeFile(file, html);
    process.stdout.write(`${file}\n`);
    return exitCodes.ok;
  });
}
