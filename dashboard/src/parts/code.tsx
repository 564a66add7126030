import { useState } from 'preact/hooks';
import { t } from '../language.ts';

/** Code to paste, with a button that copies it where the browser allows that (https or this machine). */
export const Code = ({ text, label }: { text: string; label: string }) => {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  };
  return (
    <div class="code">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard (axe scrollable-region-focusable). */}
      <section tabIndex={0} aria-label={label} dir="ltr">
        <pre>{text}</pre>
      </section>
      {navigator.clipboard && (
        <button type="button" class="quiet" onClick={copy}>
          <span role="status">{copied ? t.empty.copied : t.empty.copy}</span>
        </button>
      )}
    </div>
  );
};
