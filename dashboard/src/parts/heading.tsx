import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../language.ts';

interface Props {
  title: string;
  /** What it is about, such as the site's name. */
  subject?: string | undefined;
  arrived: boolean;
  children?: ComponentChildren;
}

/** The page's heading, which also names the window. */
export const Heading = ({ title, subject, arrived, children }: Props) => {
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
      </div>
      {children}
    </div>
  );
};
