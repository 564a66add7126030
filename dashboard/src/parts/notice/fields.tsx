import type { ComponentChildren } from 'preact';
import { faultAt } from '../../draft.ts';
import { said, tongueOf } from '../../said.ts';

interface FieldProps {
  /** JSON Pointer of the member, where the server tells what is wrong with it. */
  pointer: string;
  label: string;
  hint?: string | undefined;
  children: (control: Control) => ComponentChildren;
}

interface Control {
  id: string;
  'aria-invalid': 'true' | undefined;
  'aria-describedby': string;
}

/** A labelled field under which stands what is wrong in it. */
export const Field = ({ pointer, label, hint, children }: FieldProps) => {
  const fault = faultAt(pointer);
  const id = `at${pointer}`;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({
        id,
        'aria-invalid': fault?.severity === 'error' ? 'true' : undefined,
        'aria-describedby': `${id}-hint`,
      })}
      <p
        id={`${id}-hint`}
        class={fault ? (fault.severity === 'error' ? 'fault' : 'caution') : 'hint'}
        lang={fault && tongueOf(fault)}
      >
        {fault ? said(fault) : hint}
      </p>
    </div>
  );
};

interface Props {
  pointer: string;
  label: string;
  hint?: string;
  value: string;
  placeholder?: string | undefined;
  onChange: (value: string) => void;
}

export const TextField = ({ pointer, label, hint, value, placeholder, onChange }: Props) => (
  <Field pointer={pointer} label={label} hint={hint}>
    {(control) => (
      <input
        {...control}
        value={value}
        placeholder={placeholder}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
    )}
  </Field>
);

export const LongField = ({
  pointer,
  label,
  hint,
  value,
  placeholder,
  onChange,
  language,
}: Props & { language?: string }) => (
  <Field pointer={pointer} label={label} hint={hint}>
    {(control) => (
      <textarea
        {...control}
        rows={Math.min(6, 1 + Math.ceil((value || placeholder || '').length / 52))}
        lang={language}
        dir="auto"
        value={value}
        placeholder={placeholder}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
    )}
  </Field>
);

interface ChoiceProps<T extends string> {
  pointer: string;
  label: string;
  hint?: string;
  value: T;
  options: Record<T, string>;
  onChange: (value: T) => void;
}

export const Choice = <T extends string>({ pointer, label, hint, value, options, onChange }: ChoiceProps<T>) => (
  <Field pointer={pointer} label={label} hint={hint}>
    {(control) => (
      <select {...control} value={value} onChange={(event) => onChange(event.currentTarget.value as T)}>
        {Object.entries<string>(options).map(([key, name]) => (
          <option key={key} value={key}>
            {name}
          </option>
        ))}
      </select>
    )}
  </Field>
);
