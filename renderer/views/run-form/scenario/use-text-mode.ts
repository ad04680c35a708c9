import { useEffect, useRef } from 'react';
import { toAppError } from '../../../../main/errors';
import { useClient } from '../../../state/client';
import { reportError } from '../../../state/report-error';
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

/** The scenario as text and the form's fields are the same thing: what can be read of the text goes into the fields at once. */
export function useTextMode(): TextMode {
  const client = useClient();
  const change = useForm((state) => state.change);
  const text = useForm((state) => state.form.scenarioText?.text ?? null);
  const problem = useForm((state) => state.form.scenarioText?.problem ?? null);
  const latest = useRef<string | null>(null);
  useEffect(() => {
    latest.current = text;
  });
  useEffect(() => {
    if (text === null || problem !== notReadYet) return;
    const timer = setTimeout(() => {
      client.call('scenarios.parse', { text }).then(
        (scenario) => {
          // What was typed since is read by itself.
          if (latest.current === text)
            change({ scenario: draftOf(scenario), scenarioText: { text, problem: null } });
        },
        (thrown: unknown) => {
          const { message, hint } = toAppError(thrown);
          if (latest.current === text)
            change({ scenarioText: { text, problem: hint ? `${message} ${hint}` : message } });
        },
      );
    }, settleMs);
    return () => clearTimeout(timer);
  }, [client, change, text, problem]);
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
