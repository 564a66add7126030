import { signal } from '@preact/signals';
import type { Finding } from '../../schemas/types.gen.ts';
import { t } from './language.ts';

/** How one answer of the first layer looks in the preview. */
export interface Box {
  width: number;
  height: number;
  font: string;
  colour: string;
  background: string;
}

/** Both answers; `null` is one that the first layer lacks. */
export interface Measured {
  accept: Box | null;
  refuse: Box | null;
}

/** What the preview of the draft measured last. */
export const measured = signal<Measured | undefined>(undefined);

const rule = 'EDPB Cookie Banner Taskforce 2023';
const readable = 4.5; // WCAG 1.4.3

/** What the measured buttons have against publishing. */
export const objections = ({ accept, refuse }: Measured): Finding[] => {
  if (!accept) return []; // Nothing is asked.
  if (!refuse) return [error(`${rule} §8`, t.noticePage.measured.noRefusal)];
  const found: Finding[] = [];
  const apart = (a: number, b: number) => Math.max(a, b) > 1.1 * Math.min(a, b);
  if (apart(accept.width * accept.height, refuse.width * refuse.height)) {
    found.push(error('EDPB Guidelines 03/2022', t.noticePage.measured.size));
  }
  if (accept.font !== refuse.font) found.push(error('EDPB Guidelines 03/2022', t.noticePage.measured.weight));
  if (accept.background !== refuse.background || accept.colour !== refuse.colour) {
    found.push(error(`${rule} §17`, t.noticePage.measured.colour));
  }
  if (Math.min(contrast(accept), contrast(refuse)) < readable) {
    found.push(error('WCAG 2.2, 1.4.3', t.noticePage.measured.contrast));
  }
  return found;
};

const error = (source: string, detail: string): Finding => ({ severity: 'error', pointer: '', rule: source, detail });

/** Contrast of a button's label, as WCAG defines it. */
export const contrast = ({ colour, background }: Box): number => {
  const [a, b] = [luminance(colour), luminance(background)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
};

const luminance = (rgb: string): number => {
  const [r = 0, g = 0, b = 0] = (rgb.match(/[\d.]+/g) ?? []).map((text) => {
    const part = Number(text) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
