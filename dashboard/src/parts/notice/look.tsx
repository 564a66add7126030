import type { Look, Notice } from '../../../../schemas/types.gen.ts';
import { edit } from '../../draft.ts';
import { t } from '../../language.ts';
import { Choice, Field, TextField } from './fields.tsx';

/** How the notice looks. */
export const LookTab = ({ notice }: { notice: Notice }) => {
  const look = notice.look ?? {};
  const set = (members: Partial<Look>) => edit({ look: { ...look, ...members } });
  const colour = (member: 'accent' | 'background' | 'text' | 'darkBackground' | 'darkText', usual: string) => (
    <Field pointer={`/look/${member}`} label={t.noticePage.colours[member]}>
      {(control) => (
        <input
          {...control}
          type="color"
          value={look[member] || usual}
          onInput={(event) => set({ [member]: event.currentTarget.value })}
        />
      )}
    </Field>
  );
  return (
    <fieldset>
      <legend>{t.noticePage.look}</legend>
      <Choice
        pointer="/look/layout"
        label={t.noticePage.layout}
        value={look.layout || 'bar'}
        options={t.noticePage.layouts}
        onChange={(layout) => set({ layout })}
      />
      <div class="abreast">
        {colour('accent', '#0b57d0')}
        <Field pointer="/look/radius" label={t.noticePage.radius}>
          {(control) => (
            <input
              {...control}
              type="range"
              min={0}
              max={32}
              value={Number.parseInt(look.radius || '16', 10)}
              onInput={(event) => set({ radius: `${event.currentTarget.value}px` })}
            />
          )}
        </Field>
        {colour('background', '#ffffff')}
        {colour('text', '#1a1c20')}
        {colour('darkBackground', '#1d2026')}
        {colour('darkText', '#f1f2f4')}
      </div>
      <TextField
        pointer="/look/font"
        label={t.noticePage.font}
        hint={t.noticePage.fontHint}
        value={look.font ?? ''}
        placeholder="system-ui"
        onChange={(font) => set({ font })}
      />
      <Choice
        pointer="/look/scheme"
        label={t.noticePage.scheme}
        value={look.scheme || 'auto'}
        options={t.noticePage.schemes}
        onChange={(scheme) => set({ scheme })}
      />
    </fieldset>
  );
};
