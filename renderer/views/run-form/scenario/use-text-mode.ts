import { useEffect } from 'react';
import type { Client } from '../../../../main/api';
import { toAppError } from '../../../../main/errors';
import { useClient } from '../../../state/client';
import { reportError } from '../../../state/report-error';
import type { FormState } from '../form-state';
import { useForm } from '../form-store';
import { draftOf } from './from-scenario';
import { toScenario } from './to-scenario';

/** Until what is typed is read. */
const settleMs = 350;
const notReadYet = 'The text has not been read yet.';

export interface TextMode {
  /** Shows the scenario as text; false when the form is not complete. */
  open: () => Promise<boolean>;
  /** Back to the form, with the last text that could be read. */
  close: () => void;
  edit: (text: string) => void;
}

/** Reads what was typed last, if it has not been read; afterwards the form has its fields, or its first mistake. */
export async function readScenarioText(client: Client): Promise<void> {
  const typed = useForm.getState().form.scenarioText;
  if (!typed || typed.problem !== notReadYet) return;
  const { text } = typed;
  let read: Partial<FormState>;
  try {
    const scenario = await client.call('scenarios.parse', { text });
    read = { scenario: draftOf(scenario), scenarioText: { text, problem: null } };
  } catch (thrown) {
    const { message, hint } = toAppError(thrown);
    read = { scenarioText: { text, problem: hint ? `${message} ${hint}` : message } };
  }
  // What was typed since is read by itself.
  const { form, change } = useForm.getState();
  if (form.scenarioText?.text === text) change(read);
}

/** The scenario as text and the form's fields are the same thing: what can be read of the text goes into the fields at once. */
export function useTextMode(): TextMode {
  const client = useClient();
  const change = useForm((state) => state.change);
  const text = useForm((state) => state.form.scenarioText?.text ?? null);
  const problem = useForm((state) => state.form.scenarioText?.problem ?? null);
  useEffect(() => {
    if (text === null || problem !== notReadYet) return;
    const timer = setTimeout(() => void readScenarioText(client), settleMs);
    return () => clearTimeout(timer);
  }, [client, text, problem]);
  return {
    async open() {
      const { scenario } = toScenario(useForm.getState().form.scenario);
      if (!scenario) return false;
      try {
        const written = await client.call('scenarios.write', { scenario, format: 'yaml' });
        change({ scenarioText: { text: written.text, problem: null } });
      } catch (thrown) {
        reportError(toAppError(thrown));
      }
      return true;
    },
    close: () => change({ scenarioText: null }),
    edit: (typed) => change({ scenarioText: { text: typed, problem: notReadYet } }),
  };
}
