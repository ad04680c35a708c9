import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseScenario } from './parse';
import { scenarioYaml } from './write';

const text = readFileSync(path.join(import.meta.dirname, '../../../docs/scenario.md'), 'utf8');
const examples = [...text.matchAll(/```yaml\n(.*?)```/gs)].map(([, example]) => example!);

describe('the examples of docs/scenario.md', () => {
  it.each(examples)('%s', (example) => {
    const scenario = parseScenario(example);
    expect(parseScenario(scenarioYaml(scenario))).toEqual(scenario);
  });

  it('are there', () => expect(examples.length).toBeGreaterThan(8));
});
