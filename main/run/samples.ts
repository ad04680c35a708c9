/** The bundled sample apps: real programs with planted, findable problems. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { AppError } from '../errors';
import { loadSpecSchema, runSpecSchema, targetSpecSchema, type LaunchSpec, type SampleInfo } from '../api';
import { samplesFolder } from '../paths';

const catalogueSchema = z.array(
  z.object({
    name: z.string(),
    title: z.string(),
    description: z.string(),
    /** Run in the sample's own folder. */
    argv: z.array(z.string()).min(1),
    load: loadSpecSchema.nullable(),
  }),
);

async function catalogue(): Promise<z.infer<typeof catalogueSchema>> {
  return catalogueSchema.parse(JSON.parse(await readFile(path.join(samplesFolder, 'samples.json'), 'utf8')));
}

/** What the first screen offers, in the catalogue's order. */
export async function listSamples(): Promise<SampleInfo[]> {
  return (await catalogue()).map(({ name, title, description, load }) => ({
    name,
    title,
    description,
    spec: runSpecSchema.parse({ target: { kind: 'sample', sample: name }, ...(load && { load }) }),
  }));
}

/** The command behind a sample. @throws AppError NOT_FOUND */
export async function resolveSample(name: string): Promise<{ target: LaunchSpec; title: string }> {
  const all = await catalogue();
  const sample = all.find((entry) => entry.name === name);
  if (!sample)
    throw new AppError('NOT_FOUND', `There is no sample named "${name}".`, {
      hint: `The samples are: ${all.map((entry) => entry.name).join(', ')}.`,
    });
  const target = targetSpecSchema.parse({
    kind: 'launch',
    argv: sample.argv,
    cwd: path.join(samplesFolder, sample.name),
  }) as LaunchSpec;
  return { target, title: sample.title };
}
