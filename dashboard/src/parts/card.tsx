import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { t } from '../language.ts';
import { Brand } from './brand.tsx';

/** A page that is one card: before sign-in. */
export const Card = ({ title, children }: { title: string; children: ComponentChildren }) => {
  useEffect(() => {
    document.title = `${title} – ${t.product}`;
  }, [title]);
  return (
    <main class="lone">
      <Brand />
      <div class="card">
        <h1>{title}</h1>
        {children}
      </div>
    </main>
  );
};
