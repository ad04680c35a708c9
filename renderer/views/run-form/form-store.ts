import { create } from 'zustand';
import { usePreferences } from '../../state/preferences';
import { emptyForm, type FormState } from './form-state';

/** What was typed stays when the person looks at something else, or when starting failed. */
export const useForm = create<{
  form: FormState;
  change: (change: Partial<FormState>) => void;
  replace: (form: FormState) => void;
}>((set) => ({
  form: emptyForm(usePreferences.getState().cpuIntervalUs),
  change: (change) => set(({ form }) => ({ form: { ...form, ...change } })),
  replace: (form) => set({ form }),
}));
