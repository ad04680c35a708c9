/** A scenario as a file for a person or for another load generator. */
import path from 'node:path';
import type { Scenario, ScenarioFormat } from '../../api';
import { scenarioJson, scenarioYaml } from '../scenario';
import { artilleryScript } from './artillery';
import { csvColumns } from './csv-columns';
import { baseNameOf } from './file-name';
import { k6Script } from './k6';
import { locustFile } from './locust';

export interface WrittenScenario {
  text: string;
  fileName: string;
  /** What the format cannot express, in whole sentences. */
  notes: string[];
}

/** @param folder where the scenario's files lie, when that is known: some formats need a look into them */
export function writeScenario(scenario: Scenario, format: ScenarioFormat, folder?: string): WrittenScenario {
  const base = baseNameOf(scenario.name);
  switch (format) {
    case 'yaml':
      return { text: scenarioYaml(scenario), fileName: `${base}.yaml`, notes: [] };
    case 'json':
      return { text: scenarioJson(scenario), fileName: `${base}.json`, notes: [] };
    case 'k6':
      return k6Script(scenario);
    case 'artillery':
      return artilleryScript(scenario, (file, delimiter) =>
        folder === undefined ? undefined : csvColumns(path.resolve(folder, file), delimiter),
      );
    case 'locust':
      return locustFile(scenario);
  }
}
