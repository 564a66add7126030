import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Site } from '../../../schemas/types.gen.ts';
import { t } from '../language.ts';

interface Props {
  title: string;
  /** What it is about. */
  site?: Site | undefined;
  arrived: boolean;
  children?: ComponentChildren;
}

/** The page's heading, which also names the window. */
export const Heading = ({ title, site, arrived, children }: Props) => {
  const subject = site?.name;
  const heading = useRef<HTMLHeadingElement>(null);
  // Whoever comes from a form or another page has lost the focused element; readers go on from the heading.
  useEffect(() => {
    if (arrived) heading.current?.focus();
  }, [arrived]);
  useEffect(() => {
    document.title = [subject, title, t.product].filter(Boolean).join(' – ');
  }, [subject, title]);
  return (
    <div class="title">
      <div>
        <h1 ref={heading} tabIndex={-1}>
          {subject ?? title}
        </h1>
        {subject && <p class="muted">{title}</p>}
        {site?.demo && <DemoNote />}
      </div>
      {children}
    </div>
  );
};

/** That nothing here is true, and how to be rid of it. */
const DemoNote = () => (
  <p class="demo">
    <strong>{t.demo.badge}</strong> {t.demo.meaning} <code>assent demo-data --remove</code>
  </p>
);
