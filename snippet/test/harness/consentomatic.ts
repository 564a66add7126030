import type { ElementHandle, Page } from 'playwright-core';

interface Target {
  selector: string;
}

interface Click {
  type: 'click';
  target: Target;
}

interface Wait {
  type: 'waitcss';
  target: Target;
  retries: number;
  waitTime: number;
}

interface Choose {
  type: 'consent';
  consents: { type: string; matcher: { type: 'checkbox'; target: Target }; toggleAction: Action }[];
}

type Action = Click | Wait | Choose | { type: 'list'; actions: Action[] };

/** As much of Consent-O-Matic's rule language as our rule uses. */
export interface Rule {
  detectors: Record<'presentMatcher' | 'showingMatcher', { type: 'css'; target: Target }[]>[];
  methods: { name: string; action: Action }[];
}

type Element = ElementHandle<HTMLInputElement>;

/** Applies a rule step by step, as the extension would; `granted` are the letters of the categories that its user allows. */
export const applyRule = async (page: Page, rule: Rule, granted: string): Promise<void> => {
  const find = ({ selector }: Target) => page.$(selector) as Promise<Element | null>;
  const actions = {
    async click({ target }: Click) {
      const element = await find(target);
      if (!element) throw new Error(`nothing to click: ${target.selector}`);
      await element.evaluate((e) => e.click());
    },
    async waitcss({ target, retries, waitTime }: Wait) {
      for (let i = 0; i < retries && !(await find(target)); i++) await page.waitForTimeout(waitTime);
    },
    async consent({ consents }: Choose) {
      for (const { type, matcher, toggleAction } of consents) {
        const box = await find(matcher.target);
        // A category that the site does not ask about is passed over.
        if (box && (await box.isChecked()) !== granted.includes(type)) await act(toggleAction);
      }
    },
    async list({ actions: steps }: { actions: Action[] }) {
      for (const step of steps) await act(step);
    },
  };
  const act = (action: Action) => (actions[action.type] as (one: Action) => Promise<void>)(action);
  for (const { target } of rule.detectors.flatMap((one) => [...one.presentMatcher, ...one.showingMatcher])) {
    if (!(await find(target))) throw new Error(`the rule does not see ${target.selector}`);
  }
  for (const { action } of rule.methods) await act(action);
};
