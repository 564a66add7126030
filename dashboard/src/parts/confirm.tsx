import { useState } from 'preact/hooks';

interface Props {
  label: string;
  really: string;
  /** What is meant, for readers who do not see the row around it. */
  about: string;
  act: () => void;
}

/** A button that asks back once, in its own place. */
export const Confirm = ({ label, really, about, act }: Props) => {
  const [asked, setAsked] = useState(false);
  return (
    <button
      type="button"
      class="quiet"
      aria-label={`${asked ? really : label} ${about}`}
      onBlur={() => setAsked(false)}
      onClick={() => (asked ? act() : setAsked(true))}
    >
      <span aria-live="polite">{asked ? really : label}</span>
    </button>
  );
};
