/** `scorchmark report` */
import { writeOutputFile } from './output-file';
import { exitCodes } from './terminal';
import { findOrImport, isPath, withEngine, type DataFolderOption } from './with-engine';

export function report(named: string, options: DataFolderOption & { output?: string }): Promise<number> {
  return withEngine({ ...options, readOnly: !isPath(named) }, async (engine) => {
    const { id } = await findOrImport(engine, named);
    const { fileName, html } = await engine.call('report.html', { id });
    const file = await writeOutputFile(options.output ?? fileName, html);
    process.stdout.write(`${file}\n`);
    return exitCodes.ok;
  });
}
