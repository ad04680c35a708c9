import { Select, TextInput } from '@mantine/core';
import { faultForms, faultKinds, newFault, type FaultDraft } from './fault-draft';

interface Props {
  draft: FaultDraft;
  onChange: (draft: FaultDraft) => void;
  /** What a proxy can stand before. */
  places: readonly string[];
  /** By the field's name. */
  errors?: Readonly<Record<string, string | undefined>>;
  label: string;
  /** Kinds that cannot be chosen, each with the reason in a sentence. */
  impossible?: Readonly<Partial<Record<FaultDraft['kind'], string>>> | undefined;
}

/** Which fault, and how much of it. */
export function FaultFields({ draft, onChange, places, errors = {}, label, impossible = {} }: Props) {
  const { fields } = faultForms[draft.kind];
  const set = (name: string, value: string): void =>
    onChange({ ...draft, values: { ...draft.values, [name]: value } });
  return (
    <>
      <Select
        label={label}
        data={faultKinds.map((kind) => ({
          value: kind,
          label: faultForms[kind].title,
          disabled: impossible[kind] !== undefined,
        }))}
        value={draft.kind}
        onChange={(kind) => kind && onChange(newFault(kind))}
        allowDeselect={false}
        w={176}
      />
      {fields.map(({ name, label: title, type, placeholder, choices }) => {
        const value = draft.values[name] ?? '';
        const options = type === 'via' ? [...new Set([...places, value || 'target'])] : choices;
        // With nothing to choose from, there is nothing to ask.
        if (type === 'via' && options?.length === 1) return null;
        return options ? (
          <Select
            key={name}
            label={title}
            data={[...options]}
            value={value}
            onChange={(chosen) => chosen !== null && set(name, chosen)}
            allowDeselect={false}
            error={errors[name]}
            w={128}
          />
        ) : (
          <TextInput
            key={name}
            label={title}
            value={value}
            placeholder={placeholder}
            onChange={(event) => set(name, event.currentTarget.value)}
            error={errors[name]}
            w={104}
          />
        );
      })}
    </>
  );
}
